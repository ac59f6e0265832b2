"""A small firm in Bill4Time's sandbox, and connectors to it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hub.sdk.http import Session
from hub_bill4time import Bill4TimeConnector

if TYPE_CHECKING:
    from pathlib import Path

    from hub.model import Kind
    from hub.sdk import Page, Upsert
    from hub.testing import FakeClock
    from hub_bill4time.sandbox import Bill4TimeSandbox

TEXT = "Confer with R. Osei on the notice of termination"
PRIVATE = "Ask whether he is the one who signed the lease"


class Account:
    """The firm, and its connectors."""

    def __init__(self, sandbox: Bill4TimeSandbox, clock: FakeClock, folder: Path) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.folder = folder
        self.firm = sandbox.firm
        self.user = self.firm.add(
            "users", fname="Jane", lname="Doyle", email="jd@dv.example", billingRate="300.00"
        )
        self.client = self.firm.add("clients", customId="100", clientName="Acme")
        self.project = self.firm.add(
            "projects", customId="100.01", projectName="Acme v. Roe", clientId=self.client["id"]
        )

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def worked(self, count: int = 1, **said: Any) -> list[int]:
        """Enter time; gives the ids."""
        usual = {
            "clientId": self.client["id"],
            "projectId": self.project["id"],
            "userId": self.user["id"],
            "entryDate": self.today,
            "billableTime": "1.50",
            "descriptionPublic": TEXT,
            "descriptionPrivate": PRIVATE,
        }
        return [self.firm.add("timeEntries", **{**usual, **said})["id"] for _ in range(count)]

    def spent(self, **said: Any) -> int:
        """Enter an expense; gives its id."""
        usual = {"projectId": self.project["id"], "userId": self.user["id"], "expenseDate": self.today}
        return int(
            self.firm.add(
                "expenses", **{**usual, "sellPrice": "12.50", "descriptionPublic": "Copies", **said}
            )["id"]
        )

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
        self.clock.sleep(timedelta(days=days).total_seconds())


def rows_of(pages: list[Page]) -> list[Upsert]:
    """What pages show."""
    return [item for page in pages for item in page.items]  # type: ignore[misc]
