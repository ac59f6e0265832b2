"""Clients: all rows of CLIENT that share the client's part of CLIENT_ID, and which of them speaks for it."""

from __future__ import annotations

import csv
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from hub.sdk import Remark, SourceFailed, Upsert
from hub_tabs3.ids import client_number, matter_order
from hub_tabs3.records import client_ids, matter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import Table

    Rank = Callable[[Row, Upsert], int]

_COMPARED = (
    *("NAME", "ADDR1", "ADDR2", "ADDR3", "CITY", "STATE", "ZIP", "COUNTRY"),
    "EMAIL_ADDRESS",
)
_BILL_TO = "Y"
_MEND_CROSSWALK = "Make it a CSV file whose first line is client,client_id, or set client_from otherwise."


class Speaker(StrEnum):
    """Which matter speaks for its client: for its name, its address, its e-mail."""

    LOWEST = "lowest"
    """The matter with the lowest number."""
    BILL_TO = "bill-to"
    """The one whose own address is the bill-to address; failing that the lowest."""
    CROSSWALK = "crosswalk"
    """The one that a file of the firm names; failing that the lowest."""


class _Known(NamedTuple):
    """What a client's speaker says of it."""

    client_id: str
    says: tuple[int, ...]


class Clients:
    """Reads one client for all rows of CLIENT that share the client's part of CLIENT_ID.

    A row that cannot be used is told here only if its client has no other. Where matters of one
    client disagree on its name or address, the speaker's is taken and a person is told.

    Args:
        table: CLIENT.
        rank: how well a row is suited to speak for its client; the lowest matter of the highest
            rank does.
        notices: where to say what is odd.

    """

    def __init__(self, table: Table, rank: Rank, notices: Notices) -> None:
        self._table = table
        self._rank = rank
        self._notices = notices
        self._ids = client_ids(table, notices)
        self._told: set[str] = set()

    def read(self) -> Iterator[Upsert]:
        """Read every client.

        Raises:
            SourceFailed: the table cannot be read.

        """
        speakers = self._speakers()
        known: dict[str, _Known] = {}
        early: dict[str, list[_Known]] = {}
        for row, item in self._rows():
            client = client_number(item.external_id)
            if item.problem:
                if client not in speakers:
                    yield item
                continue
            said = _Known(item.external_id, _said(row.values))
            if client in known:
                self._compare(client, known[client], said)
            elif speakers[client] == item.external_id:
                known[client] = said
                for other in early.pop(client, ()):
                    self._compare(client, said, other)
                yield Upsert(item.source, client, item.raw, digest=item.digest)
            else:
                early.setdefault(client, []).append(said)

    def _rows(self) -> Iterator[tuple[Row, Upsert]]:
        for row in self._table.rows(self._notices):
            yield row, matter(row, self._table, self._ids, self._notices)

    def _speakers(self) -> dict[str, str]:
        """The CLIENT_ID that speaks for each client."""
        best: dict[str, tuple[int, str]] = {}
        for row, item in self._rows():
            if not item.problem:
                client, found = client_number(item.external_id), (self._rank(row, item), item.external_id)
                if client not in best or _suits_better(found, best[client]):
                    best[client] = found
        return {client: client_id for client, (_, client_id) in best.items()}

    def _compare(self, client: str, speaker: _Known, other: _Known) -> None:
        differing = [
            column
            for column, mine, its in zip(_COMPARED, speaker.says, other.says, strict=True)
            if mine != its and _SILENT not in {mine, its}
        ]
        if differing and client not in self._told and speaker.client_id != other.client_id:
            self._told.add(client)
            self._notices.remarks.append(_disagreement(client, differing, speaker.client_id, other.client_id))


def _suits_better(found: tuple[int, str], before: tuple[int, str]) -> bool:
    (rank, client_id), (best, other) = found, before
    return (-rank, matter_order(client_id)) < (-best, matter_order(other))


_SILENT = hash("")


def _said(values: Mapping[str, str]) -> tuple[int, ...]:
    """What a row says of its client, short enough to be kept for every client."""
    return tuple(hash(" ".join(values.get(column, "").split())) for column in _COMPARED)


def _disagreement(client: str, columns: list[str], used: str, other: str) -> Remark:
    verb = "differs" if len(columns) == 1 else "differ"
    return Remark(
        source="CLIENT",
        external_id=client,
        about="client fields disagree",
        message=f"{' and '.join(columns)} {verb} between {used} and {other}; {used} is used.",
        remedy="Make them the same in Tabs3, or say with client_from in hub.toml which matter speaks.",
    )


def lowest(_row: Row, _item: Upsert) -> int:
    """Rank all rows alike, so that the lowest matter speaks."""
    return 0


def bill_to(table: Table | None, notices: Notices) -> Rank:
    """Rank a row by whether it has a bill-to address of its own.

    The ODBC help gives BILL_TO_CODE as Y, N or D without a word on them; that Y is a matter's own
    bill-to, and that BILLTO has its CLIENT_ID, is our reading.
    """
    with_address = {
        row.values.get("CLIENT_ID", "").strip() for row in (table.rows(notices) if table else ())
    } - {""}

    def rank(row: Row, item: Upsert) -> int:
        if row.values.get("BILL_TO_CODE", "").strip() == _BILL_TO:
            return 2
        return int(item.external_id in with_address)

    return rank


class Crosswalk:
    """Ranks a row by whether the firm's own file names it.

    Raises:
        SourceFailed: the file is not there or cannot be read.

    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._named = _read_crosswalk(path)
        self._found: set[str] = set()

    def __call__(self, _row: Row, item: Upsert) -> int:
        """Rank a row."""
        if self._named.get(client_number(item.external_id)) != item.external_id:
            return 0
        self._found.add(item.external_id)
        return 1

    def tell_missed(self, notices: Notices) -> None:
        """Say which of the ids that the file names are no matters."""
        for client, client_id in self._named.items():
            if client_id not in self._found:
                notices.once(
                    f"{self._path.name} says that {client_id} speaks for client {client}, but CLIENT has no "
                    "such matter of it; its lowest matter speaks.",
                )


def _read_crosswalk(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"client", "client_id"} <= set(reader.fieldnames or ()):
                raise SourceFailed(f"{path} has no columns client and client_id.", remedy=_MEND_CROSSWALK)
            return {_cell(row, "client"): _cell(row, "client_id") for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is no CSV file in UTF-8"
        raise SourceFailed(f"{path} cannot be read: {reason}.", remedy=_MEND_CROSSWALK) from error


def _cell(row: Mapping[str, str | None], column: str) -> str:
    return (row.get(column) or "").strip()
