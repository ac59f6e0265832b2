"""``hub doctor`` says how the connections are, and what will be in the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub.cli.exits import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

PORTAL = """
[connections.books]
connector = "portal"
company = "Doyle"
redirect_uri = "http://localhost:1/callback"
"""
GIVEN = {"HUB_SECRET_BOOKS__CLIENT_SECRET": "right"}


@pytest.fixture
def books(workspace: Path) -> None:
    text = (workspace / "hub.toml").read_text(encoding="utf-8").replace(', "broken"', "")
    (workspace / "hub.toml").write_text(text + PORTAL, encoding="utf-8")


@pytest.mark.usefixtures("books")
def test_what_will_be_in_the_way_is_told_while_all_is_well(run: Run) -> None:
    result = run("doctor", HUB_SECRET_BOOKS__TOKEN="good", **GIVEN)
    assert result.exit_code == ExitCode.OK, result.output
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    assert ["ok", "connection books  Doyle Ltd"] in lines
    assert ["ok", "The sign-in ends on 2026-04-15."] in lines
    assert lines[-1] == ["All", "is well."]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("token", [{}, {"HUB_SECRET_BOOKS__TOKEN": "expired"}])
def test_a_sign_in_that_has_ended_is_a_fault_with_its_remedy(run: Run, token: dict[str, str]) -> None:
    result = run("doctor", "--json", **GIVEN, **token)
    assert result.exit_code == ExitCode.FAILED
    told = json.loads(result.stdout)
    assert not told["healthy"]
    assert told["findings"][-1] == {
        "what": "connection books",
        "ok": False,
        "told": "The portal no longer accepts the sign-in. Sign in again: hub connect books.",
    }
    assert "expired" not in result.output


@pytest.mark.usefixtures("books")
def test_what_is_used_up_by_looking_is_kept(run: Run) -> None:
    for _ in range(2):
        assert run("doctor", HUB_SECRET_BOOKS__TOKEN="good", **GIVEN).exit_code == ExitCode.OK
    assert run("doctor", **GIVEN).exit_code == ExitCode.OK, "the stored token is newer than its seed"
