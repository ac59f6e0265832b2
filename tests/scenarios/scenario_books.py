"""A firm whose books are a company on this machine, and that company as its own people see it."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scenario_practice import Practice

from hub_quickbooks.sandbox import QuickBooksSandbox
from hub_quickbooks.stand_in import FILE, close

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hub_quickbooks.sandbox import Company

WRITES = ("batch", "write")
"""The sorts of request that change something."""


class Workspace(Practice):
    """A workspace that stands already, and the program run in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.firm = None  # type: ignore[assignment]


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
    """An amount of the company, to the cent."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


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
