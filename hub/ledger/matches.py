"""Match keys: by which fields records of a kind may be one and the same. Filled when first asked."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from anyascii import anyascii
from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.ledger.schema import match_index, match_key, record
from hub.model import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.ledger.ledger import Ledger
    from hub.model import Kind

FieldLists = tuple[tuple[str, ...], ...]

_EXACT, _NEAR = "=", "~"
_PAGE = 2000
_SPELLING = 3
"""Raised when keys come to be made otherwise, so that they are filled in anew."""


def _is_quantity(annotation: object) -> bool:
    """Whether a field holds a number, of which every sign counts: 1.5 is not near 15."""
    return annotation is Decimal or any(map(_is_quantity, get_args(annotation)))


_QUANTITIES = frozenset(
    name
    for model in MODELS.values()
    for name, field in model.model_fields.items()
    if _is_quantity(field.annotation)
)


class MatchKey(NamedTuple):
    """By which fields a record may be found, exactly and loosely."""

    names: tuple[str, ...]
    exact: int
    near: int


def match_keys(fields: FieldLists, values: Mapping[str, Any]) -> list[MatchKey]:
    """The keys of each list of fields of which the record has all.

    A field in which two records may lie apart (``received_on~5``), or of which one may say nothing
    (``reference?``), is no part of the key; whether they are close enough is for ``are_close`` to say.
    """
    keys = []
    for names in fields:
        found = {name: values.get(name.partition("~")[0]) for name in names if not name.endswith("?")}
        if all(value not in (None, "") for value in found.values()):
            plain = [name for name in found if "~" not in name]
            texts = [str(found[name]) for name in plain]
            loose = [
                text if name in _QUANTITIES else _loose(text) for name, text in zip(plain, texts, strict=True)
            ]
            keys.append(MatchKey(names, _key(_EXACT, plain, texts), _key(_NEAR, plain, loose)))
    return keys


def are_close(names: Sequence[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two records with the same key lie close enough in the fields that may differ."""
    return all(_is_close(name, one, other) for name in names)


def _is_close(said: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if said.endswith("?"):
        mine, theirs = one.get(said[:-1]), other.get(said[:-1])
        return mine in (None, "") or theirs in (None, "") or mine == theirs or reads_alike(mine, theirs)
    name, wide, width = said.partition("~")
    return not wide or _distance(one.get(name), other.get(name)) <= Decimal(width)


def apart(names: Sequence[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """How far two records lie apart in the fields in which they may; the nearer come first."""
    wide = [name.partition("~")[0] for name in names if "~" in name]
    return tuple(_distance(one.get(name), other.get(name)) for name in wide)


def _distance(one: object, other: object) -> Decimal:
    """How far two stored values lie apart: days, or an amount."""
    if one is None or other is None:
        return Decimal("Infinity")
    try:
        return abs(Decimal(str(one)) - Decimal(str(other)))
    except InvalidOperation:
        return Decimal(abs((date.fromisoformat(str(one)) - date.fromisoformat(str(other))).days))


def _key(sort: str, names: Sequence[str], texts: Sequence[str]) -> int:
    text = "\x1f".join((sort, *names, *texts))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def _loose(text: str) -> str:
    """A text without punctuation, blanks, case and accents: what a file may have to spell otherwise."""
    if not text.isascii():
        text = anyascii(text) or text
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text


def reads_alike(one: object, other: object) -> bool:
    """Whether two texts say the same but for punctuation, blanks, case and accents."""
    return isinstance(one, str) and isinstance(other, str) and _loose(one) == _loose(other)


class Matches:
    """Finds records by their match keys."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def bring_up_to_date(self, kind: Kind, fields: FieldLists, exact: FieldLists = ()) -> None:
        """Fill in the keys of all that changed since the last time; inside a transaction.

        Args:
            kind: the kind of the records.
            fields: the lists by which they are looked for exactly and loosely.
            exact: the lists by which they are looked for exactly.

        """
        mine = (match_index.c.workspace == self._ledger.workspace) & (match_index.c.kind == kind.number)
        known = self._ledger.connection.execute(select(match_index).where(mine)).one_or_none()
        described = json.dumps([_SPELLING, fields, exact])
        if known is not None and known.fields != described:
            self._forget(kind)
            known = None
        reached = known.revision if known else 0
        newest = reached
        rows: list[dict[str, int]] = []
        for stored in self._ledger.records.of_kind(kind, after_revision=reached):
            newest = stored.revision
            rows += self._rows(kind, (fields, exact), stored.id, stored.values)
            if len(rows) > _PAGE:
                self._add(rows)
                rows = []
        self._add(rows)
        if newest > reached or known is None:
            self._ledger.connection.execute(delete(match_index).where(mine))
            self._ledger.connection.execute(
                insert(match_index).values(
                    workspace=self._ledger.workspace,
                    kind=kind.number,
                    fields=described,
                    revision=newest,
                ),
            )

    def _forget(self, kind: Kind) -> None:
        self._ledger.connection.execute(
            delete(match_key).where(
                match_key.c.workspace == self._ledger.workspace,
                match_key.c.kind == kind.number,
            ),
        )

    def _rows(
        self,
        kind: Kind,
        lists: tuple[FieldLists, FieldLists],
        identifier: int,
        values: Mapping[str, Any],
    ) -> list[dict[str, int]]:
        fields, exact = lists
        keys = {key.exact for key in match_keys((*fields, *exact), values)}
        keys |= {key.near for key in match_keys(fields, values)}
        common = {"workspace": self._ledger.workspace, "kind": kind.number, "record": identifier}
        return [{**common, "key": key} for key in keys]

    def _add(self, rows: list[dict[str, int]]) -> None:
        if not rows:
            return
        sqlite = self._ledger.connection.dialect.name == "sqlite"
        added = sqlite_insert(match_key) if sqlite else postgresql_insert(match_key)
        self._ledger.connection.execute(added.on_conflict_do_nothing(), rows)

    def candidates(self, kind: Kind, keys: Iterable[int]) -> dict[int, set[int]]:
        """The records that have each of these keys."""
        wanted = sorted(set(keys))
        found: dict[int, set[int]] = {}
        for start in range(0, len(wanted), _PAGE):
            rows = self._ledger.connection.execute(
                select(match_key.c.key, match_key.c.record).where(
                    match_key.c.workspace == self._ledger.workspace,
                    match_key.c.kind == kind.number,
                    match_key.c.key.in_(wanted[start : start + _PAGE]),
                ),
            )
            for row in rows:
                found.setdefault(row.key, set()).add(row.record)
        return found

    def anything_else(self, kind: Kind, stream: int) -> bool:
        """Whether any record of a kind could be a match: one that this stream does not list itself."""
        known = select(func.count()).where(
            record.c.workspace == self._ledger.workspace,
            record.c.kind == kind.number,
        )
        listed = self._ledger.bulk.count_live([stream])
        return int(self._ledger.connection.execute(known).scalar() or 0) > listed
