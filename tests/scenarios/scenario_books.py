"""A firm whose books are a company on this machine, and that company as its own people see it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scenario_practice import Practice

from hub_quickbooks.sandbox import QuickBooksSandbox
from hub_quickbooks.stand_in import FILE, close, stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hub_quickbooks.sandbox import Company

BILLED_ON = "2026-03-02"
"""The day of such firms' invoices."""
WRITES = ("batch", "write")
"""The sorts of request that change something."""


class Workspace(Practice):
    """A workspace that stands already, and the program run in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.firm = None  # type: ignore[assignment]


HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.billing]
connector = "folder"
folder = "tables"

[connections.books]
connector = "quickbooks"
environment = "stand-in"
realm = "9130357"

[flows.out]
from = "billing"
to = "books"
kinds = ["client", "matter", "invoice"]
"""


class FolderFirm(Workspace):
    """A firm in a folder of tables, whose clients, matters and invoices go to its company.

    Args:
        folder: where the workspace is made.

    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "tables").mkdir(parents=True)
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")

    def keep(self, kind: str, documents: Iterable[Mapping[str, Any]]) -> None:
        """Write a table."""
        with (self.folder / "tables" / f"{kind}.ndjson").open("w", newline="", encoding="utf-8") as file:
            file.writelines(json.dumps(document) + "\n" for document in documents)

    @property
    def company(self) -> Company:
        """The company, as it is served."""
        return stand_in(self.folder).company


def bill(number: str, client: str, matter: str, total: object, day: str = BILLED_ON) -> dict[str, Any]:
    """An invoice of such a firm, with one fee; its id is its number."""
    line = {"type": "fee", "charged_on": day, "units": "1", "rate": f"{total}", "amount": f"{total}"}
    whose = {"client": client, "matter": matter} if matter else {"client": client}
    known = {"id": number, "number": number, "status": "final", "issued_on": day, "lines": [line]}
    return {**known, **whose, "fees": f"{total}", "total": f"{total}"}


@contextmanager
def company_in(folder: Path) -> Iterator[Company]:
    """The company of a workspace, out of its file; the program serves it again when it next runs."""
    close(folder)
    with QuickBooksSandbox(folder / FILE, limits=False) as sandbox:
        yield sandbox.company


def writes(company: Company) -> int:
    """How many requests wrote to a company."""
    return sum(company.counts[sort] for sort in WRITES)


def parents(company: Company) -> dict[str, str]:
    """Of each customer the id of the one above it, which is empty for a client."""
    return {one["Id"]: (one.get("ParentRef") or {}).get("value", "") for one in company.all("Customer")}


def named(company: Company) -> dict[str, str]:
    """The display names of all customers by their ids."""
    return {one["Id"]: one["DisplayName"] for one in company.all("Customer")}


def amount(value: object) -> Decimal:
    """An amount of the company."""
    return Decimal(str(value))


def key_client(company: Company, name: str, *, active: bool = True, email: str = "") -> str:
    """Enter a customer by hand; gives its id."""
    more = {"PrimaryEmailAddr": {"Address": email}} if email else {}
    number = str(company.add("Customer", DisplayName=name, **more)["Id"])
    if not active:
        company.change("Customer", number, Active=False)
    return number


def key_matter(company: Company, client: str, name: str) -> str:
    """Enter a job of a customer by hand; gives its id."""
    return str(company.add("Customer", DisplayName=name, Job=True, ParentRef={"value": client})["Id"])


def key_invoice(company: Company, customer: str, number: str, total: Decimal | str, day: str) -> str:
    """Enter an invoice by hand, with one line for all of it; gives its id."""
    line = {
        "Amount": Decimal(total),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item(company, "Legal Fees")}},
    }
    fields = {"CustomerRef": {"value": customer}, "DocNumber": number, "TxnDate": day, "Line": [line]}
    return str(company.add("Invoice", **fields)["Id"])


def pay(company: Company, invoice: Mapping[str, Any], total: Decimal | str, day: str) -> str:
    """Enter a payment of an invoice by hand; gives its id."""
    line = {"Amount": Decimal(total), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    customer = invoice["CustomerRef"]["value"]
    fields = {"CustomerRef": {"value": customer}, "TxnDate": day, "TotalAmt": Decimal(total), "Line": [line]}
    return str(company.add("Payment", **fields)["Id"])


def item(company: Company, name: str) -> str:
    """The id of an item."""
    return _id_of(company.all("Item"), name)


def account(company: Company, name: str) -> str:
    """The id of an account."""
    return _id_of(company.all("Account"), name)


def _id_of(objects: Iterable[Mapping[str, Any]], name: str) -> str:
    (found,) = [one["Id"] for one in objects if one["Name"] == name]
    return str(found)


def invoice_of(company: Company, number: str) -> Mapping[str, Any]:
    """The only invoice with a number."""
    (found,) = [one for one in company.all("Invoice") if one["DocNumber"] == number]
    return found
