"""What an entity is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub_quickbooks.sandbox.fields import Field


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    Args:
        name: as QuickBooks spells it.
        fields: what a request may hold; everything else is refused.
        family: entities of one family share their ids.
        label: the field that has to be unique, or by which people know it.
        filters: the further fields by which a query may filter and sort, each with its sort: ``text``,
            ``number``, ``flag``, ``day`` or ``reference``. For sensible ones only, as at QuickBooks.
        listed: whether it belongs to a name list: it cannot be deleted, only made inactive, and an
            inactive one is not listed unless asked for.
        transaction: whether it stands in the books, so that a closing date protects it.
        written: whether the API may write it.
        cdc: whether its changes are in change data capture.

    """

    name: str
    fields: Mapping[str, Field]
    family: str
    label: str
    filters: Mapping[str, str] = field(default_factory=dict)
    listed: bool = True
    transaction: bool = False
    written: bool = True
    cdc: bool = True
