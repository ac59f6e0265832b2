"""What ``hub connect`` shows of a firm's tables: what will be in the way, and what the firm has to choose."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from hub.sdk import FieldChoice, Health, HubError, Kind, SourceMissing
from hub_tabs3 import records
from hub_tabs3.listing import Listing
from hub_tabs3.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.sdk import Upsert
    from hub_tabs3.tables import Export, Table

_TABLES = ("CLIENT", "EMPLOYEE", "FEE", "COST", "ARCHIVE", "LEDGER")
_REQUIRED = ("CLIENT", "EMPLOYEE")
_SAMPLES = 5
_MATTER_ID_COLUMNS = ("MISC_1", "MISC_2", "MISC_3", "CONTACT", "ALPHA_SEARCH")
"""Where firms keep what a portal needs and Tabs3 has no field for (its TASKBILL help)."""


def examine(export: Export) -> Health:
    """Read every table and note what will be in the way."""
    try:
        absent = [name for name in _TABLES if export.table(name) is None]
    except SourceMissing as error:
        return Health(ok=False, notes=(str(error),))
    notes = [f"{name} is not in {export.folder}; export it as {name}.csv." for name in absent]
    if set(absent) & set(_REQUIRED):
        return Health(ok=False, title=export.folder.name, notes=tuple(notes))
    return Health(ok=True, title=export.folder.name, notes=(*notes, *_notes(export)))


def _notes(export: Export) -> Iterator[str]:
    """Count unusable rows by table, and the codes that the shipped mapping does not know."""
    listing = Listing(export)
    problems: Counter[str] = Counter()
    first: dict[str, str] = {}
    codes: Counter[tuple[str, str]] = Counter()
    for item in _items(listing):
        if item.problem:
            problems[item.source] += 1
            first.setdefault(item.source, item.problem)
        code = item.raw.get("BILL_CODE", "").strip()
        if code.strip("0"):
            codes[item.source, code] += 1
    for source, count in problems.items():
        yield f"{source}: {count} {'row' if count == 1 else 'rows'} cannot be used. First: {first[source]}"
    for (source, code), count in sorted(codes.items()):
        yield (
            f"{source}: {count} with BILL_CODE {code}, held until mappings/tabs3.toml says whether "
            "that is billable and printed."
        )
    yield from listing.notices.texts


def _items(listing: Listing) -> Iterator[Upsert]:
    tables = {name: table for name in _TABLES if (table := listing.glance(name))}
    notices = listing.notices
    ids = records.client_ids(tables["CLIENT"], notices)
    yield from records.matters(tables["CLIENT"], notices)
    yield from records.timekeepers(tables["EMPLOYEE"], notices)
    for name in ("FEE", "COST"):
        if name in tables:
            yield from records.unbilled(tables[name], ids, notices)
    if "ARCHIVE" in tables:
        both = frozenset({records.FEES, records.COSTS})
        yield from records.billed(tables["ARCHIVE"], both, ids, notices)
        if "LEDGER" in tables:
            yield from Statements(tables["LEDGER"], tables["ARCHIVE"], ids, notices).read()


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
