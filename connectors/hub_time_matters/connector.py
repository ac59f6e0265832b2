"""The connector: Time Matters' tables, in its database or exported from it. Nothing is ever written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import make_url

from hub.sdk import Access, Connector, FieldChoice, Health, Kind, Page, Role, Settings, Upsert
from hub_time_matters import billing, people
from hub_time_matters.database import Database
from hub_time_matters.export import Folder
from hub_time_matters.settings import TimeMattersSettings
from hub_time_matters.survey import choices, surveyed
from hub_time_matters.tables import PAGE, has

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.sdk import Cursor
    from hub_time_matters.tables import Origin, Tables

_READ = Access(read=True)
_SMALL_NUMBER = re.compile(r"[1-9][0-9]{0,7}")
_STEP = 1 << 16
_MOVING = timedelta(hours=2)
"""SQL Server may pass over a row that moves while it is read; it does not do so twice."""


class TimeMatters(Connector[TimeMattersSettings]):
    """Reads clients, matters, timekeepers, time and expenses; columns by their own names in lower case.

    What a row says of other rows is added under names of its own: ``client`` of a matter, the contact's
    sysid; ``whole_name`` of a contact or of staff. A custom field is ``<CCODE>/<slot>``. A row of the
    billing table has ``id``, ``matter``, ``staff``, ``date``, ``hours``, ``rate``, ``amount``,
    ``description``, ``code``, ``type`` and ``status`` out of the columns that the settings name, and
    ``billed``, 0 or 1.
    """

    name: ClassVar[str] = "time_matters"
    title: ClassVar[str] = "Time Matters"
    settings: ClassVar[type[Settings]] = TimeMattersSettings
    access: ClassVar[Mapping[Kind, Access]] = {
        Kind.CLIENT: _READ,
        Kind.TIMEKEEPER: _READ,
        Kind.MATTER: _READ,
        Kind.TIME_ENTRY: _READ,
        Kind.EXPENSE: _READ,
    }
    role: ClassVar[Role] = Role.PRACTICE

    def access_to(self, kind: Kind) -> Access:
        """What can be done here; in SQL Server a row counts as gone when it was missing for a while."""
        usual = super().access_to(kind)
        is_moving = usual.read and self.config.url.startswith("mssql")
        return replace(usual, missing_for=_MOVING) if is_moving else usual

    def check(self) -> Health:
        """See that the tables are there.

        Raises:
            AuthenticationFailed: the database refuses the user.
            SourceFailed: it cannot be reached.

        """
        with self._origin.opened() as tables:
            absent = [name for name in self._needed if not has(tables, name)]
        notes = tuple(f"The table {name} is not there." for name in absent)
        return Health(ok=not absent, title=self._title, notes=notes)

    def survey(self) -> Sequence[str]:
        """Read every table, say what will be in the way, and propose which one holds time and expenses.

        Raises:
            SourceFailed: a table cannot be read.

        """
        with self._origin.opened() as tables:
            found = surveyed(tables, self.config, self.surroundings.connection)
            return (*tables.remarks(), *found)

    def choices(self) -> Sequence[FieldChoice]:
        """Ask for a matter's name, the client's own id for it, and a client's e-mail address.

        Raises:
            SourceFailed: a table cannot be read.

        """
        with self._origin.opened() as tables:
            return tuple(choices(tables, self.config))

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:  # noqa: ARG002 -- a listing is always whole
        """List all records of a kind, as they are at one moment.

        Raises:
            SourceMissing: a table of the kind is not there, or nobody has said which one it is.
            SourceFailed: the tables cannot be read.

        """
        with self._origin.opened() as tables:
            items = _once(self._items(tables, kind))
            while page := list(islice(items, PAGE)):
                yield Page(page)
            whole = tables.complete
            yield Page((), complete=whole, notices=tuple(tables.notices))

    def _items(self, tables: Tables, kind: Kind) -> Iterator[Upsert]:
        match kind:
            case Kind.CLIENT:
                return people.clients(tables, self.config)
            case Kind.MATTER:
                return people.matters(tables, self.config)
            case Kind.TIMEKEEPER:
                return people.timekeepers(tables)
            case _:
                return billing.entries(tables, self.config, kind)

    @property
    def _needed(self) -> Iterator[str]:
        yield from (people.MATTER, people.CONTACT, people.STAFF)
        if not self.config.client_column:
            yield people.RELATED
        if self.config.billing_table:
            yield self.config.billing_table

    @property
    def _title(self) -> str:
        if self.config.folder:
            return (self.surroundings.folder / self.config.folder).name
        return make_url(self.config.url).database or ""

    @cached_property
    def _origin(self) -> Origin:
        config, workspace = self.config, self.surroundings.folder
        if config.folder:
            return Folder(workspace / config.folder)
        password = config.password.get_secret_value() if config.password else ""
        return Database(make_url(config.url), password, config.owner, workspace)


def _once(items: Iterable[Upsert]) -> Iterator[Upsert]:
    """Each id once: what stands there a second time is for a person to look at."""
    seen = _Seen()
    times: Counter[str] = Counter()
    for item in items:
        if seen.add(item.external_id):
            yield item
            continue
        times[item.external_id] += 1
        number = times[item.external_id] + 1
        problem = f"{item.external_id} stands there {number} times. Let each id stand for one row."
        yield Upsert(item.source, f"{item.external_id}#{number}", item.raw, problem=problem)


class _Seen:
    """The ids that were seen; a million of them in little memory, since nearly all are small numbers."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._others: set[str] = set()

    def add(self, identifier: str) -> bool:
        """Note an id; whether it is new."""
        if not _SMALL_NUMBER.fullmatch(identifier):
            known = len(self._others)
            self._others.add(identifier)
            return len(self._others) > known
        place, bit = divmod(int(identifier), 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + _STEP - len(self._bits)))
        is_new = not self._bits[place] & 1 << bit
        self._bits[place] |= 1 << bit
        return is_new
