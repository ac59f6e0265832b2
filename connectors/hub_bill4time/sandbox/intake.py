"""The vendor's import templates, filled in: the only way in that there is (facts 2.4).

A person hands in a CSV file or a workbook, whose first row names the columns; case and blanks in these
names do not matter. What it holds is told by its columns. ``Client ID`` and ``Project ID`` are the ids of
the program that was used before, which become the firm's custom ids. A ``User ID`` is the user's id in
Bill4Time; where it is empty or unknown the user's name decides. ``Flat Fee`` is an amount. Both are our
choice.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.resources import COMPLETE, NO_PROJECT, READY, RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hub_bill4time.sandbox.records import Records
    from hub_bill4time.sandbox.store import Body

_FEWEST = {"clients": 50, "projects": 50, "timeEntries": 100}
_STATUSES = {"ready for billing": READY, "billing complete": COMPLETE}
_FLAGS = {"true": True, "false": False}
_DATES = ("%m/%d/%Y", "%m/%d/%y")
_NEEDED = {
    "timeEntries": ("clientname", "user", "billablehours", "dateofwork", "privatedescription", "status"),
    "projects": ("projectname", "clientname"),
    "clients": ("clientname",),
}

Row = dict[str, str]
"""A row by the names of its columns, in lower case without blanks."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was left out: its number in the file, where the names of the columns are row 1, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an import.

    Args:
        resource: what it held.
        added: the new ids, in the order of their rows.
        refused: the rows that were left out.

    """

    resource: str
    added: Sequence[int]
    refused: Sequence[RefusedRow]


def take(records: Records, path: Path, *, minimum: bool) -> Taken:
    """Take what a filled-in template holds.

    Raises:
        Refused: it is none, or has fewer rows than the vendor takes.

    """
    try:
        rows = list(_read(path))
    except (UnicodeDecodeError, csv.Error, BadZipFile, KeyError):
        raise Refused(f"{path.name} is neither CSV in UTF-8 nor a workbook.") from None
    resource = _resource(rows[0][1] if rows else {})
    if minimum and len(rows) < _FEWEST[resource]:
        raise Refused(f"{path.name} has {len(rows)} rows; {_FEWEST[resource]} are the fewest.")
    added, refused = [], []
    for number, row in rows:
        try:
            added.append(records.add(resource, _FIELDS[resource](records, row))["id"])
        except Refused as reason:
            refused.append(RefusedRow(number, str(reason)))
    return Taken(resource, added, refused)


def _resource(row: Row) -> str:
    for resource, needed in _NEEDED.items():
        if all(name in row for name in needed):
            return resource
    raise Refused("It has no rows, or not the columns of a template for time entries, projects or clients.")


# ------------------------------------------------------------ reading the file


def _read(path: Path) -> Iterator[tuple[int, Row]]:
    sheet = _workbook(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    names: list[str] = []
    for number, cells in enumerate(sheet, 1):
        if not names:
            names = [_name(cell) for cell in cells]
        elif any(cells):
            yield number, dict(zip(names, [*cells, *[""] * len(names)], strict=False))


def _csv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from ([cell.strip() for cell in row] for row in csv.reader(file))


def _workbook(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 -- takes long to import

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        yield from ([_cell(cell) for cell in row] for row in book.active.iter_rows(values_only=True))
    finally:
        book.close()


def _cell(value: Any) -> str:  # noqa: ANN401 -- whatever a cell holds
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _name(cell: str) -> str:
    """``ClientId(previous)`` and ``Client ID`` are one column, and so are ``Billable`` and what it can be."""
    name = "".join(cell.lower().split()).partition("(")[0]
    return name.removesuffix("true/false")


# ------------------------------------------------------------ what a row says


def _client_fields(records: Records, row: Row) -> Body:
    status = row.get("status") or "Active"
    if status not in {"Active", "Disabled"}:
        raise Refused(f"Status {status!r} is neither Active nor Disabled.")
    named = row.get("accountmanager") or row.get("accountmanagerid")
    manager = (
        _user(records, row.get("accountmanagerid", ""), row.get("accountmanager", "")) if named else None
    )
    custom = row.get("clientid") or None
    if custom and _by_custom_id(records, "clients", custom):
        raise Refused(f"Client ID {custom!r} is taken.")
    return {
        "clientName": row["clientname"] or None,
        "customId": custom,
        "status": status,
        "accountManagerId": manager,
    }


def _project_fields(records: Records, row: Row) -> Body:
    status = row.get("status") or "Open"
    if status not in {"Open", "Closed"}:
        raise Refused(f"Status {status!r} is neither Open nor Closed.")
    names = {"projectName": row["projectname"] or None, "customId": row.get("projectid") or None}
    return {**names, "clientId": _client(records, row), "status": status}


def _entry_fields(records: Records, row: Row) -> Body:
    client = _client(records, row)
    status = _STATUSES.get(row["status"].lower())
    billable = _FLAGS.get((row.get("billable") or "true").lower())
    if status is None or billable is None:
        raise Refused(
            f"Status {row['status']!r} or Billable {row.get('billable')!r} is no word of the template."
        )
    fields: Body = {
        "clientId": client,
        "projectId": _project(records, row, client),
        "userId": _user(records, row.get("userid", ""), row["user"]),
        "billableTime": _number("Billable Hours", row["billablehours"]),
        "entryDate": _day(row["dateofwork"]),
        "descriptionPrivate": row["privatedescription"],
        "descriptionPublic": row.get("publicdescription") or None,
        "billingStatus": status,
        "isBillable": billable,
    }
    if row.get("overriderate"):
        fields["hourlyRate"] = _number("Override Rate", row["overriderate"])
    if row.get("flatfee"):
        fields |= {"flatFee": True, "flatFeeAmount": _number("Flat Fee", row["flatfee"])}
    return fields


_FIELDS: Mapping[str, Callable[[Records, Row], Body]] = {
    "clients": _client_fields,
    "projects": _project_fields,
    "timeEntries": _entry_fields,
}


def _by_custom_id(records: Records, resource: str, custom: str) -> list[Body]:
    return records.store.all(RESOURCES[resource], 't."customId" = ?', (custom,))


def _client(records: Records, row: Row) -> int:
    custom, name = row.get("clientid", ""), row["clientname"]
    found = (
        _by_custom_id(records, "clients", custom)
        if custom
        else records.store.all(RESOURCES["clients"], 't."clientName" = ?', (name,))
    )
    return _one(found, f"client {custom or name!r}")


def _project(records: Records, row: Row, client: int) -> int:
    custom, name = row.get("projectid", ""), row.get("projectname", "")
    if not custom and not name:
        return NO_PROJECT
    column, value = ("customId", custom) if custom else ("projectName", name)
    condition = f't."{column}" = ? AND t."clientId" = ?'
    found = records.store.all(RESOURCES["projects"], condition, (value, client))
    return _one(found, f"project {value!r} of that client")


def _user(records: Records, number: str, name: str) -> int:
    users = RESOURCES["users"]
    by_id = (
        records.store.all(users, "t.id = ?", (int(number),)) if re.fullmatch(r"[0-9]{1,9}", number) else []
    )
    by_name = "trim(t.fname || ' ' || t.lname) = ? COLLATE NOCASE"
    return _one(by_id or records.store.all(users, by_name, (name,)), f"user {name or number!r}")


def _one(found: Sequence[Body], what: str) -> int:
    if len(found) != 1:
        raise Refused(f"There is {'no' if not found else 'more than one'} {what}.")
    return int(found[0]["id"])


def _number(column: str, text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        raise Refused(f"{column} {text!r} is not a number.") from None


def _day(text: str) -> date:
    for spelling in ("%Y-%m-%d", *_DATES):
        try:
            return datetime.strptime(text, spelling).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    raise Refused(f"Date of Work {text!r} is not a date.")
