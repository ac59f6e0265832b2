"""Client money: FUND of Billing, and the transactions of the Trust product. Read, and never written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_tabs3.ids import client_number
from hub_tabs3.odbc import TableRequest
from hub_tabs3.records import sequence_id, trim_ids, upsert
from hub_tabs3.tables import Export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.sdk import Upsert
    from hub_tabs3.ids import ClientIds
    from hub_tabs3.notices import Notices
    from hub_tabs3.odbc import Reader
    from hub_tabs3.tables import Table

PRODUCT = "TRUST"
"""What tells the tables of the Trust product from Billing's, which have the same names."""


def movements(table: Table, ids: ClientIds, notices: Notices) -> Iterator[Upsert]:
    """Read every row of a table of client money as one movement."""
    for row in table.rows(notices):
        trim_ids(row.values)
        external_id, trouble = sequence_id(row, table, "REFERENCE_NUMBER", notices)
        trouble = trouble or ids.problem(row.values.get("CLIENT_ID", ""))
        row.values["CLIENT_NUMBER"] = client_number(row.values.get("CLIENT_ID", ""))
        yield upsert(row, table, external_id, trouble)


def fetched(reader: Reader, folder: Path, name: str) -> Export:
    """Read the transactions of the Trust product into a folder.

    Raises:
        SourceFailed: they cannot be read now.

    """
    reader.fetch([TableRequest(name.upper(), optional=True)], folder)
    return Export(folder, PRODUCT, "trust_dsn")
