"""How each fault of a company is provoked there, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from books_firm import TOTAL
from books_office import Office, once
from sandbox_client import invoice

from hub.sdk import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from books_office import Meanwhile

    from hub.sdk import Intent

MONEY = ("client", "matter", "invoice", "payment")
CLIENT, MATTER = "100 Harbour Holdings 0", "100.00 Matter 0"
MAPPING = "correct mappings/quickbooks.toml"


def name_a_customer(office: Office) -> Meanwhile:
    return once(Kind.CLIENT, lambda: office.company.add("Customer", DisplayName=CLIENT))


def use_a_number(office: Office) -> Meanwhile:
    def use() -> None:
        other = office.company.add("Customer", DisplayName="Walk-in trade")
        office.company.add("Invoice", **invoice(other, "50.00", DocNumber="4101"))

    return once(Kind.INVOICE, use)


def close_the_books(office: Office) -> None:
    office.company.prefer("AccountingInfoPrefs", BookCloseDate="2026-02-10")
    first, *others = office.documents("invoice")
    office.put("invoice", [first, *({**one, "issued_on": "2026-02-11"} for one in others)])


def make_a_matter_inactive(office: Office) -> Meanwhile:
    def make() -> None:
        office.company.change("Customer", office.customer(MATTER)["Id"], Active=False)

    return once(Kind.INVOICE, make)


def make_an_item_inactive(office: Office) -> Meanwhile:
    """After it was used in a first batch: only what has an advance needs it in the second."""
    found = office.documents("invoice")
    bare = [without_advance(one) for one in found]
    office.put("invoice", [found[0], *bare[1:31], found[31], *bare[32:]])
    calls: list[int] = []

    def make(intents: Sequence[Intent]) -> None:
        if intents[0].kind is Kind.INVOICE:
            calls.append(len(intents))
            if len(calls) == 2:
                (item,) = [
                    one for one in office.company.all("Item") if one["Name"] == "Advanced Client Costs"
                ]
                office.company.change("Item", item["Id"], Active=False)

    return make


def without_advance(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = [line for line in document["lines"] if not line.get("advance")]
    left = Decimal(document["total"]) - Decimal(document["advances"])
    return {**document, "lines": kept, "advances": "0", "total": str(left)}


def map_email_to(name: str) -> Callable[[Office], None]:
    """Only the first client keeps its address, so that the mapping harms it alone."""

    def override(office: Office) -> None:
        office.override(f'[client.Customer.fields]\nemail = {{ field = "{name}", optional = true }}\n')
        for number in (1, 2):
            office.edit("client", number, email="")

    return override


def lengthen_a_number(office: Office) -> None:
    office.edit("client", 0, phone="5" * 31)


def pay(office: Office, *amounts: str) -> None:
    office.put("payment", [payment(number, amount) for number, amount in enumerate(amounts)])


def payment(number: int, amount: str, **more: Any) -> dict[str, Any]:
    applied = [{"invoice": f"I{number}", "amount": amount}]
    common = {"client": f"C{number}", "matter": f"M{number}", "received_on": "2026-02-20", "amount": amount}
    return {"id": f"P{number}", **common, "reference": str(900 + number), "applications": applied, **more}


def delete_what_is_paid(office: Office) -> Meanwhile:
    pay(office, "100.00", "100.00", "100.00")
    return once(Kind.PAYMENT, lambda: office.company.delete("Invoice", office.invoice("4101")["Id"]))


def pay_too_much(office: Office) -> None:
    pay(office, str(TOTAL + 1), "100.00", "100.00")


def change_what_is_deposited(office: Office) -> None:
    pay(office, "100.00", "100.00", "100.00")
    assert office.run()["outcome"] == "ok"
    deposit(office)
    pay(office, "110.00", "120.00", "100.00")


def reverse_what_is_deposited(office: Office) -> None:
    pay(office, "100.00", "100.00", "100.00")
    assert office.run()["outcome"] == "ok"
    deposit(office)
    changed = [payment(0, "100.00", reversed=True), payment(1, "120.00"), payment(2, "100.00")]
    office.put("payment", changed)


def deposit(office: Office) -> None:
    (first,) = [one for one in office.company.all("Payment") if one["PaymentRefNum"] == "900"]
    office.company.deposit(first["Id"])


@dataclass(frozen=True)
class Case:
    """A refusal: how it is provoked, what is told of the one record, and what is done with the others."""

    code: str
    record: str
    message: str
    remedy: str
    provoke: Callable[[Office], Meanwhile | None]
    there: Mapping[str, set[str]]
    """By record type, the others that are in the company all the same; of payments the amounts."""
    firm: Mapping[str, Any] = field(default_factory=dict)


KEYS = {"Customer": "DisplayName", "Invoice": "DocNumber", "Payment": "TotalAmt"}
OTHER_CLIENTS = {"101 Vale Holdings 1", "102 Quay Holdings 2", "101.00 Matter 0", "102.00 Matter 0"}
NOT_THE_FIRST = {"Customer": OTHER_CLIENTS, "Invoice": {"4102", "4103"}}
ALL_BUT_4132 = {str(number) for number in range(4101, 4134)} - {"4132"}
PAID = {"kinds": MONEY}

CASES = {
    "a name that a customer has": Case(
        "6240", f"client {CLIENT}", "name is used there", "Run again", name_a_customer, NOT_THE_FIRST
    ),
    "a number that another invoice has": Case(
        "6140",
        "invoice 4101 of 2026-02-02",
        "number 4101 is used there by Invoice 1 of Walk-in trade over 50",
        "link them in hub review, or renumber",
        use_a_number,
        {"Invoice": {"4102", "4103"}},
    ),
    "closed books": Case(
        "6210",
        "invoice 4101 of 2026-02-02",
        "the books are closed for its date",
        "Open the period there",
        close_the_books,
        {"Invoice": {"4102", "4103"}},
    ),
    "a matter made inactive after it was read": Case(
        "610",
        "invoice 4101 of 2026-02-02",
        "is not there, or was made inactive",
        "Make it active there",
        make_a_matter_inactive,
        {"Invoice": {"4102", "4103"}},
    ),
    "an item made inactive after it was read": Case(
        "610",
        "invoice 4132 of 2026-02-02",
        "is not there, or was made inactive",
        "(customer, item or account), then retry",
        make_an_item_inactive,
        {"Invoice": ALL_BUT_4132},
        {"invoices": 33},
    ),
    "a field that is not known": Case(
        "2010",
        f"client {CLIENT}",
        "does not know a field (Homepage)",
        MAPPING,
        map_email_to("Homepage"),
        NOT_THE_FIRST,
    ),
    "a word that is not known": Case(
        "2170",
        f"client {CLIENT}",
        "a word is none of those that it knows (PreferredDeliveryMethod)",
        MAPPING,
        map_email_to("PreferredDeliveryMethod"),
        NOT_THE_FIRST,
    ),
    "a text that is too long": Case(
        "2050",
        f"client {CLIENT}",
        "a text is too long or too short (PrimaryPhone.FreeFormNumber)",
        "Shorten it at the source",
        lengthen_a_number,
        NOT_THE_FIRST,
    ),
    "what it refers to is deleted": Case(
        "2500",
        "payment 2026-02-20 100.00",
        "to what was deleted or made inactive",
        "then retry",
        delete_what_is_paid,
        {"Payment": {"100"}},
        PAID,
    ),
    "a rule of the company": Case(
        "6000",
        f"payment 2026-02-20 {TOTAL + 1}",
        "The amount is more than the open 1797.5",
        "Mend what it says, then retry",
        pay_too_much,
        {"Payment": {"100"}},
        PAID,
    ),
    "a deposited payment is changed": Case(
        "6540",
        "payment 2026-02-20 110.00",
        "part of a deposit there and cannot be changed",
        "Take it out of the deposit there",
        change_what_is_deposited,
        {"Payment": {"100", "120"}},
        PAID,
    ),
    "a deposited payment is voided": Case(
        "6540",
        "payment 2026-02-20 100.00",
        "part of a deposit there and cannot be changed",
        "correct it there by hand and accept",
        reverse_what_is_deposited,
        {"Payment": {"100", "120"}},
        {**PAID, "flow": {"voids": "apply"}},
    ),
}
