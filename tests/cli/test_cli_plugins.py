"""``hub plugins`` shows what is loaded, from where, and what is not, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_plugins_are_shown_for_a_person(tmp_path: Path, run: Run) -> None:
    out = run("plugins").stdout
    (acme,) = [line for line in out.splitlines() if line.startswith("acme ")]
    assert acme.split()[1:3] == ["1.2", "yes"]
    assert "connectors: acme" in acme
    assert "commands: fail, acme" in acme
    assert "sandboxes: acme" in acme
    assert str(tmp_path / "site" / "acme_plugin.py") in acme
    assert "broken: It cannot be loaded: RuntimeError: cannot start." in out
    assert "switched off" in out


def test_plugins_are_one_json_document(run: Run) -> None:
    plugins = {one["name"]: one for one in json.loads(run("plugins", "--json").stdout)["plugins"]}
    assert plugins["acme"]["gives"]["connectors"] == ["acme", "portal"]
    assert plugins["acme"]["distribution"] == "acme"
    assert plugins["acme"]["loaded"]
    assert plugins["broken"] | {"file": ""} == {
        "name": "broken",
        "distribution": "acme",
        "version": "1.2",
        "file": "",
        "enabled": True,
        "loaded": False,
        "problem": "It cannot be loaded: RuntimeError: cannot start.",
        "gives": {},
    }


def test_a_plugin_that_is_not_installed_is_answered(workspace: Path, run: Run) -> None:
    text = (workspace / "hub.toml").read_text(encoding="utf-8")
    (workspace / "hub.toml").write_text(f'{text}disabled = ["acmee"]\n', encoding="utf-8")
    result = run("plugins")
    assert result.exit_code == 1
    assert "hub.toml, line 8: plugins.disabled: there is no plugin 'acmee'." in result.stderr
    assert "Did you mean 'acme'?" in result.stderr


def test_no_workspace_is_needed(tmp_path: Path, run: Run) -> None:
    result = run("plugins", "-C", str(tmp_path))
    assert result.exit_code == 0
    assert "acme" in result.stdout
