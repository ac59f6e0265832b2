"""What is in the way of a create: a name that a vendor or employee has, a number that is used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hub.sdk import Rejected, SourceFailed
from hub_quickbooks.names import mark_in, suffixed
from hub_quickbooks.queries import WITH_INACTIVE, equals, objects
from hub_quickbooks.rows import row_of, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import End
    from hub_quickbooks.faults import Fault
    from hub_quickbooks.wire import Wire
    from hub_quickbooks.writing import Item

_NAME_IS_USED = "6240"
_NUMBER_IS_USED = "6140"
_NAMED = re.compile(r"TxnType=(?P<sort>\w+).*?TxnId=(?P<id>\w+)")
_OTHERS = ("Vendor", "Employee")


class Clashes:
    """Looks at what stands in the way."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def renamed(self, item: Item, fault: Fault) -> Item | None:
        """The item under a name that is free, where a vendor or employee has its own.

        A customer of that name may be this very client, so that it is for a person to say.
        """
        if fault.code != _NAME_IS_USED or item.entity != "Customer":
            return None
        name = str(item.document["DisplayName"])
        try:
            taken = [entity for entity in (*_OTHERS, "Customer") if self._has(entity, name)]
        except SourceFailed:
            return None
        if "Customer" in taken or not taken:
            return None
        document = {**item.document, "DisplayName": suffixed(name, item.intent.kind.value)}
        return type(item)(item.intent, item.entity, document)

    def _has(self, entity: str, name: str) -> bool:
        return any(True for _ in objects(self._wire, entity, equals("DisplayName", name), WITH_INACTIVE))

    def known(self, item: Item, fault: Fault) -> End | None:
        """What has our number already: our own, from an attempt that was believed lost, or another one."""
        if fault.code != _NUMBER_IS_USED:
            return None
        named = _NAMED.search(fault.message)
        if named is None:
            return None
        try:
            found = self._wire.get(f"{named['sort'].lower()}/{named['id']}").get(named["sort"]) or {}
        except SourceFailed:
            return None
        return _same_record(item, named["sort"], found) or _used(item, fault, named["sort"], found)


def _same_record(item: Item, entity: str, found: Mapping[str, Any]) -> End | None:
    """It is there, if its mark names the same record: keys of one record differ in the attempt alone."""
    mark = mark_in(str(found.get("PrivateNote", "")))
    if mark is None or _record_in(mark.key) != _record_in(item.intent.key):
        return None
    return written(item.intent.kind, entity, found)


def _record_in(key: str) -> str:
    return key.rpartition("-")[0]


def _used(item: Item, fault: Fault, entity: str, found: Mapping[str, Any]) -> Rejected:
    row = row_of(item.intent.kind, entity, found) if found else None
    customer = str((found.get("CustomerRef") or {}).get("name") or "another customer")
    amount = row.raw.get("TotalAmt") if row else found.get("TotalAmt")
    return Rejected(
        fault.code,
        f"its number {item.document.get('DocNumber', '')} is used there by {entity} {found.get('Id', '')} of "
        f"{customer} over {amount}",
        "DocNumber",
        fault.meaning.remedy,
    )
