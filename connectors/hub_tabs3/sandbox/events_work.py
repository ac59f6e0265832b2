"""What happens to entries and bills in the life of the sample firm."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub_tabs3.sandbox.billing import Terms
    from hub_tabs3.sandbox.books import Charge, Statement
    from hub_tabs3.sandbox.life import Life


def hold(life: Life) -> str:
    """An entry is put on hold."""
    charge = life.pick(life.open())
    return f"{_name(life.firm.entries.hold(charge))} held" if charge else ""


def release(life: Life) -> str:
    """An entry on hold is released."""
    charge = life.pick(life.open(hold="H"))
    return f"{_name(life.firm.entries.release(charge))} released" if charge else ""


def edit_hours(life: Life) -> str:
    """The hours of a fee are corrected."""
    charge = life.pick([one for one in life.open() if one.fee])
    if charge is None:
        return ""
    life.firm.entries.edit(charge, hours=charge.quantity + Decimal("0.1"))
    return f"{_name(charge)} has other hours"


def edit_amount(life: Life) -> str:
    """An entry is written down."""
    charge = life.pick([one for one in life.open() if one.amount > 1])
    if charge is None:
        return ""
    life.firm.entries.edit(charge, amount=charge.amount - 1)
    return f"{_name(charge)} has another amount"


def edit_narrative(life: Life) -> str:
    """A narrative is edited."""
    charge = life.pick(life.open())
    if charge is None:
        return ""
    life.firm.entries.edit(charge, text=f"{charge.text[:4_900]} (as discussed)")
    return f"{_name(charge)} has another narrative"


def edit_timekeeper(life: Life) -> str:
    """A fee turns out to be somebody else's work."""
    charge = life.pick([one for one in life.open() if one.fee])
    if charge is None:
        return ""
    team = life.firm.matter(charge.client_id).team
    life.firm.entries.edit(charge, timekeeper=life.random.choice(team))
    return f"{_name(charge)} is by timekeeper {charge.timekeeper}"


def move(life: Life) -> str:
    """An entry is moved to another matter."""
    charge = life.pick(life.open())
    target = life.pick([one for one in life.active() if charge and one != charge.client_id])
    if charge is None or target is None:
        return ""
    before = charge.client_id
    life.firm.entries.move(charge, target)
    return f"{_name(charge)} moved from {before}"


def delete(life: Life) -> str:
    """An entry is deleted."""
    charge = life.pick([one for one in life.open() if not one.origin])
    if charge is None:
        return ""
    life.firm.entries.delete(charge)
    return f"{_name(charge)} deleted"


def split(life: Life) -> str:
    """An entry is billed by shares to two matters or three."""
    charge = life.pick([one for one in life.open() if not one.origin and one.amount > 1])
    if charge is None:
        return ""
    others = [one for one in life.active() if one != charge.client_id]
    percents = life.random.choice(((50, 50), (60, 40), ("33.33", "33.33", "33.34")))
    targets = [charge.client_id, *life.random.sample(others, len(percents) - 1)]
    life.firm.entries.split(charge, dict(zip(targets, percents, strict=True)))
    return f"{_name(charge)} split among {', '.join(targets)}"


def unsplit(life: Life) -> str:
    """A split is undone whose shares are all unbilled."""
    keys = life.firm.unbilled
    whole = [one for one in life.firm.splits.values() if all(share.key in keys for share in one.shares)]
    found = life.pick(whole)
    if found is None:
        return ""
    life.firm.entries.unsplit(found.shares[0])
    return f"{_name(found.original)} is whole again"


def reorder(life: Life) -> str:
    """Reference numbers are reordered."""
    life.firm.entries.reorder()
    return "reference numbers reordered"


