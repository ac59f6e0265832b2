"""A stand-in for Time Matters: a database at any address that SQLAlchemy knows, and exports of it.

It can be told to misbehave: to lack a table, to break off while it is read, to let nobody in, and to keep
a custom field of a classification in another place.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy
from sqlalchemy import make_url
from sqlalchemy.pool import NullPool

from hub_time_matters.clarion import write_date
from hub_time_matters.sandbox import words
from hub_time_matters.sandbox.tables import BILLING, BILLING_COLUMNS, made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Table

__all__ = ["BILLING", "BILLING_COLUMNS", "TimeMattersSandbox"]

_FIRST_DAY = date(2026, 1, 5)
_FAILS = {"sqlite": "json('{')", "postgresql": "CAST(1 / (sysid - sysid) AS TEXT)"}
"""What a database cannot work out, and says so when it comes to that row."""


class TimeMattersSandbox:
    """A firm's Time Matters.

    Args:
        url: where its database is made; it has to be there already, unless it is a SQLite file.
        owner: whose its tables are.
        seed: what chance starts from; the same seed makes the same firm.
        matters: how many matters it has.
        entries: how many rows its billing table has for each matter.

    """

    def __init__(
        self, url: str, *, owner: str = "", seed: int = 1, matters: int = 6, entries: int = 4
    ) -> None:
        self.url = url
        self.owner = owner
        self._chance = Random(seed)
        self._engine = sqlalchemy.create_engine(url, poolclass=NullPool)
        self._metadata = made(owner)
        self.rows: dict[str, list[dict[str, Any]]] = {
            table.name: [] for table in self._metadata.tables.values()
        }
        """The rows of each table."""
        self._make()
        self._people()
        for number in range(matters):
            self._matter(number, entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of a connection to its database."""
        return {"url": self.url, **self._about_billing}

    def exported(self, folder: Path) -> Mapping[str, Any]:
        """Export all tables; gives the settings of a connection to the folder."""
        self.export(folder)
        return {"folder": str(folder), **self._about_billing}

    @property
    def _about_billing(self) -> Mapping[str, Any]:
        return {"client_codes": [words.CLIENT], "billing_table": BILLING, "billing": BILLING_COLUMNS}

    # ------------------------------------------------------------ what the firm does

    def add(self, table: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever the column holds
        """Add a row, and give it a sysid if its table has that; what is not said stays empty."""
        columns = self._table(table).columns.keys()
        row: dict[str, Any] = dict.fromkeys(columns)
        if "sysid" in columns:
            row["sysid"] = 1 + max((one["sysid"] for one in self.rows[table]), default=100)
        row |= values
        self.rows[table].append(row)
        with self._engine.begin() as connection:
            connection.execute(self._table(table).insert(), [row])
        return row

    def change(self, table: str, sysid: int, **values: Any) -> None:  # noqa: ANN401 -- as above
        """Change a row."""
        next(row for row in self.rows[table] if row["sysid"] == sysid).update(values)
        found = self._table(table)
        with self._engine.begin() as connection:
            connection.execute(found.update().where(found.c.sysid == sysid).values(values))

    def remove(self, table: str, sysid: int) -> None:
        """Remove a row."""
        self.rows[table] = [row for row in self.rows[table] if row["sysid"] != sysid]
        found = self._table(table)
        with self._engine.begin() as connection:
            connection.execute(found.delete().where(found.c.sysid == sysid))

    def link(self, matter: int, contact: int) -> None:
        """Link a contact to a matter."""
        self.add("RelateA", MID=matter, SID=contact)

    def move_field(self, table: str, code: str, place: str, to: str) -> None:
        """Rearrange the form of a classification: one of its custom fields gets another place."""
        for row in self.rows[table]:
            if row["ccode"] == code:
                self.change(table, row["sysid"], **{to: row[place], place: None})

    def export(self, folder: Path, *, encoding: str = "utf-8") -> None:
        """Write every table as a CSV file."""
        folder.mkdir(parents=True, exist_ok=True)
        for table in self._metadata.tables.values():
            path = folder / f"{table.name}.csv"
            with path.open("w", encoding=encoding, newline="") as file:
                writer = csv.DictWriter(file, table.columns.keys())
                writer.writeheader()
                writer.writerows(self.rows[table.name])

    # ------------------------------------------------------------ how it misbehaves

    def drop(self, table: str) -> None:
        """Take a table away."""
        with self._engine.begin() as connection:
            self._table(table).drop(connection)

    def break_off(self, table: str, column: str, sysid: int) -> None:
        """Fail as soon as a reading comes to this row: damaged, or cut off."""
        found = self._table(table)
        failing = _FAILS[self._engine.dialect.name]
        with self._engine.begin() as connection:
            spelt = [connection.dialect.identifier_preparer.quote(name) for name in found.columns.keys()]  # noqa: SIM118 -- no dict
            shown = [
                f"CASE WHEN sysid = {sysid} THEN {failing} ELSE CAST({name} AS TEXT) END AS {name}"
                if name == column
                else name
                for name in spelt
            ]
            connection.exec_driver_sql(f"ALTER TABLE {self._spelt(table)} RENAME TO {table}_whole")
            names = f"SELECT {', '.join(shown)} FROM {self._spelt(f'{table}_whole')}"  # noqa: S608 -- our own
            connection.exec_driver_sql(f"CREATE VIEW {self._spelt(table)} AS {names}")

    def locked_out(self) -> Mapping[str, Any]:
        """The settings of a connection by a user who may not log in; a SQLite file has no users."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("CREATE ROLE locked_out NOLOGIN")
        url = make_url(self.url).set(username="locked_out")
        return {**self.settings, "url": url.render_as_string(hide_password=False)}

    def break_source(self) -> None:
        """Take all tables away: no reading comes to anything."""
        with self._engine.begin() as connection:
            self._metadata.drop_all(connection)

    # ------------------------------------------------------------ how it is made

    def _table(self, name: str) -> Table:
        return self._metadata.tables[f"{self.owner}.{name}" if self.owner else name]

    def _spelt(self, name: str) -> str:
        return f"{self.owner}.{name}" if self.owner else name

    def _make(self) -> None:
        with self._engine.begin() as connection:
            if self.owner:
                connection.exec_driver_sql(f"CREATE SCHEMA {self.owner}")
            self._metadata.create_all(connection)

    def _people(self) -> None:
        for init, first, middle, last in words.STAFF:
            self.add("staff", init=init, first=first, middle=middle, last=last)
        for name in words.ORGANISATIONS:
            self.add("contact", full_name=name, org="O", ccode=words.CLIENT, archive=0, c_date=self._day(0))
        for first, middle, last in words.PEOPLE:
            code = words.CLIENT if self._chance.random() < 0.5 else words.OTHER  # noqa: PLR2004 -- half of them
            name = " ".join(filter(None, (first, middle, last)))
            self.add(
                "contact",
                first_name=first,
                middle_init=middle,
                last_name=last,
                full_name=name,
                ccode=code,
                email=f"{first}.{last}@example.com".lower(),
                archive=0,
                c_date=self._day(0),
                con1_03_01=f"C-{self._chance.randrange(1000, 9999)}",
                memo="Prefers to be called before noon.",
            )

    def _matter(self, number: int, entries: int) -> None:
        code = words.CLASSIFICATIONS[number % len(words.CLASSIFICATIONS)]
        ids = {words.MATTER_ID_SLOTS[code]: f"{code}-{number:04}"} if code in words.MATTER_ID_SLOTS else {}
        matter = self.add(
            "matter",
            mat_no=f"2026-{number + 1:03}",
            ccode=code,
            regarding=f"{code.title()} work {number + 1}",
            Status="Open",
            staff="JAD",
            created_by="JAD",
            archive=0,
            c_date=self._day(number),
            c_time=4254001,
            memo="Client is worried about costs.",
            **ids,
        )
        clients = [row["sysid"] for row in self.rows["contact"] if row["ccode"] == words.CLIENT]
        others = [row["sysid"] for row in self.rows["contact"] if row["ccode"] == words.OTHER]
        self.link(matter["sysid"], self._chance.choice(clients))
        for other in others[:1]:
            self.link(matter["sysid"], other)
        self._correspondence(matter)
        for entry in range(entries):
            self._entry(matter, entry, is_expense=entry == entries - 1)

    def _correspondence(self, matter: Mapping[str, Any]) -> None:
        for table in ("phone", "mail"):
            self.add(
                table,
                mat_id=matter["sysid"],
                mat_no=matter["mat_no"],
                staff="RV",
                date=self._day(9),
                time=4254001,
                desc="Settlement",
                memo="They would take half.",
            )

    def _entry(self, matter: Mapping[str, Any], number: int, *, is_expense: bool) -> None:
        hours = Decimal(self._chance.randrange(1, 40)) / 10
        rate = Decimal(self._chance.choice((195, 250, 310)))
        if is_expense:
            hours, rate = Decimal(1), Decimal(self._chance.randrange(500, 90_000)) / 100
        self.add(
            BILLING,
            mat_id=matter["sysid"],
            date=self._day(10 + number),
            time=4254001,
            staff=self._chance.choice(words.STAFF)[0],
            b_type="E" if is_expense else "T",
            b_code=self._chance.choice(words.COST_CODES if is_expense else words.ACTIVITIES),
            b_stat="U" if self._chance.random() < 0.8 else "B",  # noqa: PLR2004 -- most of them
            hrs=f"{hours:.2f}",
            rate=f"{rate:.2f}",
            amount=f"{hours * rate:.2f}",
            memo=self._chance.choice(words.COSTS if is_expense else words.WORK),
        )

    @staticmethod
    def _day(number: int) -> int:
        return int(write_date(_FIRST_DAY + timedelta(days=number)))


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return str(make_url("sqlite://").set(database=str(path)))
