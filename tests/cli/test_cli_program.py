"""The program: options on either side of the command, every error in words, exit codes that hold."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from hub.cli.commands import COMMANDS
from hub.cli.exits import ExitCode
from hub.cli.program import program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

HEAVY = (
    "pydantic",
    "sqlalchemy",
    "requests",
    "lxml",
    "rich",
    "openpyxl",
    "cryptography",
    "keyring",
    "hub.app",
    "hub.cli.bugs",
)


def python(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, encoding="utf-8", check=False, cwd=cwd, env=environment
    )


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_help_and_version_load_nothing_heavy(words: list[str]) -> None:
    code = f"""if True:
        import sys
        sys.argv = ["hub", *{words!r}]
        from hub.cli import main
        try:
            main()
        except SystemExit as leaving:
            assert not leaving.code, leaving.code
        print([name for name in {HEAVY!r} if name in sys.modules])
    """
    result = python("-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"
    assert "hub" in result.stdout


def test_every_listed_command_is_there_and_says_what_it_does() -> None:
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command
        assert command.name == name
        assert command.help


def test_the_module_is_the_program(tmp_path: Path) -> None:
    result = python("-m", "hub", "plugins", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "plugins" in json.loads(result.stdout)


def test_help_lists_the_commands_and_the_options() -> None:
    result = CliRunner().invoke(program, ["--help"])
    assert result.exit_code == 0
    for word in (*COMMANDS, "-C", "--json", "hub plugins"):
        assert word in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["-v"], [], "None {home} False 1"),
        ([], ["-vv", "--json"], "None {home} True 2"),
        (["--json"], ["-v"], "None {home} True 1"),
        (["-v"], ["-v"], "None {home} False 2"),
        (["-C", "elsewhere"], [], "None elsewhere False 0"),
        (["-C", "elsewhere"], ["-C", "there"], "None there False 0"),
        ([], ["-q", "its own"], "its own {home} False 0"),
        (["-q"], [], "None {home} False -1"),
    ],
)
def test_options_stand_before_or_after_the_command(
    workspace: Path, run: Run, before: list[str], after: list[str], expected: str
) -> None:
    result = run(*before, "acme", "show", *after)
    assert result.stderr == ""
    assert result.output.strip() == expected.format(home=workspace)


def test_the_options_may_stand_within_a_plugins_group(workspace: Path, run: Run) -> None:
    assert run("acme", "--json", "show").output.strip() == f"None {workspace} True 0"


def test_hub_home_names_the_workspace(workspace: Path) -> None:
    result = CliRunner().invoke(program, ["acme", "show"], env={"HUB_HOME": str(workspace)})
    assert result.output.strip() == f"None {workspace} False 0"


def test_what_a_plugins_command_returns_is_no_exit_code(run: Run) -> None:
    assert run("acme", "show").exit_code == ExitCode.OK


def test_a_typo_is_answered_with_the_nearest_command_of_anyone(run: Run) -> None:
    ours, theirs, nobodys = run("conect"), run("acmee"), run("xyzzy")
    assert ours.exit_code == theirs.exit_code == nobodys.exit_code == ExitCode.USAGE
    assert "Did you mean 'connect'?" in ours.stderr
    assert "Did you mean 'acme'?" in theirs.stderr
    assert "hub plugins" in nobodys.stderr


@pytest.mark.parametrize(
    "words", [["conect", "--json"], ["--json", "plugins", "--nonsense"], ["--json", "connect"]]
)
def test_wrong_usage_is_one_json_document_where_that_was_asked_for(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == ExitCode.USAGE
    assert json.loads(result.stdout)["error"]["code"] == "usage_error"
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("hub", ExitCode.FAILED, ["Error: Acme does not answer.", "Try later."]),
        ("disk", ExitCode.FAILED, ["No space left on device: hub.db", "Make room"]),
        ("click", ExitCode.FAILED, ["no such thing"]),
        ("interrupt", ExitCode.INTERRUPTED, ["Stopped."]),
        ("bug", ExitCode.FAILED, ["a bug in the plugin 'acme'", "ValueError", "hub-error.log"]),
    ],
)
def test_an_error_is_told_in_words(run: Run, how: str, code: ExitCode, words: list[str]) -> None:
    result = run("fail", how)
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    ("how", "code", "error"),
    [
        ("hub", 1, {"message": "Acme does not answer.", "remedy": "Try later.", "code": "source_failed"}),
        ("interrupt", 130, {"message": "Stopped.", "remedy": "", "code": "interrupted"}),
    ],
)
def test_an_error_is_one_json_document_where_that_was_asked_for(
    run: Run, how: str, code: int, error: dict[str, str]
) -> None:
    result = run("fail", how, "--json")
    assert result.exit_code == code
    assert json.loads(result.stdout) == {"error": error}
    assert result.stderr.strip() == ""


def test_a_bug_is_written_down_without_what_was_handled(workspace: Path, run: Run) -> None:
    result = run("fail", "bug")
    log = (workspace / "hub-error.log").read_text(encoding="utf-8")
    assert "acme_plugin.py" in log
    assert "ValueError: (text left out)" in log
    assert "privileged" not in log + result.stderr


def test_a_bug_outside_a_workspace_is_written_to_the_temporary_folder(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run("-C", str(tmp_path / "nowhere"), "fail", "bug")
    assert (tmp_path / "hub-error.log").exists()


def test_a_broken_hub_toml_stops_no_plugins_command(workspace: Path, run: Run) -> None:
    (workspace / "hub.toml").write_text("[hub\n", encoding="utf-8")
    assert run("acme", "show").exit_code == ExitCode.OK


@pytest.mark.parametrize(("option", "shown"), [("-v", "hub.sync"), ("-vv", "hub_acme"), ("-q", "")])
def test_logs_go_to_stderr_and_other_libraries_keep_silent(run: Run, option: str, shown: str) -> None:
    @click.command("probe")
    def probe() -> None:
        logging.getLogger("hub.sync").info("from hub.sync")
        logging.getLogger("hub_acme.read").debug("from hub_acme")
        logging.getLogger("urllib3.connection").debug("https://acme/?token=s3cret")
        logging.getLogger("urllib3.connection").info("https://acme/?token=s3cret")

    run(option, "acme", "show")
    result = CliRunner().invoke(probe)
    assert shown in result.stderr
    assert "s3cret" not in result.output
    assert bool(result.stderr) == bool(shown)