def device_file(life: Life) -> str:
    """A device-interface file is merged, of which one record is rejected."""
    day = life.firm.day.strftime("%m/%d/%Y")
    records = [
        f"{life.random.choice(life.active())},{who},4,L120,A103,{day},{hours},,,Call with client\r\n"
        for who, hours in (("PR", "1.1"), ("MAD", "0.4"))
    ]
    records.append(f"999999.99,MAD,4,L120,A103,{day},1.0,,,Call with nobody\r\n")
    records.append(f"{life.random.choice(life.active())},,$251,,E101,{day},40,,,Photocopies\r\n")
    merged = life.firm.merge("".join(records))
    return f"{', '.join(map(_name, merged.charges))} merged, {len(merged.rejected)} record rejected"


# ---------------------------------------------------------------- bills


def bill_one(life: Life) -> str:
    """A matter is billed before its time."""
    charge = life.pick(life.open())
    numbers = life.firm.billing.update([charge.client_id]) if charge else []
    return f"statement {numbers[0]} of {life.firm.statements[numbers[0]].client_id}" if numbers else ""


def undo(life: Life) -> str:
    """A statement is undone; its entries wait for the next billing."""
    statement = life.pick(_recent(life))
    if statement is None:
        return ""
    life.firm.undo(statement.number)
    return f"statement {statement.number} of {statement.client_id} undone"


def reissue(life: Life) -> str:
    """A statement is undone, an entry of it edited, and billed again under its number."""
    return _again(life, renumbered=False)


def reissue_renumbered(life: Life) -> str:
    """A statement is undone, an entry of it edited, and billed again under a new number."""
    return _again(life, renumbered=True)


def remind(life: Life) -> str:
    """A reminder is sent, which bills nothing."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    return f"statement {life.firm.billing.remind(statement.client_id)}, a reminder to {statement.client_id}"


def progress(life: Life) -> str:
    """A matter is billed a fixed fee on account while its time is saved."""
    client_id = life.pick(sorted({one.client_id for one in life.open() if one.fee}))
    if client_id is None:
        return ""
    life.firm.office.progress(client_id)
    return f"statement {life.firm.billing.progress(client_id, '500.00')} of {client_id}, a fee on account"


def finish(life: Life) -> str:
    """A matter on progress billing gets its final bill."""
    saved = sorted({one.client_id for one in life.open(hold="S")})
    client_id = life.pick([one for one in saved if life.firm.matter(one).progress])
    if client_id is None:
        return ""
    number = life.firm.billing.finish(client_id)
    life.firm.office.progress(client_id, on=False)
    return f"statement {number} of {client_id}, final"


def _again(life: Life, *, renumbered: bool) -> str:
    statement = life.pick(_recent(life))
    if statement is None:
        return ""
    number, client_id, day = statement.number, statement.client_id, statement.day
    charges = statement.charges
    held = [life.firm.entries.hold(one) for one in life.open() if one.client_id == client_id]
    life.firm.undo(number)
    changed = life.random.choice(charges)
    life.firm.entries.edit(changed, text=f"{changed.text[:4_900]} (corrected)", amount=changed.amount + 5)
    terms: Terms = {"day": day} if renumbered else {"day": day, "number": number}
    (made,) = life.firm.billing.update([client_id], **terms)
    for one in held:
        life.firm.entries.release(one)
    return f"statement {number} of {client_id} undone, {_name(changed)} edited, billed again as {made}"


def _recent(life: Life) -> list[Statement]:
    """The statements among the last forty that an undoing gives back whole: entries alone, all active."""
    active = set(life.active())
    return [
        one
        for one in list(life.firm.statements.values())[-40:]
        if one.charges
        and one.client_id in active
        and not life.firm.matter(one.client_id).progress
        and not any(charge.by_billing for charge in one.charges)
        and all(charge.day <= one.day for charge in one.charges)
    ]


def _name(charge: Charge) -> str:
    return f"{charge.table} {charge.sequence} of {charge.client_id}"


WORK = (
    *(hold, release, edit_hours, edit_amount, edit_narrative, edit_timekeeper, move, delete, split, unsplit),
    *(reorder, device_file, bill_one, undo, reissue, reissue_renumbered, remind, progress, finish),
)
WORK_PAIRS = ((hold, release), (split, unsplit), (progress, finish))
