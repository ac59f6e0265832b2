"""The lines of an invoice or credit memo."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import round_cents
from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.rule import require
from hub_quickbooks.sandbox.tax import settle_tax_code

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body

ITEM, DISCOUNT, SUBTOTAL, TEXT = (
    "SalesItemLineDetail",
    "DiscountLineDetail",
    "SubTotalLineDetail",
    "DescriptionOnly",
)
"""The sorts of line."""
_HUNDRED = 100


def settle_lines(books: Books, change: Change) -> tuple[Decimal, Decimal]:
    """Check the lines, number them and put the subtotal among them; gives subtotal and discount.

    Raises:
        Refused: a line is not fit.

    """
    for line in change.body["Line"]:
        require(line, "DetailType")
    lines = [line for line in change.body["Line"] if line["DetailType"] in {ITEM, TEXT}]
    for number, line in enumerate(lines, 1):
        line["LineNum"] = number
        if line["DetailType"] == ITEM:
            _settle_item(books, line)
        else:
            line.pop("Amount", None)
            line["DescriptionLineDetail"] = {}
    _give_ids(change, lines)
    subtotal = sum((line["Amount"] for line in lines if "Amount" in line), Decimal(0))
    discounts = [line for line in change.body["Line"] if line["DetailType"] == DISCOUNT]
    for line in discounts:
        _settle_discount(books, line, subtotal)
    shown: Body = {"Amount": subtotal, "DetailType": SUBTOTAL, SUBTOTAL: {}}
    change.body["Line"] = [*lines, shown, *discounts]
    return subtotal, sum((line["Amount"] for line in discounts), Decimal(0))


def _settle_item(books: Books, line: Body) -> None:
    """See to it that quantity times price is the amount.

    Raises:
        Refused: it is not, or a field is missing. That an item is needed is ours: QuickBooks may have
            one by default.

    """
    require(line, "Amount", ITEM)
    detail = line[ITEM]
    if "ItemRef" not in detail:
        raise refusals.missing("Line.SalesItemLineDetail.ItemRef")
    settle_tax_code(books, detail)
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    # Clients that have neither send two zeros.
    if (
        (quantity or price)
        and None not in (quantity, price)
        and round_cents(quantity * price) != line["Amount"]
    ):
        raise refusals.wrong_amount(line["Amount"])


def _settle_discount(books: Books, line: Body, subtotal: Decimal) -> None:
    """Work out a discount in per cent; another one says its amount. Either is more than 0.

    Raises:
        Refused: it is not.

    """
    detail = line.setdefault(DISCOUNT, {})
    if detail.get("PercentBased"):
        require(detail, "DiscountPercent")
        line["Amount"] = round_cents(subtotal * detail["DiscountPercent"] / _HUNDRED)
    require(line, "Amount")
    if line["Amount"] < 0:
        raise refusals.bad_number("Line.Amount")
    detail["PercentBased"] = detail.get("PercentBased", False)
    detail.setdefault("DiscountAccountRef", books.discount_account())
    line.pop("Id", None)


def _give_ids(change: Change, lines: list[Body]) -> None:
    """Keep the id of a line that was there; every other gets a new one."""
    old = {line["Id"] for line in change.old["Line"] if "Id" in line} if change.old else set()
    last = max((int(number) for number in old), default=0)
    for line in lines:
        if line.get("Id") not in old:
            last += 1
            line["Id"] = str(last)
        old.discard(line["Id"])
