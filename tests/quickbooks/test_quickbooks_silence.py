"""Nothing privileged is told while a run goes on, at whatever level: no token, key, secret or narrative."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from books_firm import NARRATIVE, TOTAL
from books_office import open_office

from hub.cli.log import set_verbosity
from hub.sdk import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from books_office import Office, Report

    from hub.sdk import Intent
    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

LOUD = ("urllib3", "requests", "filelock", "keyring", "alembic", "sqlalchemy", "hub", "hub_quickbooks")
LEDGER = "sqlalchemy"
"""Logs the ledger's own statements, if it is told to: the program shows none of them."""
DETAIL = "[invoice]\nshapes = []\n"
"""With this the books see every entry with its narrative."""


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that any library logs; and the program's own way to show it, at its most verbose."""
    handlers = list(logging.getLogger().handlers)
    set_verbosity(2)
    for name in ("", *LOUD):
        caplog.set_level(logging.DEBUG, logger=name)
    yield caplog
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def office(
    tmp_path: Path,
    sandbox: QuickBooksSandbox,
    clock: FakeClock,
    empty_ledger: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    sandbox.company.switches.rotate_always = True
    opened = partial(open_office, tmp_path, sandbox, clock, empty_ledger, monkeypatch)
    made = opened(clients=2, matters=1, invoices=3)
    made.override(DETAIL)
    return made


class Secrets:
    """All that must not get out, collected while runs go on: tokens change, and old ones end."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[str, str] = {}
        self.collect()

    def collect(self) -> None:
        """Note the secrets of this moment."""
        oauth = self._office.company.oauth
        tokens = [token.value for sort in ("access", "refresh") for token in oauth._tokens(sort)]
        self._known |= {value: f"The token {value[:4]}…" for value in tokens}
        self._known[oauth.client_secret] = "The client secret"

    def run(self, meanwhile: Callable[[Sequence[Intent]], None] = lambda _intents: None) -> Report:
        """Run; before each call to the books and at the end secrets are collected."""

        def watching(intents: Sequence[Intent]) -> None:
            self.collect()
            meanwhile(intents)

        report = self._office.run(watching)
        self.collect()
        return report

    def check(self, places: Mapping[str, str]) -> None:
        """See to it that none of them, and no narrative, stands in any of these texts."""
        assert len(self._known) > 3
        for place, text in places.items():
            for value, what in {**self._known, NARRATIVE: "A narrative"}.items():
                assert value not in text, f"{what} stands in {place}."

    def check_files(self, folder: Path) -> None:
        """No file of the workspace holds a secret; the ledger holds what it is for."""
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {"hub.toml", "hub.db"} <= {path.name for path in files}
        for path in files:
            for value, what in self._known.items():
                assert value.encode() not in path.read_bytes(), f"{what} stands in {path.name}."


def logs(loud: pytest.LogCaptureFixture) -> str:
    """What was logged, but for the ledger's own statements."""
    kept = [one for one in loud.records if not one.name.startswith(LEDGER)]
    assert {"urllib3.connectionpool", "filelock"} <= {one.name for one in kept}
    return "\n".join(f"{one.getMessage()} {one.args} {one.exc_text or ''}" for one in kept)


def ledger_logs(loud: pytest.LogCaptureFixture) -> str:
    return "\n".join(one.getMessage() for one in loud.records if one.name.startswith(LEDGER))


def told(report: Report, office: Office, loud: pytest.LogCaptureFixture, shown: str) -> dict[str, str]:
    configuration = (office.firm.folder / "hub.toml").read_text(encoding="utf-8")
    return {
        "a log": logs(loud),
        "what is printed": shown,
        "what the run says of itself": json.dumps(report),
        "hub.toml": configuration,
    }


def test_a_run_in_detail_tells_nothing_though_the_books_see_every_narrative(
    office: Office, loud: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = Secrets(office)
    report = secrets.run()
    office.clock.advance(timedelta(days=2))
    again = secrets.run()

    assert (report["outcome"], again["outcome"]) == ("ok", "ok")
    assert office.company.counts["token"] == 2
    lines = [line for one in office.company.all("Invoice") for line in one["Line"]]
    assert sum(NARRATIVE in line.get("Description", "") for line in lines) == 12
    shown = "".join(capfd.readouterr())
    secrets.check(told(report, office, loud, shown) | {"what the next run says": json.dumps(again)})
    secrets.check_files(office.firm.folder)
    assert not any(value in ledger_logs(loud) for value in secrets._known)


def test_a_run_in_which_everything_goes_wrong_tells_nothing_either(
    office: Office, loud: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A lost answer; a token that is refused in a fault that quotes it; 5xx; a rule of the company."""
    secrets = Secrets(office)
    office.company.tell("drop", on="batch", times=2)
    assert secrets.run()["outcome"] == "ok"
    pay_whole(office)
    for one in (changed := office.documents("invoice")):
        one["lines"] = one["lines"][1:]
        one["fees"], one["total"] = "675.00", str(TOTAL - 675)
    office.put("invoice", changed)
    calls: list[int] = []

    def harm(intents: Sequence[Intent]) -> None:
        calls.append(len(intents))
        if len(calls) == 1:
            office.company.advance(timedelta(hours=3))
            office.company.tell("error", on="batch", committed=True)

    before, report = secrets.run(harm), secrets.run()

    assert len(calls) == 2
    assert report["outcome"] == "held"
    assert [hold["cause"].split(":")[2] for hold in report["holds"]] == ["6000"]
    shown = "".join(capfd.readouterr())
    secrets.check(told(report, office, loud, shown) | {"what the run before says": json.dumps(before)})
    secrets.check_files(office.firm.folder)


def pay_whole(office: Office) -> None:
    paid = office.invoice("4101")
    line = {"Amount": paid["TotalAmt"], "LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Invoice"}]}
    fields = {"CustomerRef": paid["CustomerRef"], "TotalAmt": paid["TotalAmt"], "Line": [line]}
    office.company.add("Payment", **fields)


def test_a_sign_in_that_is_refused_tells_no_token(
    office: Office, loud: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = Secrets(office)

    def end(intents: Sequence[Intent]) -> None:
        if intents[0].kind is Kind.INVOICE:
            office.company.oauth._forget()

    report = secrets.run(end)

    assert report["outcome"] == "failed"
    secrets.check(told(report, office, loud, "".join(capfd.readouterr())))
