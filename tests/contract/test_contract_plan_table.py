"""The table in the docs and the function that chooses are held equal."""

from pathlib import Path

import pytest

from hub.ledger import BindingState
from hub.sync.plan import Choice, Do, Situation, choose

PAGE = Path(__file__).parents[2] / "docs" / "how-a-run-works.md"
WORDS = {"True": True, "False": False} | {state.name: state for state in BindingState}


def rows() -> list[tuple[str, dict[str, object], Choice]]:
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [(cell[0], fields(cell[1]), Choice(Do(cell[2]), cell[3])) for cell in cells if cell[2] in list(Do)]


def fields(cell: str) -> dict[str, object]:
    pairs = [pair.split("=") for pair in cell.strip("`").split(", ") if pair]
    return {name: WORDS[value] for name, value in pairs}


@pytest.mark.parametrize(("named", "given", "wanted"), rows())
def test_each_row_is_what_the_code_does(named: str, given: dict[str, object], wanted: Choice) -> None:
    assert choose(Situation(**given)) == wanted, named  # type: ignore[arg-type]


def test_every_choice_that_the_code_knows_is_in_the_table() -> None:
    assert {wanted.do for _, _, wanted in rows()} == set(Do)
