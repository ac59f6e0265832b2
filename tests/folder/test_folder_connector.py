"""The connector as a whole: what it declares, finds and says of a folder."""

from typing import Any

import pytest
from pydantic import ValidationError

from hub.sdk import Kind, Reference, SourceFailed
from hub_folder import FolderConnector, FolderSettings, hub_connectors


def test_the_plugin_gives_the_connector() -> None:
    assert list(hub_connectors()) == [FolderConnector]
    assert set(FolderConnector.access) == set(Kind)


@pytest.mark.parametrize(
    "wrong", [{}, {"folder": ""}, {"folder": "x", "format": "xls"}, {"folder": "x", "id": ""}]
)
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FolderSettings.model_validate(wrong)


def test_a_healthy_folder_has_nothing_in_the_way(sheets: Any) -> None:
    sheets.put("client.csv", "id,name\nC1,Acme\n")
    sheets.put("notes.txt", "not a table")
    health = sheets.connector().check()
    assert health.ok
    assert (health.identity, health.title, health.notes) == ("", "sheets", ())


def test_checking_says_what_will_be_in_the_way(sheets: Any) -> None:
    sheets.put("client.csv", "name\nAcme\n")
    sheets.put("matter.csv", "id,a,A\n")
    sheets.put("timekeeper.xlsx", "broken")
    sheets.put("clients.csv", "id\n")
    notes = sheets.connector().check().notes
    assert len(notes) == 4
    assert notes[0].startswith("client.csv has no column id")
    assert "two columns 'a'" in notes[1]
    assert "timekeeper.xlsx is no workbook" in notes[2]
    assert notes[3].startswith("clients.csv is not read")


def test_an_empty_folder_says_so(sheets: Any) -> None:
    assert sheets.connector().check().notes == ("The folder sheets holds no table yet.",)


def test_the_id_column_has_the_name_that_the_settings_give(sheets: Any, create: Any) -> None:
    sheets.put("client.csv", "name,Key\nAcme,7\n")
    assert list(sheets.raws(id="key")) == ["7"]
    sheets.write(create("k1", name="Bär", KEY="8"), id="key")
    assert list(sheets.raws(id="key")) == ["7", "8"]


def test_what_was_created_is_found_by_its_key(sheets: Any, create: Any) -> None:
    connector = sheets.connector()
    assert connector.find(Kind.CLIENT, Reference("k1", {})) == ()
    ends = list(connector.write([create("k1", name="Acme"), create("k2", id="own", name="Bär")]))
    (found,) = connector.find(Kind.CLIENT, Reference("k1", {"name": "Acme"}))
    assert (found.external_id, found.digest, found.source) == ("k1", ends[0].end.digest, "client")
    assert connector.find(Kind.CLIENT, Reference("k2", {"id": "own"}))[0].external_id == "own"
    assert connector.find(Kind.CLIENT, Reference("k3", {})) == []
    list(connector.write([create("k3", name="Cee")]))
    assert len(connector.find(Kind.CLIENT, Reference("k3", {}))) == 1
    assert connector.find(Kind.MATTER, Reference("k3", {})) == ()


def test_a_row_that_stands_twice_is_found_twice(sheets: Any) -> None:
    sheets.put("client.csv", "id,name\nk1,a\nk1,b\n")
    assert len(sheets.connector().find(Kind.CLIENT, Reference("k1", {}))) == 2


def test_a_look_up_in_a_folder_that_is_gone_is_no_answer(sheets: Any) -> None:
    with pytest.raises(SourceFailed, match="no folder"):
        sheets.connector(folder="gone").find(Kind.CLIENT, Reference("k1", {}))


def test_nothing_of_a_row_is_shown_in_what_stands_for_it(sheets: Any) -> None:
    sheets.put("time_entry.csv", "id,narrative\nE1,privileged words\nE2,privileged,words\n")
    for item in sheets.items(Kind.TIME_ENTRY):
        assert "privileged" not in repr(item)
        assert "privileged" not in item.problem
