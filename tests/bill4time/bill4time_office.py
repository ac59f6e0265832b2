"""A firm with one client, two projects and one user, and a short way to ask its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import simplejson

from hub.testing import FakeClock
from hub_bill4time.sandbox import Bill4TimeSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


class Office:
    """A firm in Bill4Time as its people and a client of the API see it."""

    def __init__(self, sandbox: Bill4TimeSandbox, session: requests.Session) -> None:
        self.sandbox = sandbox
        self.firm = sandbox.firm
        self.session = session
        self.user = self.firm.add("users", fname="Ada", lname="Doyle", billingRate=400)["id"]
        self.client = self.firm.add("clients", clientName="O'Brien & Co", customId="100")["id"]
        self.matter = self.firm.add(
            "projects", projectName="Smith v. Jones", customId="100-01", clientId=self.client
        )["id"]
        self.other = self.firm.add("projects", projectName="Lease", customId="100-02", clientId=self.client)[
            "id"
        ]

    def work(self, hours: str = "1.0", day: str = "2026-01-02", **fields: Any) -> dict[str, Any]:
        given = {"projectId": self.matter, "userId": self.user, **fields}
        return self.firm.add("timeEntries", billableTime=hours, entryDate=day, **given)

    def spend(self, amount: str, day: str = "2026-01-02", **fields: Any) -> dict[str, Any]:
        given = {"projectId": self.matter, "userId": self.user, **fields}
        return self.firm.add("expenses", sellPrice=amount, expenseDate=day, **given)

    def get(self, resource: str, version: str = "v1", **parameters: object) -> requests.Response:
        address = f"{self.sandbox.url}/{self.sandbox.api_key}/{version}/{resource}"
        query = {f"${name}": str(value) for name, value in parameters.items()}
        return self.session.get(address, params=query, timeout=5)

    def rows(self, resource: str, version: str = "v1", **parameters: object) -> list[dict[str, Any]]:
        answer = self.get(resource, version, **parameters)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = simplejson.loads(answer.text, use_decimal=True)["data"]
        return found

    def ids(self, resource: str, **parameters: object) -> list[int]:
        return [row["id"] for row in self.rows(resource, **parameters)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Iterator[Bill4TimeSandbox]:
    with Bill4TimeSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def office(sandbox: Bill4TimeSandbox) -> Iterator[Office]:
    with requests.Session() as session:
        yield Office(sandbox, session)
