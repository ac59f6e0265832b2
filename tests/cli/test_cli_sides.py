"""``hub review ID``: a row beside the records that it may be."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    class Run:
        def __call__(self, *words: str) -> Result: ...


@pytest.fixture
def two(workspace: Path) -> Path:
    """Two folders with a client whose number each spells its own way, and a time entry of it."""
    (workspace / "hub.toml").write_text(
        dedent("""\
            [hub]
            firm = "Doyle & Vance LLP"
            timezone = "America/Chicago"
            currency = "USD"
            [connections.a]
            connector = "folder"
            folder = "a"
            [connections.b]
            connector = "folder"
            folder = "b"
            [flows.a]
            from = "a"
            kinds = ["client", "time_entry"]
            [flows.b]
            from = "b"
            kinds = ["client", "time_entry"]
            [plugins]
            enabled = ["folder", "mappings"]
        """)
    )
    for folder, number, name in (("a", "A-100", "Acme Holdings"), ("b", "a100", "Acme")):
        (workspace / folder).mkdir()
        row = f"1,{number},{name},false,Elm Street 1,Salem\n"
        head = "id,number,name,active,address,city\n"
        (workspace / folder / "client.csv").write_text(head + row, newline="")
    return workspace


@pytest.fixture
def number(two: Path, run: Run) -> str:
    """The number of the question."""
    assert two.exists()
    held = [hold for hold in document(run("--json", "sync"))["holds"] if hold["code"] == "match"]
    return str(held[0]["id"])


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_both_sides_stand_side_by_side(run: Run, number: str) -> None:
    shown = run("review", number).output
    lines = [line.split("  ") for line in shown.splitlines()]
    cells = {line[0].strip(): [cell.strip() for cell in line[1:] if cell.strip()] for line in lines}
    assert cells[f"[{number}]"][-2:] == ["b client/1", "record 1"]
    assert cells["stands as"] == ["a client/1"]
    assert cells["number"] == ["a100", "A-100"]
    assert cells["name"] == ["Acme", "Acme Holdings"]
    assert cells["active"] == ["no", "="]


def test_a_program_gets_both_sides(run: Run, number: str) -> None:
    (sides,) = document(run("--json", "review", number))["sides"]
    assert (sides["row"]["connection"], sides["row"]["source"], sides["row"]["external_id"]) == (
        "b",
        "client",
        "1",
    )
    assert (sides["row"]["active"], sides["row"]["values"]["name"]) == (False, "Acme")
    (record,) = sides["records"]
    assert record["stands"] == [{"connection": "a", "source": "client", "external_id": "1"}]
    assert record["differ"]["number"] == {"row": "a100", "record": "A-100"}
    assert {"active"} <= set(record["agree"])
    assert (record["active"], record["state"], record["score"]) == (False, "live", None)


def test_what_is_asked_of_no_record_has_no_sides(run: Run, two: Path) -> None:
    (two / "a" / "client.csv").write_text("id,number,name\n1,100,Acme\n1,100,Other\n", newline="")
    (hold,) = document(run("--json", "sync", "a"))["holds"]
    assert document(run("--json", "review", str(hold["id"])))["sides"] == []
    assert "record" not in run("review", str(hold["id"])).output
