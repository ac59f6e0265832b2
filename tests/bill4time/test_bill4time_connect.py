"""``hub connect`` asks what only the firm can say, and says what will be in the way."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hub.cli.program import program

if TYPE_CHECKING:
    from pathlib import Path

    from bill4time_account import Account

HUB = '[hub]\nfirm = "Doyle & Vance LLP"\ntimezone = "America/Chicago"\ncurrency = "USD"\n'


@pytest.fixture
def folder(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("hub.cli.setup.SystemClock", lambda: account.clock)
    monkeypatch.setattr("hub.app.workspace.SystemClock", lambda: account.clock)
    (tmp_path / "hub.toml").write_text(HUB, encoding="utf-8")
    account.firm.change("users", account.user, userType="Attorney")
    account.firm.change("projects", account.project, clientMatterId="CM-9")
    return tmp_path


def test_a_firm_is_connected_with_its_choices(
    account: Account, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_SECRET_CAPTURE__API_KEY", account.sandbox.api_key)
    said = {
        "connector": "bill4time",
        "base_url": account.sandbox.url,
        "version": "v2",
        "timekeeper.classification.Attorney": "PARTNR",
    }
    pairs = [word for key, value in said.items() for word in ("--set", f"{key}={value}")]
    done = CliRunner().invoke(program, ["-C", str(folder), "--json", "connect", "capture", "--yes", *pairs])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert "does not say what changed" in document["notes"][0]
    assert "It is only read" in document["notes"][1]
    mapping = tomllib.loads((folder / "mappings" / "bill4time.toml").read_text(encoding="utf-8"))
    assert mapping["timekeeper"]["fields"]["classification"]["values"] == {"Attorney": "PARTNR"}
    assert mapping["matter"]["fields"]["client_matter_id"]["field"] == "clientMatterId"
    assert account.sandbox.api_key not in (folder / "hub.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [401, 404])
def test_a_key_that_is_not_accepted_is_asked_for_again(account: Account, folder: Path, wrong: int) -> None:
    account.sandbox.switches.set(wrong_key=wrong)
    words = ["-C", str(folder), "connect", "capture", "--set", "connector=bill4time"]
    words += ["--set", f"base_url={account.sandbox.url}"]
    keys = f"a-wrong-key\n{account.sandbox.api_key}\n"
    done = CliRunner().invoke(program, words, input=keys + "\n" * 5)
    assert "the API key" in done.output or "has no users" in done.output
    assert "capture works" in done.output, done.output
    assert account.sandbox.api_key not in done.output


def test_without_a_key_it_is_said_what_to_do(account: Account, folder: Path) -> None:
    text = f'\n[connections.capture]\nconnector = "bill4time"\nbase_url = "{account.sandbox.url}"\n'
    text += '[flows.time]\nfrom = "capture"\nkinds = ["time_entry"]\n'
    (folder / "hub.toml").write_text(HUB + text, encoding="utf-8")
    done = CliRunner().invoke(program, ["-C", str(folder), "sync"])
    assert done.exit_code == 1
    assert "hub connect capture" in " ".join(done.output.split())


def test_a_folder_for_imports_that_is_not_there_is_told(account: Account) -> None:
    away = str(account.folder / "unplugged")
    (note,) = account.connect(imports={"folder": away}).check().notes
    assert "unplugged, is not there" in note
    assert account.connect(imports={"folder": "made-when-needed"}).check().notes == ()
