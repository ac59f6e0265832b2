"""The same first load by the Singer SDK and by dlt: ``python peers.py PEER CSV DATABASE``.

Written as their own documentation says: typed rows from the CSV file into an SQLite table, keyed by id.
"""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PEERS = {"singer": "singer_sdk", "dlt": "dlt"}
"""The peers, and the modules that they need."""
_DECIMALS = ("hours", "rate", "amount")


def installed() -> list[str]:
    """Name the peers that can be measured here."""
    return [peer for peer, module in PEERS.items() if find_spec(module)]


def rows(source: str) -> Iterator[dict[str, Any]]:
    """Read the entries with their decimals as numbers."""
    with Path(source).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {**row, **{name: float(row[name]) for name in _DECIMALS}}


def load_with_singer(source: str, database: str) -> None:
    """Pipe a tap into a target, each a process, as the Singer specification has it."""
    command = [sys.executable, __file__]
    with subprocess.Popen([*command, "singer-tap", source, database], stdout=subprocess.PIPE) as tap:
        target = subprocess.Popen([*command, "singer-target", source, database], stdin=tap.stdout)
        assert tap.stdout
        # Else a target that fails would leave the tap writing into a pipe that nobody reads.
        tap.stdout.close()
    sys.exit(target.wait() or tap.returncode)


def singer_tap(source: str, _: str) -> None:
    """Give the entries as Singer messages."""
    from singer_sdk import Stream, Tap  # noqa: PLC0415 -- only where it is installed
    from singer_sdk import typing as th  # noqa: PLC0415 -- as above

    texts = ("id", "matter", "timekeeper", "worked_on", "narrative")

    class Entries(Stream):
        name = "time_entry"
        primary_keys: ClassVar[tuple[str, ...]] = ("id",)
        schema = th.PropertiesList(
            *(th.Property(name, th.StringType) for name in texts),
            *(th.Property(name, th.NumberType) for name in _DECIMALS),
        ).to_dict()

        def get_records(self, _: object) -> Iterable[dict[str, Any]]:
            return rows(source)

    class EntriesTap(Tap):
        name = "tap-entries"
        config_jsonschema: ClassVar[dict[str, Any]] = {"properties": {}}

        def discover_streams(self) -> list[Stream]:
            return [Entries(self)]

    EntriesTap().sync_all()


def singer_target(_: str, database: str) -> None:
    """Load Singer messages from stdin into SQLite."""
    from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget  # noqa: PLC0415 -- only where it is installed

    class Connector(SQLConnector):
        def get_sqlalchemy_url(self, _: object) -> str:
            return f"sqlite:///{database}"

    class Sink(SQLSink):
        connector_class = Connector

    class Target(SQLTarget):
        name = "target-sqlite"
        default_sink_class = Sink
        config_jsonschema: ClassVar[dict[str, Any]] = {"properties": {}}

    # The SDK reads numbers as Decimal, which SQLite takes only when told how.
    sqlite3.register_adapter(Decimal, str)
    Target(config={"add_record_metadata": False}).listen(sys.stdin)


def load_with_dlt(source: str, database: str) -> None:
    """Run a pipeline into SQLite."""
    import dlt  # noqa: PLC0415 -- only where it is installed

    pipeline = dlt.pipeline(
        "entries",
        pipelines_dir=f"{database}.pipelines",
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{database}"),
        dataset_name="main",
    )
    pipeline.run(rows(source), table_name="time_entry", primary_key="id", write_disposition="append")


COMMANDS: dict[str, Callable[[str, str], None]] = {
    "singer": load_with_singer,
    "singer-tap": singer_tap,
    "singer-target": singer_target,
    "dlt": load_with_dlt,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
