"""Results on stdout, notes on stderr, and nothing that would steer a terminal."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.output import Screen, printable


def test_json_keeps_stdout_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(json_wanted=True)
    screen.say("words")
    screen.table(["a"], [["b"]])
    screen.tell("a note")
    screen.document({"amount": Decimal("1.50"), "on": date(2026, 1, 2), "path": Path("x"), "all": {"b", "a"}})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"amount": "1.50", "on": "2026-01-02", "path": "x", "all": ["a", "b"]}
    assert err == "a note\n"


def test_without_json_there_is_no_document(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.document({"a": 1})
    screen.say("words")
    assert capsys.readouterr().out == "words\n"


def test_quiet_leaves_out_notes_alone(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(quiet=True)
    screen.say("result")
    screen.tell("note")
    assert capsys.readouterr() == ("result\n", "")


def test_a_table_is_plain_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().table(["client", "amount"], [["100", Decimal("1.50")], ["a long one", ""]])
    assert capsys.readouterr().out == "client      amount\n100         1.50\na long one\n"


def test_a_table_on_a_terminal_takes_no_markup_from_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Screen().table(["client"], [["[red]Doyle[/red]"]])
    assert "[red]Doyle[/red]" in capsys.readouterr().out


@given(st.text())
def test_nothing_steers_the_terminal(text: str) -> None:
    clean = printable(text)
    assert len(clean) == len(text)
    assert all(
        char.isprintable() or char in "\n\t" for char in clean.replace("\N{REPLACEMENT CHARACTER}", "")
    )
