"""Entering, editing, holding, moving, splitting and deleting of fees and costs that are not billed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, Unpack

from hub.model import round_cents
from hub_tabs3.sandbox.books import ZERO, Charge, Split
from hub_tabs3.sandbox.state import fee_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub_tabs3.sandbox.books import Amount
    from hub_tabs3.sandbox.state import Books

MOST_HOURS = Decimal("9999.99")
MOST_MONEY = Decimal("9999999.99")
LONGEST_TEXT = 5_000


class FeeDetails(TypedDict, total=False):
    """What may be said of a fee besides who worked how long on which matter."""

    day: date
    text: str
    task: str
    activity: str
    tcode: str
    rate: Amount
    amount: Amount


class CostDetails(TypedDict, total=False):
    """What may be said of a cost besides its matter, tcode and amount."""

    day: date
    text: str
    timekeeper: str
    activity: str
    units: Amount
    rate: Amount


class Changes(TypedDict, total=False):
    """What may be edited in an unbilled entry."""

    hours: Amount
    units: Amount
    rate: Amount
    amount: Amount
    text: str
    day: date
    timekeeper: str
    client_id: str
    """Another matter: the entry is moved."""
    task: str
    activity: str
    hold: str


class Entries:
    """The fees and costs that are not billed yet."""

    def __init__(self, books: Books) -> None:
        self._books = books

    # ------------------------------------------------------------ entering

    def fee(self, client_id: str, timekeeper: str, hours: Amount, **details: Unpack[FeeDetails]) -> Charge:
        """Enter time; it is priced by the timekeeper's first rate unless a rate or amount is given.

        Raises:
            ValueError: Tabs3 would refuse it.

        """
        row = self._books.person(timekeeper)
        quantity = _hours(hours)
        rate = Decimal(details.get("rate", row["RATE1"]))
        activity = details.get("activity", "A103")
        charge = Charge(
            fee=True,
            sequence=0,
            client_id=client_id,
            day=details.get("day", self._books.day),
            tcode=details.get("tcode", fee_code(activity)),
            timekeeper=row["EMPL"],
            quantity=quantity,
            rate=rate,
            amount=round_cents(Decimal(details.get("amount", quantity * rate))),
            task=details.get("task", "L120"),
            activity=activity,
            text=details.get("text", "Review and revise the draft"),
        )
        return self.enter(charge)

    def cost(self, client_id: str, tcode: str, amount: Amount, **details: Unpack[CostDetails]) -> Charge:
        """Enter a cost; its tcode says whether it is an expense or an advance.

        Raises:
            ValueError: Tabs3 would refuse it.

        """
        row = self._books.tcode(tcode, "EA")
        charge = Charge(
            fee=False,
            sequence=0,
            client_id=client_id,
            day=details.get("day", self._books.day),
            tcode=tcode,
            timekeeper=details.get("timekeeper", self._books.matter(client_id).team[0]),
            quantity=Decimal(details.get("units", ZERO)),
            rate=Decimal(details.get("rate", ZERO)),
            amount=round_cents(Decimal(amount)),
            task="",
            activity=details.get("activity", f"E{int(tcode) % 1_000 - 150:03d}"),
            text=details.get("text", row["DESC"]),
            advance=row["EXP_ADV_FEE_TYPE"] == "A",
        )
        return self.enter(charge)

    def advance(self, client_id: str, amount: Amount, **details: Unpack[CostDetails]) -> Charge:
        """Enter a filing fee that the firm paid for the client."""
        return self.cost(client_id, "262", amount, **details)

    def enter(self, charge: Charge) -> Charge:
        """Take an entry in, under the next _SEQUENCE_NO of its table.

        Raises:
            ValueError: Tabs3 would refuse it.

        """
        self._check(charge)
        charge.sequence = self._books.next(charge.table)
        if charge.created is None and charge.day != self._books.day:
            charge.created = self._books.day
        if self._books.matter(charge.client_id).progress:
            charge.hold = "S"
        return self._books.add(charge)

    # ------------------------------------------------------------ changing

    def edit(self, charge: Charge, **changes: Unpack[Changes]) -> Charge:
        """Change an unbilled entry; new hours, units or a new timekeeper price it again.

        Raises:
            ValueError: it is billed, or Tabs3 would refuse the change.

        """
        found = self._books.open(charge)
        changed = replace(found)
        _apply(changed, changes)
        if "timekeeper" in changes:
            changed.timekeeper = self._books.person(changes["timekeeper"])["EMPL"]
            if found.fee and "rate" not in changes:
                changed.rate = Decimal(self._books.person(changed.timekeeper)["RATE1"])
        if "amount" in changes:
            changed.amount = round_cents(Decimal(changes["amount"]))
        elif changed.quantity and (changed.quantity, changed.rate) != (found.quantity, found.rate):
            changed.amount = round_cents(changed.quantity * changed.rate)
        self._check(changed)
        _overwrite(found, changed)
        return found

    def move(self, charge: Charge, client_id: str) -> Charge:
        """Move an entry to another matter: it keeps its _SEQUENCE_NO.

        Raises:
            ValueError: it is billed, or there is no such matter.

        """
        return self.edit(charge, client_id=client_id)

    def hold(self, charge: Charge) -> Charge:
        """Keep an entry back from the next statements."""
        return self.edit(charge, hold="H")

    def release(self, charge: Charge) -> Charge:
        """Let an entry that was held be billed."""
        return self.edit(charge, hold="P")

    def delete(self, charge: Charge) -> None:
        """Delete an unbilled entry.

        Raises:
            ValueError: it is billed.

        """
        del self._books.unbilled[self._books.open(charge).key]

    def reorder(self) -> None:
        """Give the unbilled fees new reference numbers, and the costs: 1, 2, 3, … by their dates.

        The utility "Reorder Fees" does so; nothing else of a row changes.
        """
        for fee in (True, False):
            mine = (charge for charge in self._books.unbilled.values() if charge.fee is fee)
            for place, charge in enumerate(sorted(mine, key=lambda one: (one.day, one.sequence)), start=1):
                charge.reference = place

    # ------------------------------------------------------------ splitting

    def split(self, charge: Charge, shares: Mapping[str, Amount]) -> list[Charge]:
        """Bill an entry by shares to several matters: it leaves, and a row for each share comes.

        Args:
            charge: the entry.
            shares: the matters with their percentages, which sum to 100; the last takes the rest.

        Raises:
            ValueError: the entry is billed, or the shares do not sum to 100, or there is no such matter.

        """
        found = self._books.open(charge)
        percents = {client_id: Decimal(share) for client_id, share in shares.items()}
        if sum(percents.values()) != 100 or min(percents.values()) <= 0:  # noqa: PLR2004 -- percent
            raise ValueError("The shares of a split are above zero and sum to 100.")
        for client_id in percents:
            self._books.active(client_id)
        del self._books.unbilled[found.key]
        made = [self._share(found, *share) for share in _shares(found, percents)]
        self._books.splits[found.table, found.sequence] = Split(found, made)
        return made

    def unsplit(self, share: Charge) -> Charge:
        """Undo a split: its shares leave, and the entry is back under its own _SEQUENCE_NO.

        Raises:
            ValueError: it is no share of a split, or one of the shares is billed.

        """
        key = (share.table, share.origin)
        if key not in self._books.splits:
            raise ValueError(f"{share.table} {share.sequence} is no share of a split entry.")
        original, made = self._books.splits[key]
        for one in made:
            self._books.open(one)
        for one in made:
            del self._books.unbilled[one.key]
        del self._books.splits[key]
        return self._books.add(original)

    def _share(self, original: Charge, client_id: str, quantity: Decimal, amount: Decimal) -> Charge:
        share = replace(
            original,
            sequence=self._books.next(original.table),
            client_id=client_id,
            quantity=quantity,
            amount=amount,
            source="b",
            origin=original.sequence,
            reference=0,
        )
        return self._books.add(share)

    # ------------------------------------------------------------ what Tabs3 refuses

    def _check(self, charge: Charge) -> None:
        self._books.active(charge.client_id)
        self._books.tcode(charge.tcode, "F" if charge.fee else "EA")
        if charge.timekeeper and self._books.person(charge.timekeeper)["Inactive"] != "0":
            raise ValueError(f"Timekeeper {charge.timekeeper} is inactive.")
        if abs(charge.quantity) > MOST_HOURS or abs(charge.rate) > MOST_HOURS:
            raise ValueError(f"Hours, units and rates end at {MOST_HOURS}.")
        if abs(charge.amount) > MOST_MONEY:
            raise ValueError(f"An amount ends at {MOST_MONEY}.")
        if len(charge.text) > LONGEST_TEXT:
            raise ValueError(f"A description has {LONGEST_TEXT} characters at most.")
        if charge.hold not in {"H", "P", "U", "S"}:
            raise ValueError(f"An entry is on H, P, U or S, not on {charge.hold}.")


def _hours(hours: Amount) -> Decimal:
    found = Decimal(hours)
    if found < 0 or found != found.quantize(Decimal("0.01")):
        raise ValueError(f"Hours are counted in hundredths and not below zero, unlike {found}.")
    return found


def _apply(charge: Charge, changes: Changes) -> None:
    charge.client_id = changes.get("client_id", charge.client_id)
    charge.text = changes.get("text", charge.text)
    charge.day = changes.get("day", charge.day)
    charge.task = changes.get("task", charge.task)
    charge.activity = changes.get("activity", charge.activity)
    charge.hold = changes.get("hold", charge.hold)
    charge.rate = Decimal(changes.get("rate", charge.rate))
    quantity = changes.get("hours") if charge.fee else changes.get("units")
    charge.quantity = charge.quantity if quantity is None else Decimal(quantity)


def _overwrite(charge: Charge, changed: Charge) -> None:
    for name in Charge.__dataclass_fields__:
        setattr(charge, name, getattr(changed, name))


def _shares(charge: Charge, percents: dict[str, Decimal]) -> list[tuple[str, Decimal, Decimal]]:
    quantity, amount = charge.quantity, charge.amount
    made = []
    for place, (client_id, percent) in enumerate(percents.items(), start=1):
        last = place == len(percents)
        mine = quantity if last else round_cents(charge.quantity * percent / 100)
        cents = amount if last else round_cents(charge.amount * percent / 100)
        quantity, amount = quantity - mine, amount - cents
        made.append((client_id, mine, cents))
    return made
