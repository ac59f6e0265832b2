"""Looking up what a doubtful create may have left behind."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sdk import Found, Kind, SourceFailed
from hub_quickbooks.names import composed, inactive, legal, mark_in, standing, suffixed
from hub_quickbooks.queries import WITH_INACTIVE, equals, from_on, is_one_of, objects
from hub_quickbooks.rows import ENTITIES, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import Reference
    from hub_quickbooks.wire import Wire


def find(wire: Wire, kind: Kind, reference: Reference) -> Sequence[Found]:
    """The objects that a create with this key and payload has left: by its mark, or by its name.

    Raises:
        SourceFailed: the company could not be read; or a credit is there, and is not applied.

    """
    if kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER):
        return list(_by_name(wire, kind, reference.payload))
    if kind is Kind.TIME_ENTRY:
        return list(_like(wire, reference.payload))
    return list(_by_mark(wire, kind, reference))


def _by_name(wire: Wire, kind: Kind, payload: Mapping[str, Any]) -> Iterator[Found]:
    """A display name is unique over all name lists, so that who bears it is the one."""
    if kind is Kind.TIMEKEEPER:
        name, entity = legal(str(payload["DisplayName"])), "Employee"
    else:
        name, entity = composed(str(payload.get("_Number", "")), str(payload.get("_Name", ""))), "Customer"
    names = {name, suffixed(name, kind.value)}
    spelt = [spelling for one in sorted(names) for spelling in (one, inactive(one))]
    for one in objects(wire, entity, is_one_of("DisplayName", *spelt), WITH_INACTIVE):
        if standing(str(one.get("DisplayName", ""))) in names:
            yield from _found(kind, entity, one)


def _by_mark(wire: Wire, kind: Kind, reference: Reference) -> Iterator[Found]:
    """By its number, or by its day; the mark in its memo tells whether it is ours."""
    payload = reference.payload
    number = str(payload.get("DocNumber", ""))
    where = equals("DocNumber", number) if number else from_on("TxnDate", payload["TxnDate"])
    for entity in ENTITIES[kind]:
        for one in objects(wire, entity, where):
            mark = mark_in(str(one.get("PrivateNote", "")))
            if mark is not None and mark.key == reference.key:
                _check_applied(payload, one)
                yield from _found(kind, entity, one)


def _check_applied(payload: Mapping[str, Any], one: Mapping[str, Any]) -> None:
    """See to it that a credit was applied to its invoices, which is the other half of writing it."""
    left = one.get("RemainingCredit")
    wanted = sum((Decimal(str(part["Amount"])) for part in payload.get("_Applications") or ()), Decimal(0))
    if left is not None and Decimal(str(one["TotalAmt"])) - Decimal(str(left)) < wanted:
        message = f"Credit memo {one['Id']} is there, and is not applied to its invoices."
        raise SourceFailed(message, remedy="Apply it there by hand; the next run sees it.")


def _like(wire: Wire, payload: Mapping[str, Any]) -> Iterator[Found]:
    """Time has no memo: what is equal in all that was sent may be it."""
    for one in objects(wire, "TimeActivity", equals("TxnDate", payload["TxnDate"])):
        row = row_of(Kind.TIME_ENTRY, "TimeActivity", one)
        same = ("EmployeeRef", "CustomerRef")
        if (
            row is not None
            and Decimal(str(row.raw["_Hours"])) == Decimal(str(payload["_Hours"]))
            and all((row.raw.get(name) or {}).get("value") == payload[name]["value"] for name in same)
            and row.raw.get("Description", "") == payload.get("Description", "")
        ):
            yield from _found(Kind.TIME_ENTRY, "TimeActivity", one)


def _found(kind: Kind, entity: str, one: Mapping[str, Any]) -> Iterator[Found]:
    row = row_of(kind, entity, one)
    if row is not None:
        yield Found(row.external_id, row.version, row.raw, row.source, digest=row.digest)
