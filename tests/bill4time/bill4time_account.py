"""A firm's account as the connector reads it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hub.sdk import Upsert
from hub.sdk.http import Session
from hub_bill4time import Bill4TimeConnector

if TYPE_CHECKING:
    from pathlib import Path

    from hub.model import Kind
    from hub.sdk import Page
    from hub.testing import FakeClock
    from hub_bill4time.sandbox import Bill4TimeSandbox

TEXT = "Confer with R. Osei on the notice of termination"
PRIVATE = "Ask whether he is the one who signed the lease"


class Account:
    """A firm with a client, a project and a user, and connectors to it."""

    def __init__(self, sandbox: Bill4TimeSandbox, clock: FakeClock, folder: Path) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.folder = folder
        self.firm = sandbox.firm
        self.user = self.firm.add(
            "users", fname="Jane", lname="Doyle", email="jd@dv.example", billingRate=300
        )["id"]
        self.client = self.firm.add("clients", customId="100", clientName="Acme")["id"]
        self.project = self.firm.add("projects", customId="100.01", projectName="Roe", clientId=self.client)[
            "id"
        ]

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def worked(self, count: int = 1, **said: Any) -> list[int]:
        """Enter time; gives the ids."""
        usual = {
            "projectId": self.project,
            "userId": self.user,
            "entryDate": self.today,
            "billableTime": "1.5",
        }
        told = {**usual, "descriptionPublic": TEXT, "descriptionPrivate": PRIVATE, **said}
        return [self.firm.add("timeEntries", **told)["id"] for _ in range(count)]

    def spent(self, amount: str = "12.50", **said: Any) -> int:
        """Enter an expense; gives its id."""
        usual = {
            "projectId": self.project,
            "userId": self.user,
            "expenseDate": self.today,
            "sellPrice": amount,
        }
        return int(self.firm.add("expenses", **{**usual, "descriptionPublic": "Copies", **said})["id"])

    def connect(self, **settings: Any) -> Bill4TimeConnector:
        """A connector, made anew as by a new process."""
        given = {**self.sandbox.settings, **settings}
        session = Session(self.clock, secrets=[given["api_key"]])
        around: Any = SimpleNamespace(
            connection="capture", folder=self.folder, clock=self.clock, secrets=None, http=lambda: session
        )
        return Bill4TimeConnector(Bill4TimeConnector.settings.model_validate(given), around)  # type: ignore[arg-type]

    def pages(self, kind: Kind, cursor: str | None = None, **settings: Any) -> list[Page]:
        """A whole listing."""
        return list(self.connect(**settings).read(kind, cursor))

    def rows(self, kind: Kind, **settings: Any) -> list[Upsert]:
        """All rows of a listing."""
        return rows_of(self.pages(kind, **settings))

    def later(self, days: float) -> None:
        """Let time go by."""
        self.clock.advance(timedelta(days=days))


def rows_of(pages: list[Page]) -> list[Upsert]:
    """What pages show."""
    return [item for page in pages for item in page.items if isinstance(item, Upsert)]


def ids_of(pages: list[Page]) -> list[int]:
    """The ids of what pages show, in their order."""
    return [int(row.external_id) for row in rows_of(pages)]
