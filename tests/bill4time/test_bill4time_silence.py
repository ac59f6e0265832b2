"""The key opens the whole account: it is found nowhere after a run, however verbose, and however it ends."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from bill4time_account import PRIVATE, TEXT
from click.testing import CliRunner

from hub.cli.log import set_verbosity
from hub.cli.program import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bill4time_account import Account

KEY = "k3y/with+odd chars&=ÄÖ"
HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.capture]
connector = "bill4time"
base_url = "{url}"
version = "{version}"
imports = {{ folder = "imports" }}

[connections.sheets]
connector = "folder"
folder = "sheets"

[flows.reading]
from = "capture"
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice", "payment", "trust_transaction"]

[flows.writing]
from = "sheets"
to = "capture"
kinds = ["client"]
"""
LOUD = ("", "urllib3", "requests", "hub", "hub_bill4time", "alembic", "filelock", "keyring")


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that any library logs, and the program's own way to show it, at its most verbose."""
    handlers = list(logging.getLogger().handlers)
    set_verbosity(2)
    for name in LOUD:
        caplog.set_level(logging.DEBUG, logger=name)
    yield caplog
    logging.getLogger().handlers[:] = handlers


def forms(key: str) -> list[str]:
    """The key as it may be spelt: as it is, in an address, and without its odd ends."""
    from urllib.parse import quote, quote_plus  # noqa: PLC0415 -- only here

    return [key, quote(key, safe=""), quote(key), quote_plus(key), key[:10]]


def found_in(folder: Path, texts: list[str]) -> list[str]:
    """The files that hold one of these texts, the ledger's pages and its rows among them."""
    found = [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(text.encode() in path.read_bytes() for text in texts)
    ]
    with closing(sqlite3.connect(folder / "hub.db")) as ledger:
        dump = "\n".join(ledger.iterdump())
    return found + [text for text in texts if text in dump]


@pytest.mark.parametrize(("version", "key"), [("v1", "0123456789abcdef0123"), ("v2", KEY)])
def test_the_key_is_found_nowhere(
    account: Account,
    loud: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    version: str,
    key: str,
) -> None:
    monkeypatch.setattr("hub.app.workspace.SystemClock", lambda: account.clock)
    account.sandbox.renew_key(key)
    monkeypatch.setenv("HUB_SECRET_CAPTURE__API_KEY", key)
    account.worked(3)
    account.spent()
    account.firm.finalize(account.firm.prebill(project=account.project)["id"])
    workspace = tmp_path / "firm"
    (workspace / "mappings" / "crosswalks").mkdir(parents=True)
    (workspace / "sheets").mkdir()
    (workspace / "sheets" / "client.csv").write_text("id,number,name\nC,200,New client\n", encoding="utf-8")
    (workspace / "mappings" / "crosswalks" / "timekeeper.csv").write_text(
        "number,bill4time\n*,*\n", encoding="utf-8"
    )
    (workspace / "hub.toml").write_text(
        HUB.format(url=account.sandbox.url, version=version), encoding="utf-8"
    )
    told = [run(workspace, "connect", "capture", "--yes"), run(workspace, "sync", "--yes")]
    assert '"outcome": "ok"' in told[-1]
    # As it goes wrong: no answer, a server's error, a page for people, a cut answer, a key that expired.
    for fault in ("drop", "error", "html", "cut_json", "throttle"):
        account.sandbox.tell(fault, times=3)
        told.append(run(workspace, "sync", "--yes"))
    account.sandbox.tell("expire", after=3)
    told += [
        run(workspace, "sync"),
        run(workspace, "status"),
        run(workspace, "doctor"),
        run(workspace, "review"),
    ]
    assert "hub connect capture" in " ".join(told)
    assert found_in(workspace, forms(key)) == []
    texts = {"logs": loud.text, "screens": "\n".join(told)}
    for place, text in texts.items():
        for form in forms(key):
            assert form not in text, place
        for narrative in (TEXT, PRIVATE):
            assert narrative not in text, place
    # It was logged where it went, or there would be nothing to take out.
    assert "[redacted]" in loud.text


def run(workspace: Path, *words: str) -> str:
    """Run the program at its most verbose; gives all that it printed."""
    done = CliRunner().invoke(program, ["-C", str(workspace), "-vv", "--json", *words])
    assert "Traceback" not in done.output
    return done.output
