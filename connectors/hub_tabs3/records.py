"""Rows of single tables as the records that the hub reads: matters, timekeepers, entries."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from hub.sdk import Upsert
from hub_tabs3.ids import ClientIds, client_number, id_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import Table

FEES = "F"
COSTS = "C"
_SPLIT = "b"
_REC_TYPES = frozenset({FEES, COSTS, "P", "U"})
"""Payments and client funds are in ARCHIVE as well."""
_ID_COLUMNS = (
    "CLIENT_ID",
    "_SEQUENCE_NO",
    "TIMEKEEPER",
    "REF_NUM",
    "STATEMENT_ID",
    "STATEMENT_NUMBER",
    "EMPL",
)
_EXPORT_AGAIN = "Export the table again."


def client_ids(table: Table | None, notices: Notices) -> ClientIds:
    """Learn from CLIENT how this firm spells its ids."""
    if table is None:
        return ClientIds()
    return ClientIds(row.values.get("CLIENT_ID", "").strip() for row in table.rows(notices))


def matters(table: Table, notices: Notices) -> Iterator[Upsert]:
    """Read every row of CLIENT as one matter."""
    ids = client_ids(table, notices)
    for row in table.rows(notices):
        yield matter(row, table, ids, notices)


def matter(row: Row, table: Table, ids: ClientIds, notices: Notices) -> Upsert:
    """Read one row of CLIENT."""
    trim_ids(row.values)
    client_id, _ = row_id(row, "CLIENT_ID", table, notices)
    row.values["CLIENT_NUMBER"] = client_number(client_id)
    return upsert(row, table, client_id, ids.problem(row.values.get("CLIENT_ID", "")))


def timekeepers(table: Table, notices: Notices) -> Iterator[Upsert]:
    """Read every row of EMPLOYEE."""
    for row in table.rows(notices):
        trim_ids(row.values)
        number, trouble = row_id(row, "EMPL", table, notices)
        yield upsert(row, table, number, trouble)


def unbilled(table: Table, ids: ClientIds, notices: Notices) -> Iterator[Upsert]:
    """Read every row of FEE or COST."""
    for row in table.rows(notices):
        yield entry(row, table, ids, notices)


def billed(table: Table, rec_types: frozenset[str], ids: ClientIds, notices: Notices) -> Iterator[Upsert]:
    """Read the rows of ARCHIVE that are fees, costs, or both.

    A row that says neither comes among the fees, with a problem, so that nobody misses it.
    """
    unwanted = _REC_TYPES - rec_types
    for row in table.rows(notices):
        rec_type = row.values.get("REC_TYPE", "").strip()
        if rec_type in rec_types or (FEES in rec_types and rec_type not in unwanted):
            yield entry(row, table, ids, notices)


def entry(row: Row, table: Table, ids: ClientIds, notices: Notices) -> Upsert:
    """Read one fee or cost, billed or not."""
    values = row.values
    trim_ids(values)
    external_id, trouble = sequence_id(row, table, "REF_NUM", notices)
    trouble = trouble or ids.problem(values.get("CLIENT_ID", ""))
    if not trouble and values.get("TIMEKEEPER"):
        trouble = id_problem("TIMEKEEPER", values["TIMEKEEPER"])
    if not trouble and table.name == "ARCHIVE" and values.get("REC_TYPE", "").strip() not in {FEES, COSTS}:
        trouble = f"REC_TYPE is none of F, C, P and U. {_EXPORT_AGAIN}"
    if "UNITS" in values:
        values["COST_RATE"] = _cost_rate(values)
    if "ORIG_TRANS_SEQ_NO" in values:
        values["SPLIT_OF"] = _split_of(values)
    return upsert(row, table, external_id, trouble)


def _cost_rate(values: dict[str, str]) -> str:
    """Give the price of a unit; a cost without units is one unit of its whole amount and has none."""
    return values.get("RATE", "") if values["UNITS"].strip(" +-0.") else ""


def _split_of(values: dict[str, str]) -> str:
    """Give the entry that a share was split off; a capital B in SOURCE is Tabs3 Billing itself."""
    original = values["ORIG_TRANS_SEQ_NO"].strip()
    is_share = values.get("SOURCE", "").strip() == _SPLIT
    return original if is_share and original.strip("0") else ""


def sequence_id(row: Row, table: Table, stand_in: str, notices: Notices) -> tuple[str, str]:
    """Give the id of a row of a table that numbers its rows, and what is wrong with it.

    ``_SEQUENCE_NO`` stays with a row for life. Where an export leaves that column out, the client
    and the reference number stand in for it, though Tabs3's "Reorder Fees" can change them.
    """
    values = row.values
    if "_SEQUENCE_NO" in values or row.problem or not values.get(stand_in):
        return row_id(row, "_SEQUENCE_NO", table, notices)
    notices.once(
        f"{table.file_name} has no _SEQUENCE_NO; CLIENT_ID and {stand_in} stand in for it. "
        "Export _SEQUENCE_NO too, since reference numbers can change.",
    )
    values["_SEQUENCE_NO"] = f"{values.get('CLIENT_ID', '')}/{values[stand_in].strip()}"
    return values["_SEQUENCE_NO"], ""


def row_id(row: Row, column: str, table: Table, notices: Notices) -> tuple[str, str]:
    """Give the id in a column, or failing that the line, and what is wrong with it."""
    text = row.values.get(column, "") if column != row.doubtful else ""
    if text:
        return text, id_problem(column, text)
    if column not in row.values and not row.problem:
        notices.incomplete(f"{table.file_name} has rows without {column}. {_EXPORT_AGAIN}")
    return f"line {row.line}", id_problem(column, text)


def upsert(row: Row, table: Table, external_id: str, trouble: str) -> Upsert:
    """Make a record of a row, with what is wrong with it."""
    problem = f"{row.problem} {_EXPORT_AGAIN}" if row.problem else trouble
    return Upsert(
        table.source,
        external_id,
        row.values,
        digest=blake2b(row.data, digest_size=16).digest(),
        problem=f"{table.file_name}, line {row.line}: {problem}" if problem else "",
    )


def trim_ids(values: dict[str, str]) -> None:
    """Take the padding off ids, which some ODBC drivers fill up with blanks."""
    for column in _ID_COLUMNS:
        text = values.get(column)
        if text and (text[-1] == " " or text[0] == " "):
            values[column] = text.strip()
