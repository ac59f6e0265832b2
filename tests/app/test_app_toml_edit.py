"""Files that a person wrote are changed in place: comments and order stay, the data is as meant."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from hub.app.toml_edit import save_connection, save_fields
from hub.model import Kind
from hub.sdk import HubError

if TYPE_CHECKING:
    from pathlib import Path


def data_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


SCATTERED = """\
# the firm
[hub]
firm = "A"   # ours

[connections.a]
connector = "folder"

[flows.x]
from = "a"

[connections.b]   # second
connector = "tabs3"
"""


@pytest.mark.parametrize("text", ["", '[hub]\nfirm = "A" # ours\n', SCATTERED, "[connections]\n"])
def test_a_connection_is_added_and_the_rest_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(text, encoding="utf-8")
    before = data_of(path)
    save_connection(path, "new-one", {"connector": "acme", "folder": "C:\\data", "port": 8080, "on": True})
    written = path.read_text(encoding="utf-8")
    added = {"connector": "acme", "folder": "C:\\data", "port": 8080, "on": True}
    assert data_of(path) == before | {"connections": before.get("connections", {}) | {"new-one": added}}
    assert "[connections.new-one]" in written
    for line in text.splitlines():
        assert line in written.splitlines()


def test_a_setting_of_a_connection_is_changed_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(SCATTERED, encoding="utf-8")
    save_connection(path, "a", {"folder": "exports", "connector": "tabs3"})
    assert data_of(path)["connections"]["a"] == {"connector": "tabs3", "folder": "exports"}
    assert "[connections.b]   # second" in path.read_text(encoding="utf-8")


def test_the_line_ends_of_windows_stay(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SCATTERED.replace("\n", "\r\n").encode())
    save_connection(path, "new", {"connector": "acme"})
    written = path.read_bytes()
    assert b"[connections.new]\r\n" in written
    assert written.count(b"\n") == written.count(b"\r\n")


MAPPING = """\
# confirmed by M. Vance
[client.fields]
name = { field = "NAME" }   # full name

[timekeeper.fields]
classification = { field = "LEVEL", values = { "1" = "PARTNR" } }

[matter.CLIENT.fields]
name = { field = "DESC" }

[client.CLIENT.fields]
number = { field = "NO" }
"""

LEVELS = {"field": "LEVEL", "optional": True, "values": {"1": "PARTNR", "2.5": "ASSOC"}}


@pytest.mark.parametrize("text", [None, "", MAPPING])
def test_fields_are_written_and_the_rest_stays(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "mappings" / "acme.toml"
    if text is not None:
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    save_fields(
        path,
        {
            (Kind.MATTER, "client_matter_id"): {"field": "MISC_2"},
            (Kind.TIMEKEEPER, "classification"): LEVELS,
            (Kind.CLIENT, "fax"): False,
        },
    )
    data = data_of(path)
    assert data["matter"]["fields"]["client_matter_id"] == {"field": "MISC_2"}
    assert data["timekeeper"]["fields"]["classification"] == LEVELS
    assert data["client"]["fields"]["fax"] is False
    if text:
        assert data["client"]["fields"]["name"] == {"field": "NAME"}
        assert data["matter"]["CLIENT"]["fields"]["name"] == {"field": "DESC"}
        assert "# full name" in path.read_text(encoding="utf-8")


def test_a_field_that_is_mapped_for_one_source_is_changed_there(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(MAPPING, encoding="utf-8")
    save_fields(path, {(Kind.MATTER, "name"): {"field": "TITLE"}})
    assert data_of(path)["matter"] == {"CLIENT": {"fields": {"name": {"field": "TITLE"}}}}


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    fields = {(Kind.TIMEKEEPER, "classification"): LEVELS}
    save_fields(path, fields)
    once = path.read_bytes()
    save_fields(path, fields)
    assert path.read_bytes() == once


def test_a_file_that_cannot_be_changed_safely_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(SCATTERED, encoding="utf-8")
    monkeypatch.setattr("tomlkit.dumps", lambda _document: "a = 1")
    with pytest.raises(HubError, match="cannot be changed without risk"):
        save_connection(path, "new", {"connector": "acme"})
    assert path.read_text(encoding="utf-8") == SCATTERED
