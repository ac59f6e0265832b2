"""Whether the tables of the sample firm agree with each other, and with the firm's own totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_tabs3.sandbox.columns import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_tabs3.sandbox import Tabs3Firm
    from hub_tabs3.sandbox.books import Values

    Tables = dict[str, list[Values]]

_ZERO = Decimal(0)
_CHARGED = {"F": "FEE", "E": "EXPENSE", "A": "ADVANCE"}


def audit(firm: Tabs3Firm) -> list[str]:
    """Give what does not agree, in plain words; empty where everything does.

    Everything is computed from the rows of the tables, so that a mistake of the books shows as well.
    """
    tables = {name: [values for values, _ in rows] for name, rows in firm.tables().items()}
    return [
        *_ids(tables),
        *_owners(tables),
        *_statements(tables),
        *_balances(tables),
        *_receipts(tables),
        *_totals(firm, tables),
    ]


def _ids(tables: Tables) -> Iterator[str]:
    for name, rows in tables.items():
        for sequence, count in Counter(row["_SEQUENCE_NO"] for row in rows).items():
            if count > 1:
                yield f"{name} has {count} rows with _SEQUENCE_NO {sequence}."
    for name, ids in _many(tables):
        if len(ids) != len(set(ids)):
            yield f"{name} is not unique."


def _many(tables: Tables) -> Iterator[tuple[str, list[str]]]:
    yield "CLIENT_ID of CLIENT", [row["CLIENT_ID"] for row in tables["CLIENT"]]
    yield "STATEMENT_NUMBER of LEDGER", [row["STATEMENT_NUMBER"] for row in _of(tables, "S")]
    archived = [row["REF_NUM"] for row in tables["ARCHIVE"] if row["REC_TYPE"] == "P"]
    yield "REF_NUM of payments", [*archived, *(row["REF_NUM"] for row in tables["PAYMENT"])]


def _owners(tables: Tables) -> Iterator[str]:
    known = {row["CLIENT_ID"] for row in tables["CLIENT"]}
    for name, rows in tables.items():
        for row in rows:
            if row.get("CLIENT_ID", row.get("GL_REF")) not in {*known, None}:
                yield f"{name} {row['_SEQUENCE_NO']} is of client {row['CLIENT_ID']}, whom CLIENT lacks."


def _statements(tables: Tables) -> Iterator[str]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: _ZERO)
    owners: dict[str, set[str]] = defaultdict(set)
    for row in tables["ARCHIVE"]:
        if row["REC_TYPE"] in {"F", "C"}:
            part = _CHARGED["F" if row["REC_TYPE"] == "F" else row["EXPENSE_ADVANCE"]]
            sums[row["STATEMENT_ID"], part] += Decimal(row["AMOUNT"])
            owners[row["STATEMENT_ID"]].add(row["CLIENT_ID"])
    stated = {row["STATEMENT_ID"]: row for row in _of(tables, "S")}
    yield from (
        f"ARCHIVE has lines of statement id {one}, which LEDGER lacks." for one in owners.keys() - stated
    )
    for statement_id, row in stated.items():
        for part in _CHARGED.values():
            if sums[statement_id, part] != Decimal(row[f"{part}_AMOUNT"]):
                yield f"Statement {row['STATEMENT_NUMBER']}: its lines do not foot to {part}_AMOUNT."
        if owners[statement_id] - {row["CLIENT_ID"]}:
            yield f"Statement {row['STATEMENT_NUMBER']} has lines of another client."
        if _parts(row, "AMOUNT") - Decimal(row["FEE_COURTESY_DISCNT"]) != Decimal(row["TOTAL_AMOUNT"]):
            yield f"Statement {row['STATEMENT_NUMBER']}: its parts do not foot to TOTAL_AMOUNT."


def _balances(tables: Tables) -> Iterator[str]:
    taken: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    for row in (*_of(tables, "P"), *_of(tables, "W")):
        if row["REVERSED_SW"] == "0":
            taken[row["APPLYTO_STMT_ID"]] += Decimal(row["TOTAL_AMOUNT"])
    for row in _of(tables, "S"):
        balance = Decimal(row["TOTAL_AMOUNT"]) - taken[row["STATEMENT_ID"]]
        if balance != Decimal(row["TOTAL_BALANCE"]) or balance != _parts(row, "BALANCE"):
            yield f"Statement {row['STATEMENT_NUMBER']}: TOTAL_BALANCE is not what is owed on it."
        if balance < 0 <= Decimal(row["TOTAL_AMOUNT"]):
            yield f"Statement {row['STATEMENT_NUMBER']} is paid more than it asks."


def _receipts(tables: Tables) -> Iterator[str]:
    archived = {
        (row["CLIENT_ID"], row["DATE"], row["REF_NUM"]): row
        for row in tables["ARCHIVE"]
        if row["REC_TYPE"] == "P"
    }
    live: dict[tuple[str, str, str], list[Values]] = defaultdict(list)
    for row in _of(tables, "P"):
        key = (row["CLIENT_ID"], row["DATE"], row["REFERENCE_NUMBER"])
        if key not in archived:
            yield f"LEDGER {row['_SEQUENCE_NO']} is of a payment that ARCHIVE lacks."
        elif row["PAYMENT_AMOUNT"] != archived[key]["AMOUNT"]:
            yield f"LEDGER {row['_SEQUENCE_NO']} is of a payment of another amount."
        if row["REVERSED_SW"] == "0":
            live[key].append(row)
        if _parts(row, "AMOUNT") != Decimal(row["TOTAL_AMOUNT"]):
            yield f"LEDGER {row['_SEQUENCE_NO']}: its parts do not foot to TOTAL_AMOUNT."
    for rows in live.values():
        applied = sum((Decimal(row["TOTAL_AMOUNT"]) for row in rows), _ZERO)
        if {Decimal(row["PAYMENT_LEFT"]) + applied for row in rows} != {Decimal(rows[0]["PAYMENT_AMOUNT"])}:
            yield f"Payment {rows[0]['REFERENCE_NUMBER']}: what is applied and left is not its amount."


def _totals(firm: Tabs3Firm, tables: Tables) -> Iterator[str]:
    receivable: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    for row in tables["LEDGER"]:
        if row["REVERSED_SW"] == "0":
            sign = 1 if row["RECORD_TYPE"] == "S" else -1
            receivable[row["CLIENT_ID"]] += sign * Decimal(row["TOTAL_AMOUNT"])
    own = firm.totals.receivables()
    if dict(receivable) != {one: own.get(one, _ZERO) for one in receivable}:
        yield "The receivables of LEDGER are not those of the firm."
    hours: dict[tuple[str, str], Decimal] = defaultdict(lambda: _ZERO)
    for row in tables["FEE"]:
        hours[row["CLIENT_ID"], row["TIMEKEEPER"]] += Decimal(row["HOURS"])
    if dict(hours) != firm.totals.unbilled_hours():
        yield "The hours of FEE are not those of the firm."


def _of(tables: Tables, record_type: str) -> list[Values]:
    return [row for row in tables["LEDGER"] if row["RECORD_TYPE"] == record_type]


def _parts(row: Values, kind: str) -> Decimal:
    return sum((Decimal(row[f"{part}_{kind}"]) for part in PARTS), _ZERO)
