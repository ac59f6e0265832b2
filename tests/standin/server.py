"""A billing system as a killed run meets it: in its own process, with its own ids, forgetting nothing.

``python server.py MEMORY [--keys] [--find] [--list] [--delay SECONDS]`` prints its port and serves on
loopback until it is killed. Every create makes a new record, however often it is asked for, unless the
call carries an ``Idempotency-Key`` that was seen before and the server was started with ``--keys``.

    POST /records               one record, or {"records": [...]}; 201 with the same, each with its id
    GET  /find?reference=KEY    the records created with that reference (with --find)
    GET  /list                  all records (with --list)
    GET  /count                 how many records there are; for the test, not for connectors
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

Record = dict[str, Any]

_SCHEMA = """
CREATE TABLE record (id INTEGER PRIMARY KEY, reference TEXT, body TEXT NOT NULL);
CREATE INDEX record_reference ON record (reference);
CREATE TABLE answer (key TEXT PRIMARY KEY, asked TEXT NOT NULL, given TEXT NOT NULL);
"""


class KeyReused(Exception):
    """A key came back with another request than the one it was first seen with."""


class Memory:
    """Every record that was ever created, in a file that a test can read afterwards."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.executescript(_SCHEMA)

    def create(self, records: Sequence[Record], key: str | None) -> list[Record]:
        """Create records, or answer a known key with its first answer.

        Raises:
            KeyReused: the key belongs to another request.

        """
        asked = json.dumps(records, sort_keys=True)
        with self._lock, self._database:
            known = self._database.execute("SELECT asked, given FROM answer WHERE key = ?", (key,)).fetchone()
            if known:
                return self._again(asked, *known)
            made = [self._make(record) for record in records]
            if key is not None:
                self._database.execute("INSERT INTO answer VALUES (?, ?, ?)", (key, asked, json.dumps(made)))
            return made

    @staticmethod
    def _again(asked: str, first_asked: str, given: str) -> list[Record]:
        if asked != first_asked:
            raise KeyReused
        answer: list[Record] = json.loads(given)
        return answer

    def _make(self, record: Record) -> Record:
        row = (record.get("reference"), json.dumps(record))
        made = self._database.execute("INSERT INTO record (reference, body) VALUES (?, ?)", row)
        return {**record, "id": str(made.lastrowid)}

    def find(self, reference: str) -> list[Record]:
        """List the records that were created with a reference."""
        return self._select("WHERE reference = ?", (reference,))

    def everything(self) -> list[Record]:
        """List all records."""
        return self._select("", ())

    def _select(self, where: str, values: tuple[str, ...]) -> list[Record]:
        with self._lock:
            rows = self._database.execute(
                f"SELECT id, body FROM record {where} ORDER BY id", values
            ).fetchall()
        return [{**json.loads(body), "id": str(number)} for number, body in rows]

    def count(self) -> int:
        """Count the records."""
        with self._lock:
            (count,) = self._database.execute("SELECT count(*) FROM record").fetchone()
        return int(count)


class StandIn(ThreadingHTTPServer):
    """The server: what it remembers, what it can do, and how slow it is."""

    daemon_threads = True

    def __init__(self, memory: Memory, abilities: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.memory = memory
        self.abilities = abilities

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a caller that was killed in the middle of a call: that is what this server is for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two packets; without this the second waits for the first's receipt.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/records":
            self._answer(404, {"error": "no such place"})
            return
        batch = "records" in body
        key = self.headers.get("Idempotency-Key") if self.server.abilities.keys else None
        try:
            made = self._create(body["records"] if batch else [body], key)
        except KeyReused:
            self._answer(422, {"error": "this key belongs to another request"})
            return
        self._answer(201, {"records": made} if batch else made[0])

    def _create(self, records: list[Record], key: str | None) -> list[Record]:
        """Half of the delay falls before the record exists, half between that and the answer."""
        time.sleep(self.server.abilities.delay / 2)
        made = self.server.memory.create(records, key)
        time.sleep(self.server.abilities.delay / 2)
        return made

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        memory, abilities = self.server.memory, self.server.abilities
        if place.path == "/count":
            self._answer(200, {"count": memory.count()})
        elif place.path == "/find" and abilities.find:
            self._answer(200, {"records": memory.find(parse_qs(place.query)["reference"][0])})
        elif place.path == "/list" and abilities.list:
            self._answer(200, {"records": memory.everything()})
        else:
            self._answer(404, {"error": "no such place"})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 -- the base class names it so
        """Stay silent: stdout holds the port and nothing else."""


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("memory", type=Path, help="the SQLite file to keep everything in; must not exist")
    parser.add_argument("--keys", action="store_true", help="honour Idempotency-Key")
    parser.add_argument("--find", action="store_true", help="serve /find")
    parser.add_argument("--list", action="store_true", help="serve /list")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each create takes")
    abilities = parser.parse_args()
    server = StandIn(Memory(abilities.memory), abilities)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
