"""``hub connect`` asks for what is missing, tries it, and writes what was said where it belongs."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from hub.app.config import load_config
from hub.app.mappings import MappingFiles, system_mapping
from hub.app.plugins import PluginHost
from hub.cli.exits import ExitCode
from hub.model import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.conftest import MemoryKeyring

PASSWORD = {"HUB_SECRET_BILLING__PASSWORD": "right"}
SET = ("--set", "connector=acme", "--set", "url=https://acme")


def hub_toml(workspace: Path) -> dict[str, Any]:
    return tomllib.loads((workspace / "hub.toml").read_text(encoding="utf-8"))


def mapping_of(workspace: Path) -> dict[str, Any]:
    return tomllib.loads((workspace / "mappings" / "acme.toml").read_text(encoding="utf-8"))


def test_a_person_is_asked_for_all_that_is_needed(
    workspace: Path, run: Run, memory_keyring: MemoryKeyring
) -> None:
    typed = "acme\nhttps://acme\nright\nMISC_2\nLEVEL\nPARTNR\n\n"
    result = run("connect", "billing", typed=typed)
    assert result.exit_code == ExitCode.OK, result.output
    assert hub_toml(workspace)["connections"] == {"billing": {"connector": "acme", "url": "https://acme"}}
    assert [json.loads(text)["value"] for text in memory_keyring.kept.values()] == ["right"]
    assert mapping_of(workspace)["matter"]["fields"] == {
        "client_matter_id": {"field": "MISC_2", "optional": True}
    }
    assert mapping_of(workspace)["timekeeper"]["fields"]["classification"]["values"] == {"1": "PARTNR"}
    for words in ("The address of Acme", "The password at Acme", "A-1, A-2", "M. Vance"):
        assert words in result.stderr
    assert "billing works: Acme Ltd." in result.stdout
    assert "Two matters have no client." in result.stdout
    assert "no meaning yet for 2" in result.stdout
    assert "right" not in result.output


def test_what_was_said_is_what_the_mapping_does(workspace: Path, run: Run) -> None:
    run("connect", "billing", *SET, "--yes", "--set", "timekeeper.classification.1=PARTNR", **PASSWORD)
    config = load_config(workspace / "hub.toml")
    host = PluginHost(config.plugins)
    files = MappingFiles(host.mapping_roots, workspace)
    mapping = system_mapping(files, config.connection("billing"), host)
    inward = mapping.inward(Kind.TIMEKEEPER, "STAFF")
    assert inward
    raw = {"EMPL": "7", "NAME": "M. Vance", "LEVEL": "1"}
    assert inward.translate(raw) == {"number": "7", "name": "M. Vance", "classification": "PARTNR"}


def test_nobody_need_be_there(workspace: Path, run: Run, memory_keyring: MemoryKeyring) -> None:
    result = run("connect", "billing", *SET, "--set", "port=8080", "--set", "safe=no", "--yes", **PASSWORD)
    assert result.exit_code == ExitCode.OK, result.output
    assert hub_toml(workspace)["connections"]["billing"] == {
        "connector": "acme",
        "url": "https://acme",
        "port": 8080,
        "safe": False,
    }
    assert mapping_of(workspace)["matter"]["fields"]["client_matter_id"]["field"] == "MISC_1"
    assert "timekeeper" not in mapping_of(workspace), "no level is taken for a classification"
    assert "no meaning yet for 1, 2" in result.stdout
    assert memory_keyring.kept == {}, "what the environment gives is not stored"


def test_the_result_is_one_json_document(workspace: Path, run: Run) -> None:
    answers = ("--set", "timekeeper.classification.1=PARTNR", "--set", "matter.client_matter_id=-")
    result = run("connect", "billing", *SET, *answers, "--yes", "--json", **PASSWORD)
    document = json.loads(result.stdout)
    assert (document["ok"], document["identity"], document["title"]) == (True, "42", "Acme Ltd")
    assert document["notes"] == ["Two matters have no client."]
    matter, timekeeper = document["choices"]
    assert matter["candidates"] == {"MISC_1": ["A-1", "A-2"], "MISC_2": []}
    assert (matter["suggested"], matter["chosen"]) == ("MISC_1", False)
    assert timekeeper["chosen"]["values"] == {"1": "PARTNR"}
    assert timekeeper["unanswered"] == ["2"]
    assert document["written"] == [str(workspace / "hub.toml"), str(workspace / "mappings" / "acme.toml")]
    assert mapping_of(workspace)["matter"]["fields"]["client_matter_id"] is False


def test_what_is_known_is_not_asked_again_and_what_was_confirmed_stays(workspace: Path, run: Run) -> None:
    level = "timekeeper.classification"
    run("connect", "billing", *SET, "--yes", "--set", f"{level}.1=PARTNR", **PASSWORD)
    before = (workspace / "hub.toml").read_bytes()
    result = run("connect", "billing", "--yes", "--set", f"{level}.2=ASSOC", **PASSWORD)
    assert result.exit_code == ExitCode.OK
    assert (workspace / "hub.toml").read_bytes() == before
    values = mapping_of(workspace)["timekeeper"]["fields"]["classification"]["values"]
    assert values == {"1": "PARTNR", "2": "ASSOC"}


def test_comments_in_the_firms_mapping_stay(workspace: Path, run: Run) -> None:
    (workspace / "mappings").mkdir()
    own = '[client.fields]   # ours\nname = { field = "TITLE" }\n'
    (workspace / "mappings" / "acme.toml").write_text(own, encoding="utf-8")
    run("connect", "billing", *SET, "--yes", **PASSWORD)
    assert (workspace / "mappings" / "acme.toml").read_text(encoding="utf-8").startswith(own)


def test_a_refused_password_is_asked_for_again(run: Run, memory_keyring: MemoryKeyring) -> None:
    typed = "wrong\nright\n\n\n\n\n"
    result = run("connect", "billing", *SET, typed=typed)
    assert result.exit_code == ExitCode.OK, result.output
    assert "Acme refuses the password." in result.stderr
    assert [json.loads(text)["value"] for text in memory_keyring.kept.values()] == ["right"]


def test_a_stored_password_that_no_longer_works_is_asked_for_anew(
    run: Run, memory_keyring: MemoryKeyring
) -> None:
    run("connect", "billing", *SET, typed="right\n\n\n\n\n")
    ((place, text),) = memory_keyring.kept.items()
    memory_keyring.kept[place] = text.replace("right", "expired")
    assert run("connect", "billing", "--yes").exit_code == ExitCode.FAILED
    assert run("connect", "billing", typed="right\n\n\n\n\n").exit_code == ExitCode.OK
    assert "right" in memory_keyring.kept[place]


def test_nothing_is_saved_before_it_works(workspace: Path, run: Run, memory_keyring: MemoryKeyring) -> None:
    before = (workspace / "hub.toml").read_bytes()
    refused = run("connect", "billing", *SET, "--yes", HUB_SECRET_BILLING__PASSWORD="wrong")
    down = run("connect", "billing", "--set", "connector=acme", "--set", "url=down", "--yes", **PASSWORD)
    assert refused.exit_code == down.exit_code == ExitCode.FAILED
    assert "Acme refuses the password." in refused.stderr
    assert "Acme is being mended." in down.stdout
    assert (workspace / "hub.toml").read_bytes() == before
    assert not (workspace / "mappings").exists()
    assert memory_keyring.kept == {}


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (("--set", "connector=acne"), ExitCode.FAILED, "Did you mean 'acme'?"),
        ((), ExitCode.USAGE, "--set connector=VALUE"),
        (("--set", "connector=acme"), ExitCode.USAGE, "--set url=VALUE"),
        ((*SET, "--set", "prot=1"), ExitCode.USAGE, "Did you mean 'port'?"),
        ((*SET, "--set", "port=x"), ExitCode.FAILED, "connections.billing.port"),
        ((*SET, "--set", "port"), ExitCode.USAGE, "KEY=VALUE"),
        ((*SET, "--set", "password=hunter2"), ExitCode.USAGE, "HUB_SECRET_BILLING__PASSWORD"),
        (
            (*SET, "--set", "matter.client_mater_id=X"),
            ExitCode.USAGE,
            "Did you mean 'matter.client_matter_id'?",
        ),
        ((*SET, "--set", "matter.client_matter_id=MISC_9"), ExitCode.USAGE, "MISC_1, MISC_2"),
    ],
)
def test_a_wrong_answer_is_answered(run: Run, words: tuple[str, ...], code: ExitCode, answer: str) -> None:
    result = run("connect", "billing", "--yes", *words, **PASSWORD)
    assert result.exit_code == code
    assert answer in " ".join(result.stderr.split())
    assert "hunter2" not in result.output


def test_a_missing_secret_names_its_variable(run: Run) -> None:
    result = run("connect", "billing", *SET, "--yes")
    assert result.exit_code == ExitCode.FAILED
    assert "HUB_SECRET_BILLING__PASSWORD" in result.stderr


def test_nobody_to_answer_is_no_crash(run: Run) -> None:
    result = run("connect", "billing", typed="")
    assert result.exit_code == ExitCode.USAGE
    assert "--yes" in result.stderr


def test_a_name_that_cannot_be_one_is_refused(run: Run) -> None:
    result = run("connect", "my billing", *SET, "--yes", **PASSWORD)
    assert result.exit_code == ExitCode.FAILED
    assert "'my billing' is no name" in result.stderr


def test_another_connector_for_a_name_in_use_is_refused(run: Run) -> None:
    run("connect", "billing", *SET, "--yes", **PASSWORD)
    result = run("connect", "billing", "--set", "connector=other", "--yes", **PASSWORD)
    assert result.exit_code == ExitCode.USAGE
    assert "connection of 'acme' already" in result.stderr


def test_a_workspace_is_needed(tmp_path: Path, run: Run) -> None:
    result = run("connect", "billing", "-C", str(tmp_path / "nowhere"), *SET, "--yes")
    assert result.exit_code == ExitCode.FAILED
    assert "hub init" in result.stderr
