"""The fast path: tuples through the driver. This module alone knows that speed matters here."""

from __future__ import annotations

from itertools import islice
from operator import lt
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from hub.ledger.schema import binding, record, revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.sql import Executable

    from hub.ledger.ledger import Ledger


class Bound(NamedTuple):
    """What is known of one external id of a stream."""

    external_id: str
    id: int
    record: int
    state: int
    digest: bytes | None
    agreed: int


_GONE = 2
"""The state of a binding whose row has left."""
_NOWHERE = 1
"""The state of a record that no system lists."""

_LOOKUP = (
    "SELECT external_id, id, record, state, digest, agreed FROM binding WHERE stream = ? AND external_id"
)

RecordRow = tuple[int, int, int, int, int, str]
RevisionRow = tuple[int, int, int, "int | None", int, "str | None"]
BindingRow = tuple[Any, ...]

_RECORD = ("id", "workspace", "kind", "state", "revision", "body")
_REVISION = ("record", "id", "run", "connection", "change", "replaced")
_BINDING = (
    "stream",
    "external_id",
    "id",
    "record",
    "connection",
    "state",
    "agreed",
    "digest",
    "sent",
    "version",
    "raw",
)


class Bulk:
    """Looks up and inserts a page at a time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        dialect = ledger.connection.dialect
        style: Any = "qmark" if dialect.name == "sqlite" else "format"
        self._orders_like_python = dialect.name == "sqlite"
        self._mark = "?" if style == "qmark" else "%s"
        self._insert_records = self._insert(record.name, _RECORD)
        self._insert_revisions = self._insert(revision.name, _REVISION)
        self._insert_bindings = self._insert(binding.name, _BINDING)
        self._next: dict[str, int] = {}

    def _insert(self, table: str, columns: Sequence[str]) -> str:
        marks = ", ".join([self._mark] * len(columns))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 -- our own names

    def forget_counters(self) -> None:
        """Ask for the highest ids anew; another run may have used some."""
        self._next.clear()

    def next_ids(self, what: str, count: int = 1) -> int:
        """Set aside so many ids (``record``, ``revision`` or ``binding``) and give the first."""
        if what not in self._next:
            column = {"record": record.c.id, "revision": record.c.revision, "binding": binding.c.id}[what]
            highest = self._ledger.connection.execute(select(func.max(column))).scalar()
            self._next[what] = (highest or 0) + 1
        first = self._next[what]
        self._next[what] = first + count
        return first

    def lookup(self, stream: int, external_ids: Sequence[str]) -> dict[str, Bound]:
        """What is known of these external ids of a stream."""
        return {row[0]: Bound._make(row) for row in self.lookup_rows(stream, external_ids)}

    def lookup_rows(self, stream: int, external_ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """As ``lookup``, in plain rows with the fields of ``Bound``."""
        if not external_ids:
            return []
        if self._orders_like_python and all(map(lt, external_ids, islice(external_ids, 1, None))):
            rows = self._range(stream, external_ids)
            if rows is not None:
                return rows
        marks = ",".join("?" * len(external_ids))
        return self._fetch(f"{_LOOKUP} IN ({marks})", (stream, *external_ids))

    def _range(self, stream: int, external_ids: Sequence[str]) -> list[tuple[Any, ...]] | None:
        """A page in the order of its ids is one range of the table, read without searching.

        Other ids may lie in the range; they are no part of the page. ``None`` where they are many.
        """
        first, last, most = external_ids[0], external_ids[-1], 2 * len(external_ids)
        rows = self._fetch(
            f"{_LOOKUP} BETWEEN ? AND ? ORDER BY external_id LIMIT ?", (stream, first, last, most)
        )
        if [row[0] for row in rows] == external_ids:
            return rows
        if len(rows) == most:
            return None
        wanted = set(external_ids)
        return [row for row in rows if row[0] in wanted]

    def _fetch(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        rows = self._ledger.connection.exec_driver_sql(sql.replace("?", self._mark), values)
        cursor: Any = rows.cursor
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def insert(
        self,
        records: Sequence[RecordRow],
        revisions: Sequence[RevisionRow],
        bindings: Sequence[BindingRow],
    ) -> None:
        """Add rows."""
        self._many(self._insert_records, records)
        self._many(self._insert_revisions, revisions)
        self._many(self._insert_bindings, bindings)

    def update_bindings(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Set what a reading found: (state, agreed, digest, version, raw, stream, external id)."""
        m = self._mark
        sql = (
            f"UPDATE binding SET state={m}, agreed={m}, digest={m}, version={m}, raw={m} "  # noqa: S608 -- our own names
            f"WHERE stream={m} AND external_id={m}"
        )
        self._many(sql, rows)

    def raws(self, stream: int, external_ids: Sequence[str]) -> dict[str, str]:
        """The raw records that were kept of these ids."""
        rows = self._ledger.connection.execute(
            select(binding.c.external_id, binding.c.raw).where(
                binding.c.stream == stream,
                binding.c.external_id.in_(list(external_ids)),
                binding.c.raw.is_not(None),
            ),
        )
        return {row.external_id: row.raw for row in rows}

    def kept_raws(self, stream: int, after: str) -> list[tuple[str, str, str | None, bytes]]:
        """A page of kept raw records of live bindings, in the order of their ids."""
        rows = self._ledger.connection.execute(
            select(binding.c.external_id, binding.c.raw, binding.c.version, binding.c.digest)
            .where(
                binding.c.stream == stream,
                binding.c.external_id > after,
                binding.c.raw.is_not(None),
                binding.c.state == 0,
            )
            .order_by(binding.c.external_id)
            .limit(1000),
        )
        return [(row.external_id, row.raw, row.version, row.digest) for row in rows]

    def forget_sent(self, keys: Sequence[tuple[int, str]]) -> None:
        """Note that what was last sent is no longer what is there, for bindings by stream and id."""
        sql = f"UPDATE binding SET sent=NULL WHERE stream={self._mark} AND external_id={self._mark}"  # noqa: S608 -- our own names
        self._many(sql, keys)

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._ledger.connection.exec_driver_sql(sql, list(rows))

    def live_bindings(self, streams: Sequence[int]) -> Iterator[tuple[int, int, str, int]]:
        """Every live binding of streams: (id, stream, external id, record)."""
        query = select(binding.c.id, binding.c.stream, binding.c.external_id, binding.c.record).where(
            binding.c.stream.in_(streams),
            binding.c.state == 0,
        )
        yield from self._stream(query)

    def count_live(self, streams: Sequence[int]) -> int:
        """How many live bindings streams have."""
        query = select(func.count()).where(binding.c.stream.in_(streams), binding.c.state == 0)
        return int(self._ledger.connection.execute(query).scalar() or 0)

    def gone_records(self, streams: Sequence[int]) -> list[int]:
        """The records of streams that no system lists any more."""
        query = (
            select(binding.c.record)
            .join(record, record.c.id == binding.c.record)
            .where(binding.c.stream.in_(streams), binding.c.state == _GONE, record.c.state == _NOWHERE)
            .distinct()
            .order_by(binding.c.record)
        )
        return [row.record for row in self._ledger.connection.execute(query)]

    def out_of_step(self, streams: Sequence[int]) -> list[tuple[int, int]]:
        """The records of streams that are no longer as they were last agreed on: record, revision."""
        query = (
            select(binding.c.record, binding.c.agreed)
            .join(record, record.c.id == binding.c.record)
            .where(
                binding.c.stream.in_(streams),
                binding.c.state < _GONE,
                (record.c.state == _NOWHERE) | (record.c.revision != binding.c.agreed),
            )
            .order_by(binding.c.id)
        )
        return [(row.record, row.agreed) for row in self._ledger.connection.execute(query)]

    def any_bound(self, stream: int) -> bool:
        """Whether anything of a stream is known."""
        query = select(binding.c.id).where(binding.c.stream == stream).limit(1)
        return self._ledger.connection.execute(query).first() is not None

    def any_apart(self, streams: Sequence[int]) -> bool:
        """Whether anything stands in streams that the hub wrote, or that differs from its record."""
        apart = binding.c.sent.is_not(None) | binding.c.raw.is_not(None)
        query = select(binding.c.id).where(binding.c.stream.in_(streams), binding.c.state == 0, apart)
        return self._ledger.connection.execute(query.limit(1)).first() is not None

    def count_known(self, streams: Sequence[int]) -> int:
        """How many bindings streams have that are not gone."""
        query = select(func.count()).where(binding.c.stream.in_(streams), binding.c.state < _GONE)
        return int(self._ledger.connection.execute(query).scalar() or 0)

    def highest_binding(self) -> int:
        """The highest binding id in use."""
        return self.next_ids("binding", 0) - 1

    def _stream(self, query: Executable) -> Iterator[Any]:
        result = self._ledger.connection.execute(query.execution_options(yield_per=2000))
        for row in result:
            yield tuple(row)

    def set_state(self, state: int, keys: Iterable[tuple[int, str]]) -> None:
        """Set the state of bindings given by stream and external id."""
        rows = [{"s": stream, "e": external_id} for stream, external_id in keys]
        if rows:
            self._ledger.connection.execute(
                update(binding)
                .where(binding.c.stream == bindparam("s"), binding.c.external_id == bindparam("e"))
                .values(state=state),
                rows,
            )

    def remove(self, stream: int, external_id: str) -> None:
        """Forget a binding (a delivery's receipt that became a real id)."""
        self._ledger.connection.execute(
            delete(binding).where(binding.c.stream == stream, binding.c.external_id == external_id),
        )
