"""Payments: money that comes in, and what it pays (facts 2.5)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.currencies import settle_currency
from hub_quickbooks.sandbox.lists import check_account
from hub_quickbooks.sandbox.open_amounts import OPEN, applied, refresh
from hub_quickbooks.sandbox.rule import Rules, note_void, require
from hub_quickbooks.sandbox.store import Link, cents, referred

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Row

Target = tuple[str, int]
"""What is paid, or what pays: an entity and an id."""
_NO_DEPOSIT = {
    "Accounts Receivable",
    "Accounts Payable",
    "Credit Card",
    "Income",
    "Other Income",
    "Expense",
    "Other Expense",
    "Cost of Goods Sold",
    "Non-Posting",
}
_NOTHING = Decimal(0)


class PaymentRules(Rules):
    """What holds for payments."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that it pays no more than there is to pay, nor more than it has."""
        body = change.body
        _check_not_deposited(change.old)
        require(body, "CustomerRef", "TotalAmt")
        if body["TotalAmt"] < 0:
            raise refusals.bad_number("TotalAmt")
        body.setdefault("TxnDate", books.today().isoformat())
        body.setdefault("DepositToAccountRef", books.undeposited_funds())
        check_account(books, change, "DepositToAccountRef", forbidden=_NO_DEPOSIT)
        settle_currency(books, body)
        body["ProcessPayment"] = body.get("ProcessPayment", False)
        body.setdefault("LinkedTxn", [])
        body["Line"] = [_shown(books, line) for line in body.get("Line", ())]
        for target, amount in _amounts(body).items():
            self._check(books, change, target, amount)
        body["UnappliedAmt"] = _unapplied(body)

    @staticmethod
    def _check(books: Books, change: Change, target: Target, amount: Decimal) -> None:
        """Refuse to pay more than is open, or what somebody else owes.

        A customer pays also for its sub-customers, whether they are billed with it or not (ours).
        """
        paid = books.found(books.entity(target[0]), target[1]).body
        left = paid["TotalAmt"] - applied(books, *target, without=change.number)
        if amount > left:
            raise refusals.business(
                f"The amount is more than the open {left} of the transaction.", "Line.Amount"
            )
        payer, payee = referred(change.body, "CustomerRef"), referred(paid, "CustomerRef")
        if payer is None or payee is None or not books.owned(payee, by=payer):
            raise refusals.business("The transaction is another customer's.", "Line.LinkedTxn")

    def follow(self, books: Books, change: Change) -> None:
        """Let what is paid know, and what no longer is."""
        before = {
            (link.entity, link.id) for link in books.store.links_from(change.entity.name, change.number)
        }
        _link(books, change.number, change.body)
        for entity, number in sorted(before | _amounts(change.body).keys()):
            refresh(books, entity, number)

    def release(self, books: Books, row: Row) -> None:
        """Open again what was paid."""
        _check_not_deposited(row.body)
        links = books.store.links_from(row.entity, row.id)
        books.store.link(row.entity, row.id, ())
        for link in links:
            refresh(books, link.entity, link.id)

    def void(self, books: Books, body: Body) -> None:
        """Leave nothing of it but the note."""
        del books
        note_void(body)
        body.update(TotalAmt=_NOTHING, UnappliedAmt=_NOTHING, Line=[])


def unlink(books: Books, payment: int, target: Target) -> None:
    """Take off a payment what it paid, since that is about to go.

    Raises:
        Refused: it is a credit that the payment needs for what it pays.

    """

    def without(body: Body) -> None:
        body["Line"] = [line for line in body["Line"] if _target(line) != target]
        body["UnappliedAmt"] = _unapplied(body)
        _link(books, payment, body)

    books.amend("Payment", payment, without)


def _link(books: Books, payment: int, body: Body) -> None:
    links = [Link("Payment", payment, *target, cents(amount)) for target, amount in _amounts(body).items()]
    books.store.link("Payment", payment, links)


def _check_not_deposited(body: Body | None) -> None:
    links: Iterable[Mapping[str, str]] = (body or {}).get("LinkedTxn", ())
    if any(link["TxnType"] == "Deposit" for link in links):
        raise refusals.in_deposit()


def _unapplied(body: Body) -> Decimal:
    """What is left of a payment and the credits that it uses.

    Raises:
        Refused: less than nothing.

    """
    left: Decimal = body["TotalAmt"]
    for (entity, _), amount in _amounts(body).items():
        left += -amount if entity == "Invoice" else amount
    if left < 0:
        raise refusals.business("The amounts applied are more than the payment.", "Line.Amount")
    return left


def _amounts(body: Body) -> dict[Target, Decimal]:
    """What a payment applies to each transaction."""
    amounts: dict[Target, Decimal] = defaultdict(Decimal)
    for line in body["Line"]:
        amounts[_target(line)] += line["Amount"]
    return amounts


def _target(line: Body) -> Target:
    """The transaction that a line applies to.

    Raises:
        Refused: there is none, there are several, or it is of a sort that the sandbox does not have.

    """
    links = line.get("LinkedTxn", ())
    if len(links) != 1 or links[0].get("TxnType") not in OPEN:
        raise refusals.not_linkable("a line pays one Invoice or uses one CreditMemo")
    number = links[0].get("TxnId", "")
    if not number.isdigit():
        raise refusals.bad_reference("Line.LinkedTxn", f"Txn element id {number}")
    return links[0]["TxnType"], int(number)


def _shown(books: Books, line: Body) -> Body:
    """A line as it is answered, with what QuickBooks adds and nobody needs.

    Raises:
        Refused: it is not fit.

    """
    require(line, "Amount")
    entity, number = _target(line)
    if line["Amount"] <= 0:
        raise refusals.bad_number("Line.Amount")
    row = books.store.get(entity, number)
    if row is None:
        raise refusals.bad_reference("Line.LinkedTxn", f"Txn element id {number}")
    body = row.body
    noise = {
        "txnId": str(number),
        "txnOpenBalance": str(body["TotalAmt"]),
        "txnReferenceNumber": body.get("DocNumber", ""),
    }
    return {
        "Amount": line["Amount"],
        "LinkedTxn": [{"TxnId": str(number), "TxnType": entity}],
        "LineEx": {"any": [{"value": {"Name": name, "Value": value}} for name, value in noise.items()]},
    }
