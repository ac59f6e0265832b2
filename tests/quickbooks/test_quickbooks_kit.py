"""The connector keeps the contract, at its sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.testing import ConnectorSuite
from hub_quickbooks import QuickBooksConnector
from hub_quickbooks.sandbox import QuickBooksSandbox

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from hub.sdk import Kind
    from hub_quickbooks.sandbox import Company


class TestQuickBooks(ConnectorSuite):
    connector = QuickBooksConnector

    def sandbox(self, folder: Path) -> AbstractContextManager[QuickBooksSandbox]:
        sandbox = QuickBooksSandbox(clock=self.clock)
        _employ(sandbox.company)
        return sandbox

    def count(self, sandbox: Any, kind: Kind) -> int:
        return len(self.stand.rows(kind))


def _employ(company: Company) -> None:
    """Somebody who has worked for somebody: what is only read has to be there."""
    employee = company.add("Employee", GivenName="Rosa", FamilyName="Klein")
    customer = company.add("Customer", DisplayName="7 Earlier client")
    matter = company.add("Customer", DisplayName="7.1 Lease", Job=True, ParentRef={"value": customer["Id"]})
    company.add(
        "TimeActivity",
        NameOf="Employee",
        EmployeeRef={"value": employee["Id"]},
        CustomerRef={"value": matter["Id"]},
        TxnDate="2026-01-12",
        Hours=1,
        Minutes=6,
    )
