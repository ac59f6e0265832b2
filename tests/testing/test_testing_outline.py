"""The connector that the docs show in outline is as short as they say, and passes the kit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "connector-outline.md"
BLOCK = re.compile(r"^`(?P<name>[\w.]+)`[^`]*?```\w+\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
FILES = {found["name"]: found["code"] for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


def lines_of(name: str) -> list[str]:
    return [line for line in FILES[name].splitlines() if line.strip()]


def test_the_page_has_all_that_a_connector_needs() -> None:
    assert list(FILES) == ["acme.py", "test_acme.py", "acme.toml", "acme_sandbox.py"]


@pytest.mark.parametrize(("name", "most"), [("acme.py", 40), ("test_acme.py", 5)])
def test_the_outline_is_short(name: str, most: int) -> None:
    lines = lines_of(name)
    assert len(lines) <= most
    assert max(map(len, lines)) <= 110, "long lines are no short code"
    assert not any(";" in line for line in lines)


def test_the_outline_passes_the_kit(tmp_path: Path) -> None:
    for name, code in FILES.items():
        (tmp_path / name).write_text(code, encoding="utf-8", newline="\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-q", "-rs", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b2\d passed", done.stdout), done.stdout
    assert "Neither the suite nor its sandbox" not in done.stdout
