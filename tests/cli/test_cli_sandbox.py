"""``hub sandbox`` shows and starts the stand-ins that plugins bring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.cli.exits import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_without_a_name_they_are_shown(run: Run) -> None:
    result = run("sandbox")
    assert result.exit_code == ExitCode.OK
    assert result.stdout.splitlines()[1].split(maxsplit=1) == ["acme", "A stand-in of Acme."]
    assert json.loads(run("sandbox", "--json").stdout) == {
        "sandboxes": [{"name": "acme", "help": "A stand-in of Acme."}]
    }


def test_one_is_started_with_its_own_options(run: Run) -> None:
    assert run("sandbox", "acme", "--port", "8080").stdout == "Acme stands in at port 8080.\n"
    assert run("sandbox", "acme", "--port", "1", "-v").exit_code == ExitCode.OK
    assert "Where to listen." in run("sandbox", "acme", "--help").stdout


def test_no_workspace_is_needed(tmp_path: Path, run: Run) -> None:
    result = run("-C", str(tmp_path / "nowhere"), "sandbox", "acme")
    assert result.exit_code == ExitCode.OK, result.output


def test_a_typo_is_answered(run: Run) -> None:
    near, far = run("sandbox", "acne"), run("sandbox", "xyzzy")
    assert near.exit_code == far.exit_code == ExitCode.USAGE
    assert "Did you mean 'acme'?" in near.stderr
    assert "There are: acme." in far.stderr


def test_help_shows_them_too(run: Run) -> None:
    assert "A stand-in of Acme." in run("sandbox", "--help").stdout
