"""A firm whose two systems call one thing differently, and a person who says once what pairs."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from hub.cli.program import program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.capture]
connector = "folder"
folder = "capture"

[connections.billing]
connector = "folder"
folder = "billing"

[flows.people]
from = "billing"
kinds = ["timekeeper"]

[flows.time]
from = "capture"
kinds = ["time_entry"]

[authority]
timekeeper = "billing"
"""
CAPTURE = """\
[timekeeper.fields]
number = { field = "id", crosswalk = "timekeeper" }

[time_entry.fields]
activity_code = { field = "activity", codes = "utbms/activity", crosswalk = "activity" }
"""


class Firm:
    """The workspace, its tables, and the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("capture", "billing", "mappings"):
            (folder / name).mkdir()
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")
        (folder / "mappings" / "capture.toml").write_text(CAPTURE, encoding="utf-8")
        self.table(
            "billing/timekeeper", [_person("1", "Doyle, Jane A."), _person("7", "Kim Lee", "KL@dv.example")]
        )
        people = [
            _person("JD", "Jane A. Doyle"),
            _person("u2", "K. Lee", "kl@dv.example"),
            _person("ZZ", "Zoe Zahn"),
        ]
        self.table("capture/timekeeper", people)
        self.table("capture/client", [{"id": "C", "number": "100", "name": "Acme"}])
        self.table("capture/matter", [{"id": "M", "client": "C", "number": "100.00"}])
        self.table(
            "capture/time_entry",
            [_entry("1", "JD", "Draft or revise"), _entry("2", "ZZ", "Golf"), _entry("3", "u2", "A104")],
        )

    def table(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        with (self.folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    def hub(self, *words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(program, ["-C", str(self.folder), "--json", *words])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def unpaired(self, document: Any) -> dict[str, Any]:
        return {one["spelling"]: one for one in document["holds"] if one["code"] == "unpaired"}

    def crosswalk(self, name: str) -> str:
        return (self.folder / "mappings" / "crosswalks" / f"{name}.csv").read_text(encoding="utf-8")


def _person(number: str, name: str, email: str = "") -> dict[str, str]:
    return {"id": number, "number": number, "name": name, "email": email}


def _entry(number: str, timekeeper: str, activity: str) -> dict[str, str]:
    entry = {"id": number, "matter": "M", "timekeeper": timekeeper, "worked_on": "2026-07-01"}
    return {**entry, "hours": "1", "narrative": f"Work {number}", "activity": activity}


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)


def test_what_pairs_is_proposed_and_accepted_once(firm: Firm) -> None:
    document = firm.hub("sync", code=3)
    found = firm.unpaired(document)
    assert {spelt: one["proposed"] for spelt, one in found.items()} == {
        "JD": "1",
        "u2": "7",
        "ZZ": "",
        "Draft or revise": "A103",
    }
    assert found["JD"]["message"] == (
        'Jane A. Doyle: id is "JD", which is in no row of crosswalks/timekeeper.csv. '
        "It seems to be 1 Doyle, Jane A."
    )
    people = found["JD"]["group"]
    assert found["u2"]["group"] == found["ZZ"]["group"] == people  # one cause
    assert found["Draft or revise"]["severity"] == "warn"
    assert firm.hub("history", "timekeeper", "1")["records"][0]["bindings"][0]["connection"] == "billing"
    checked = json.dumps(firm.hub("doctor"))
    assert (
        "column capture has no row for JD (Jane A. Doyle), u2 (K. Lee), ZZ (Zoe Zahn); hub review" in checked
    )
    # A person accepts what seems right, once for all of a cause; the rest stays.
    decided = firm.hub("review", str(people), "accept")
    assert len(decided["decided"]) == 2
    assert firm.crosswalk("timekeeper").split() == ["timekeeper,capture", "1,JD", "7,u2"]
    firm.hub("review", str(found["Draft or revise"]["id"]), "accept")
    assert firm.crosswalk("activity").splitlines() == ["activity,capture", "A103,Draft or revise"]
    document = firm.hub("sync", code=3)
    left = firm.unpaired(document)
    # Now that this system has a column, what else is in no row is told of, too.
    assert left.keys() == {"ZZ", "Golf"}
    assert "Jane" not in json.dumps(left)
    places = firm.hub("history", "timekeeper", "1")["records"][0]["bindings"]
    assert [(one["connection"], one["external_id"]) for one in places] == [
        ("billing", "1"),
        ("capture", "JD"),
    ]
    # What nothing is like is said by a person.
    said = firm.hub("review", str(left["ZZ"]["id"]), "accept", code=1)
    assert "--as" in json.dumps(said)
    firm.hub("review", str(left["ZZ"]["id"]), "accept", "--one", "--as", "9")
    document = firm.hub("sync")
    assert firm.unpaired(document).keys() == {"Golf"}  # told, not held
    assert firm.hub("history", "timekeeper", "9")["records"][0]["bindings"][0]["external_id"] == "ZZ"
    assert firm.hub("sync")["pulled"]["capture"]["time_entry"]["unchanged"] == 3


def test_a_spelling_in_two_rows_is_refused_with_where_it_stands(firm: Firm) -> None:
    folder = firm.folder / "mappings" / "crosswalks"
    folder.mkdir()
    (folder / "timekeeper.csv").write_text(
        "number,name,folder\n1,Doyle,JD | jd\n7,Lee,JD\n", encoding="utf-8"
    )
    done = CliRunner().invoke(program, ["-C", str(firm.folder), "sync"])
    assert done.exit_code == 1
    assert 'mappings/crosswalks/timekeeper.csv: "JD" stands for both 1 and 7.' in " ".join(
        done.output.split()
    )


def test_the_column_of_a_connection_comes_before_that_of_its_connector(firm: Firm) -> None:
    folder = firm.folder / "mappings" / "crosswalks"
    folder.mkdir()
    text = "number,folder,capture\n1,nobody,JD\n7,ZZ,u2 | other\n9,,ZZ\n"
    (folder / "timekeeper.csv").write_text(text, encoding="utf-8-sig")
    assert firm.hub("sync", code=0)["outcome"] == "ok"
    assert firm.hub("history", "timekeeper", "9")["records"][0]["bindings"][0]["external_id"] == "ZZ"


def test_alone_a_system_calls_its_own_people_what_it_likes(firm: Firm) -> None:
    text = HUB.replace('[flows.people]\nfrom = "billing"\nkinds = ["timekeeper"]\n', "")
    (firm.folder / "hub.toml").write_text(text, encoding="utf-8")
    found = firm.unpaired(firm.hub("sync", code=3))
    assert {spelt: one["proposed"] for spelt, one in found.items() if spelt != "Draft or revise"} == {
        "JD": "JD",
        "u2": "u2",
        "ZZ": "ZZ",
    }


def test_whom_two_seem_to_be_is_proposed_for_neither(firm: Firm) -> None:
    people = [_person("JD", "Jane A. Doyle"), _person("JAD", "Doyle, Jane A."), _person("u2", "Kim Lee")]
    firm.table("capture/timekeeper", people)
    found = firm.unpaired(firm.hub("sync", code=3))
    assert {spelt: found[spelt]["proposed"] for spelt in ("JD", "JAD", "u2")} == {
        "JD": "",
        "JAD": "",
        "u2": "7",
    }


def test_where_the_file_cannot_be_written_nothing_was_decided(firm: Firm) -> None:
    held = firm.unpaired(firm.hub("sync", code=3))["Draft or revise"]
    folder = firm.folder / "mappings" / "crosswalks"
    folder.mkdir()
    (folder / "activity.csv").write_bytes(b"code,name\n\xff")
    assert "not UTF-8" in json.dumps(firm.hub("review", str(held["id"]), "accept", code=1))
    assert held["id"] in [one["id"] for one in firm.hub("review")["holds"]]
