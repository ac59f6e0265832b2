"""What ``hub connect`` shows of a firm's tables: what will be in the way, and what the firm has to choose."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from hub.sdk import FieldChoice, Health, HubError, Kind, SourceMissing
from hub_tabs3 import records
from hub_tabs3.bills import is_marked
from hub_tabs3.listing import Listing
from hub_tabs3.payments import Payments, PaymentTables
from hub_tabs3.statements import Statements
from hub_tabs3.trust import movements
from hub_tabs3.write_offs import WriteOffs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.sdk import Upsert
    from hub_tabs3.tables import Export, Table

_TABLES = ("CLIENT", "EMPLOYEE", "FEE", "COST", "ARCHIVE", "LEDGER", "PAYMENT", "FUND")
_REQUIRED = ("CLIENT", "EMPLOYEE")
_SAMPLES = 5
_MATTER_ID_COLUMNS = ("MISC_1", "MISC_2", "MISC_3", "CONTACT", "ALPHA_SEARCH")
"""Where firms keep what a portal needs and Tabs3 has no field for (its TASKBILL help)."""
_UNTOLD_RECEIPTS = {"4": "from client funds", "trust": "from Tabs3 Trust", "unknown": "of no known type"}


def present(export: Export) -> Health:
    """See which tables are there."""
    try:
        absent = [name for name in _TABLES if export.table(name) is None]
    except SourceMissing as error:
        return Health(ok=False, notes=(str(error),))
    notes = tuple(f"{name} is not in {export.folder}; export it as {name}.csv." for name in absent)
    return Health(ok=not set(absent) & set(_REQUIRED), title=export.folder.name, notes=notes)


def surveyed(export: Export, product: Export | None = None, transactions: str = "") -> Sequence[str]:
    """Read every table and note what will be in the way.

    Args:
        export: the tables of Billing.
        product: those of Trust, where the firm has it.
        transactions: the table of Trust that is read.

    """
    notes = []
    extra = product.table(transactions.upper()) if product else None
    if product and extra is None:
        notes.append(f"{transactions} is not in {product.folder}; export it from Tabs3 Trust.")
    return (*notes, *_Survey(export, extra).notes())


class _Survey:
    """Counts what will be held, by table and reason."""

    def __init__(self, export: Export, transactions: Table | None) -> None:
        self._listing = Listing(export)
        self._tables = {name: table for name in _TABLES if (table := self._listing.glance(name))}
        self._transactions = transactions
        self._ids = records.client_ids(self._tables["CLIENT"], self._listing.notices)
        self._problems: Counter[str] = Counter()
        self._unsettled: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._codes: Counter[tuple[str, str]] = Counter()
        self._receipts: Counter[str] = Counter()
        self._secure = 0

    def notes(self) -> Iterator[str]:
        """Count unusable rows by table, and what the shipped mapping does not know or lets out."""
        for item in self._items():
            self._count(item)
        for source, count in self._problems.items():
            rows = "row" if count == 1 else "rows"
            yield f"{source}: {count} {rows} cannot be used. First: {self._first[source]}"
        for source, count in self._unsettled.items():
            yield f"{source}: {count} not settled yet. First: {self._first[f'{source} unsettled']}"
        for (source, code), count in sorted(self._codes.items()):
            yield (
                f"{source}: {count} with BILL_CODE {code}, held until mappings/tabs3.toml says whether "
                "that is billable and printed."
            )
        for code, count in sorted(self._receipts.items()):
            yield (
                f"{count} {'payment' if count == 1 else 'payments'} {_UNTOLD_RECEIPTS[code]}, held until "
                f'mappings/tabs3.toml says what "{code}" is among the `values` of [payment.fields] method.'
            )
        if self._secure:
            yield (
                f"{self._secure} {'matter is' if self._secure == 1 else 'matters are'} marked as secure "
                "(SECURE_CLIENT): what is of them stays here unless a flow says that it goes out."
            )
        yield from self._listing.notices.texts

    def _count(self, item: Upsert) -> None:
        if item.problem:
            self._problems[item.source] += 1
            self._first.setdefault(item.source, item.problem)
        elif item.unsettled:
            self._unsettled[item.source] += 1
            self._first.setdefault(f"{item.source} unsettled", item.unsettled)
        code = item.raw.get("BILL_CODE", "").strip()
        if code.strip("0"):
            self._codes[item.source, code] += 1
        if item.raw.get("RECEIPT_TYPE", "") in _UNTOLD_RECEIPTS:
            self._receipts[item.raw["RECEIPT_TYPE"]] += 1
        if item.source == "CLIENT" and is_marked(item.raw, "SECURE_CLIENT"):
            self._secure += 1

    def _items(self) -> Iterator[Upsert]:
        tables, notices = self._tables, self._listing.notices
        yield from records.matters(tables["CLIENT"], notices)
        yield from records.timekeepers(tables["EMPLOYEE"], notices)
        for name in ("FEE", "COST"):
            if name in tables:
                yield from records.unbilled(tables[name], self._ids, notices)
        if "ARCHIVE" in tables:
            both = frozenset({records.FEES, records.COSTS})
            yield from records.billed(tables["ARCHIVE"], both, self._ids, notices)
        yield from self._money()

    def _money(self) -> Iterator[Upsert]:
        tables, ids, notices = self._tables, self._ids, self._listing.notices
        ledger, archive = tables.get("LEDGER"), tables.get("ARCHIVE")
        if ledger and archive:
            yield from Statements(ledger, archive, ids, notices).read()
        if ledger:
            yield from WriteOffs(ledger, ids, notices).read()
        payments = PaymentTables(tables.get("PAYMENT"), ledger, archive)
        if payments.entered or ledger:
            yield from Payments(payments, ids, notices).read()
        for table in filter(None, (tables.get("FUND"), self._transactions)):
            yield from movements(table, ids, notices)


def choices(export: Export) -> Sequence[FieldChoice]:
    """Name the two choices that only the firm can make, with samples from its data."""
    return tuple(chain(_matter_id(export), _classification(export)))


def _matter_id(export: Export) -> Iterator[FieldChoice]:
    table = _readable(export, "CLIENT")
    samples = _samples(table, export) if table else {}
    if samples:
        yield FieldChoice(
            kind=Kind.MATTER,
            field="client_matter_id",
            question="Which column of CLIENT holds the client's own id for the matter?",
            candidates=samples,
            suggested="MISC_1",
        )


def _samples(table: Table, export: Export) -> dict[str, list[str]]:
    samples: dict[str, list[str]] = {}
    for row in table.rows(Listing(export).notices):
        for column in _MATTER_ID_COLUMNS:
            if row.values.get(column, "").strip():
                _add(samples.setdefault(column, []), row.values[column])
    return samples


def _classification(export: Export) -> Iterator[FieldChoice]:
    table = _readable(export, "EMPLOYEE")
    names: dict[str, list[str]] = {}
    if table:
        for row in table.rows(Listing(export).notices):
            if row.values.get("LEVEL", "").strip():
                _add(names.setdefault(row.values["LEVEL"].strip(), []), row.values.get("NAME", ""))
    if names:
        levels = dict(sorted(names.items()))
        yield FieldChoice(
            kind=Kind.TIMEKEEPER,
            field="classification",
            question="Which LEDES classification (such as PARTNR or ASSOC) does each LEVEL of EMPLOYEE have?",
            candidates={"LEVEL": list(levels)},
            values=levels,
            suggested="LEVEL",
        )


def _readable(export: Export, name: str) -> Table | None:
    try:
        return export.table(name)
    except HubError:
        return None


def _add(samples: list[str], text: str) -> None:
    if text.strip() and text.strip() not in samples and len(samples) < _SAMPLES:
        samples.append(text.strip())
