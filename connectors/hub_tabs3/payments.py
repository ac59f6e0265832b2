"""Payments: what is entered in PAYMENT, and what is processed in LEDGER and ARCHIVE, as receipts.

A payment that is processed leaves PAYMENT. It is then a row of ARCHIVE, which knows the check, and
a row of LEDGER for each statement that it pays. One check may pay several matters of a client: the
rows that share client, check number and date are one payment here.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import Upsert
from hub_tabs3 import bills
from hub_tabs3.bills import Bills, number_in, statement_named
from hub_tabs3.ids import client_number
from hub_tabs3.payment_parts import APPLIED, ARCHIVED, ENTERED, SCHEMA, Parts
from hub_tabs3.receipts import AMOUNTS, Paid, entered, processed
from hub_tabs3.records import sequence_id, trim_ids, upsert
from hub_tabs3.sorting import sorted_on_disk
from hub_tabs3.totals import UnreadableAmountError, amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub_tabs3.ids import ClientIds
    from hub_tabs3.notices import Notices
    from hub_tabs3.payment_parts import Part
    from hub_tabs3.receipts import Values
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import RowAt, Table

_ZERO = Decimal(0)
_STATEMENT, _PAYMENT = "S", "P"
_CLIENT_FUNDS = "4"
_TRUST_SOURCE = "T"
_STAND_INS = {ENTERED: "REF_NUM", ARCHIVED: "REF_NUM", APPLIED: "REFERENCE_NUMBER"}


class PaymentTables(NamedTuple):
    """The tables that payments are in; ``None`` for what is not exported."""

    entered: Table | None
    ledger: Table | None
    archive: Table | None

    def there(self) -> dict[str, Table]:
        """Those that are exported, by what they are called here."""
        pairs = zip((ENTERED, APPLIED, ARCHIVED), self, strict=True)
        return {origin: table for origin, table in pairs if table}


class Payments:
    """Reads one payment for each receipt of money, with the statements that it pays in APPLICATIONS.

    Before it is processed it goes by the lowest _SEQUENCE_NO of its rows in PAYMENT, and from then
    on by that of its rows in ARCHIVE: rows that are added later do not change it. Rows of LEDGER come
    and go as a payment is applied anew, so that they count only where ARCHIVE is not exported.
    """

    def __init__(self, tables: PaymentTables, ids: ClientIds, notices: Notices) -> None:
        self._tables = tables
        self._ids = ids
        self._notices = notices

    def read(self) -> Iterator[Upsert]:
        """Read every payment.

        Raises:
            SourceFailed: a table cannot be read.

        """
        schema = SCHEMA + bills.SCHEMA
        with sorted_on_disk(schema, "Payments cannot be sorted") as database, ExitStack() as files:
            parts = Parts(database)
            statements = Bills(database, self._notices)
            self._fill(parts, statements)
            parts.gather()
            database.executescript(bills.INDEXES)
            there = self._tables.there().items()
            rows = {origin: files.enter_context(table.opened(self._notices)) for origin, table in there}
            twice = parts.seen_twice()
            for party, found in groupby(parts.in_order(), attrgetter("party")):
                yield self._payment(list(found), rows, statements, twice=party in twice)

    def _fill(self, parts: Parts, statements: Bills) -> None:
        for origin, table in self._tables.there().items():
            for row in table.rows(self._notices):
                kind = row.values.get("RECORD_TYPE" if origin == APPLIED else "REC_TYPE", "").strip()
                if origin == ENTERED or kind == _PAYMENT:
                    parts.add(origin, row, self._item(origin, row, table))
                elif origin == APPLIED and kind == _STATEMENT:
                    statements.add(row, table)

    def _item(self, origin: str, row: Row, table: Table) -> Upsert:
        trim_ids(row.values)
        external_id, trouble = sequence_id(row, table, _STAND_INS[origin], self._notices)
        trouble = trouble or self._ids.problem(row.values.get("CLIENT_ID", ""))
        return upsert(row, table, external_id, trouble or _unreadable(row.values))

    def _payment(
        self, parts: list[Part], rows: Mapping[str, RowAt], statements: Bills, *, twice: bool
    ) -> Upsert:
        found = [(part, rows[part.origin](part.offset, part.length).values) for part in parts]
        for _, values in found:
            trim_ids(values)
        source = next(origin for origin in (ARCHIVED, APPLIED, ENTERED) if _of(found, origin))
        external_id = next(part.sequence for part in parts if part.origin == source)
        problem = next((part.problem for part in parts if part.problem), "")
        if problem:
            raw: dict[str, Any] = dict(found[0][1])
            return Upsert(source, external_id, raw, problem=problem)
        paid = list(self._paid(found))
        applied, lost = self._applied(paid, statements)
        doubt = next((one.unsettled for one in paid if one.unsettled), "") or lost
        doubt = "it is in PAYMENT and in LEDGER at once" if twice else doubt
        return Upsert(
            source,
            external_id,
            _raw([values for _, values in found], paid, applied)
            | _kind_of([values for part, values in found if part.origin != APPLIED])
            | {"PROCESSED": "0" if _of(found, ENTERED) else "1"},
            unsettled=f"still being processed: {doubt}." if doubt else "",
        )

    def _paid(self, found: Sequence[tuple[Part, Values]]) -> Iterator[Paid]:
        """What each receipt of a payment comes to."""
        receipts: dict[str, dict[str, list[Values]]] = defaultdict(lambda: defaultdict(list))
        for part, values in found:
            receipts[part.receipt][part.origin].append(values)
        for tables in receipts.values():
            yield from map(entered, tables[ENTERED])
            if tables[APPLIED] or tables[ARCHIVED]:
                yield processed(tables[APPLIED], tables[ARCHIVED] if self._tables.archive else None)

    def _applied(self, paid: Sequence[Paid], statements: Bills) -> tuple[dict[str, Decimal], str]:
        """How much goes to which statement, and which statement is not there."""
        applied: dict[str, Decimal] = defaultdict(Decimal)
        lost = ""
        if self._tables.ledger is None:
            return applied, lost
        for values, share, aimed in ((*pair, one.aimed) for one in paid for pair in one.applied):
            named = statement_named(values)
            statement = statements.applied_to(values) if named else ""
            if statement:
                applied[statement] += share
            elif named and not aimed:
                lost = f"it is applied to statement {named}, of which LEDGER has no row"
        return applied, lost


def _of(found: Sequence[tuple[Part, Values]], origin: str) -> list[Values]:
    return [values for part, values in found if part.origin == origin]


def _unreadable(values: Mapping[str, str]) -> str:
    """Say which amount cannot be read; empty where all can."""
    try:
        for column in AMOUNTS:
            amount(values, column)
    except UnreadableAmountError as error:
        return str(error)
    return ""


def _raw(rows: Sequence[Values], paid: Sequence[Paid], applied: Mapping[str, Decimal]) -> dict[str, Any]:
    counted = [one for one in paid if not one.reversed] or paid
    total = sum((one.amount for one in counted), _ZERO)
    matters = {values.get("CLIENT_ID", "") for values in rows}
    return {
        "CLIENT_NUMBER": client_number(rows[0].get("CLIENT_ID", "")),
        "CLIENT_ID": matters.pop() if len(matters) == 1 else "",
        "RECEIVED_DATE": rows[0].get("DATE", ""),
        "PAID_AMOUNT": str(total),
        "PAID_LEFT": str(total - sum(applied.values(), _ZERO)),
        "IS_REVERSED": "1" if all(one.reversed for one in paid) else "0",
        "APPLICATIONS": [
            {"STATEMENT_SEQ": statement, "APPLIED": str(share)} for statement, share in applied.items()
        ],
    }


def _kind_of(rows: Sequence[Values]) -> dict[str, str]:
    """How money was received, out of the rows that tell: LEDGER has no such columns."""
    check, online = _first(rows, "GL_CHECK_NUM"), _first(rows, "LP_TRANSACTION_ID")
    trust = any(_is_trust(values) for values in rows)
    return {
        "CHECK_NUM": check,
        "LP_TRANSACTION_ID": online,
        "REFERENCE": check or online,
        "TRUST": "1" if trust else "0",
        "RECEIPT_TYPE": _receipt_type(rows, trust=trust),
        "GL_REF": _first(rows, "GL_REF"),
        "DESCRIPTION": _first(rows, "DESCRIPTION"),
    }


def _receipt_type(rows: Sequence[Values], *, trust: bool) -> str:
    """The code of the receipt type; a word where there is none, so that nothing is taken for cash."""
    codes = [code for values in rows if (code := values.get("GL_RECEIPT_TYPE", "").strip())]
    if trust:
        return _CLIENT_FUNDS if _CLIENT_FUNDS in codes else "trust"
    return codes[0] if codes else "unknown"


def _is_trust(values: Values) -> bool:
    return (
        values.get("GL_RECEIPT_TYPE", "").strip() == _CLIENT_FUNDS
        or values.get("SOURCE", "").strip() == _TRUST_SOURCE
        or bool(number_in(values, "TR_SEQNO"))
    )


def _first(rows: Sequence[Values], column: str) -> str:
    """The first of several texts that is there."""
    return next((text for values in rows if (text := values.get(column, "").strip()).strip("0")), "")
