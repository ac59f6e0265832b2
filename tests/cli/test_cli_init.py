"""``hub init`` makes a workspace that is read without a change, and refuses one that is in use."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.app.config import load_config
from hub.cli.exits import ExitCode
from hub.cli.program import program


def init(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, list(words), env={"TZ": "America/Chicago"})
    return result.exit_code, result.stdout, result.stderr


def test_a_new_workspace_is_read_as_it_is(tmp_path: Path) -> None:
    code, out, _ = init("init", str(tmp_path / "Doyle & Vance"))
    config = load_config(tmp_path / "Doyle & Vance" / "hub.toml")
    assert code == ExitCode.OK
    assert (config.hub.firm, config.hub.timezone) == ("Doyle & Vance", "America/Chicago")
    assert sorted(path.name for path in config.folder.iterdir()) == [
        ".gitignore",
        "clients",
        "guidelines",
        "hub.toml",
        "mappings",
    ]
    assert out.splitlines()[-1] == f'  hub -C "{tmp_path / "Doyle & Vance"}" connect NAME'


def test_the_examples_in_it_are_right(tmp_path: Path) -> None:
    init("init", str(tmp_path / "firm"))
    path = tmp_path / "firm" / "hub.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    examples = [
        line.removeprefix("# ") if line.startswith(("# [", "# ")) and _is_toml(line) else line
        for line in lines
    ]
    books = '\n[connections.books]\nconnector = "quickbooks"\n'
    path.write_text("\n".join(examples) + books, encoding="utf-8")
    config = load_config(path)
    assert config.flow("invoices-to-books").where.client == ("100", "120")
    assert config.authority["client.email"] == "books"


def _is_toml(line: str) -> bool:
    text = line.removeprefix("# ")
    return text.startswith("[") or (" = " in text and not text[0].isupper())


def test_the_folder_may_be_given_by_the_option(tmp_path: Path) -> None:
    assert init("-C", str(tmp_path), "init", "inner")[0] == ExitCode.OK
    assert (tmp_path / "inner" / "hub.toml").exists()
    assert init("init", "-C", str(tmp_path / "other"))[0] == ExitCode.OK
    assert (tmp_path / "other" / "hub.toml").exists()


def test_the_result_is_one_json_document(tmp_path: Path) -> None:
    _, out, _ = init("init", str(tmp_path / "firm"), "--json")
    document = json.loads(out)
    assert document["workspace"] == str(tmp_path / "firm")
    assert document["next"].startswith("hub ")


@pytest.mark.parametrize("present", ["hub.toml", "letter.docx"])
def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path, present: str) -> None:
    (tmp_path / present).write_text("mine")
    code, _, err = init("init", str(tmp_path))
    assert code == ExitCode.FAILED
    assert str(tmp_path) in err
    assert [path.name for path in tmp_path.iterdir()] == [present]
    assert (tmp_path / present).read_text() == "mine"


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "firm").write_text("a file")
    code, _, err = init("init", str(tmp_path / "firm"))
    assert code == ExitCode.FAILED
    assert "Traceback" not in err
    assert "bug" not in err
