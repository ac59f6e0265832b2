"""The shipped data: code lists and portal profiles that agree with each other and with the rules."""

import csv
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from hub.ledes import FIELDS_1998B
from hub_ledes_rules.profile import DEFAULTS
from hub_mappings import hub_mappings

ROOT = files("hub_mappings")
LISTS = sorted(file.name for file in ROOT.joinpath("utbms").iterdir() if file.name.endswith(".csv"))
PROFILES = sorted(file.name for file in ROOT.joinpath("portals").iterdir() if file.name.endswith(".toml"))
SIZES = {
    "activity.csv": 29,
    "bankruptcy.csv": 25,
    "counseling.csv": 4,
    "ediscovery.csv": 34,
    "ew_litigation_j.csv": 54,
    "expense.csv": 25,
    "expense_loc2013.csv": 64,
    "litigation.csv": 34,
    "mergers_acquisitions.csv": 20,
    "patent.csv": 49,
    "phases.csv": 52,
    "project.csv": 16,
    "timekeeper_class_2014.csv": 51,
    "timekeeper_class_legacy.csv": 5,
    "trademark.csv": 40,
    "workers_compensation.csv": 30,
}


def rows_of(name: str) -> list[dict[str, str]]:
    with ROOT.joinpath("utbms", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def profile_of(name: str) -> dict[str, Any]:
    return tomllib.loads(ROOT.joinpath("portals", name).read_text("utf-8"))


def test_the_hook_gives_the_folder() -> None:
    assert hub_mappings().joinpath("ebilling.toml").is_file()


def test_every_list_is_there_and_whole() -> None:
    assert {name: len(rows_of(name)) for name in LISTS} == SIZES


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_each_code_once_and_its_parents(name: str) -> None:
    rows = rows_of(name)
    codes = [row["code"] for row in rows]

    assert list(rows[0]) == ["code", "parent", "name"]
    assert len(set(codes)) == len(codes)
    assert {row["parent"] for row in rows} <= {"", *codes}


def test_the_headings_are_the_top_codes_that_others_stand_under() -> None:
    rows = [row for name in LISTS if name != "phases.csv" for row in rows_of(name)]
    parents = {row["parent"] for row in rows}

    headings = {row["code"] for row in rows if row["code"] in parents and not row["parent"]}

    assert {row["code"] for row in rows_of("phases.csv")} == headings


def test_the_default_profile_says_what_the_rules_assume() -> None:
    profile = profile_of("default.toml")
    assert profile.pop("title")

    assert profile == DEFAULTS


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_says_nothing_that_no_rule_reads(name: str) -> None:
    profile = profile_of(name)
    tables = {"required", "codes"}

    assert set(profile) - {"title"} <= set(DEFAULTS)
    assert all(set(profile.get(table, {})) <= set(DEFAULTS[table]) for table in tables)
    assert set(profile.get("lengths", {})) <= {field.name for field in FIELDS_1998B}
    assert profile["title"]


def test_the_mapping_names_fields_of_the_format() -> None:
    mapping = tomllib.loads(ROOT.joinpath("ebilling.toml").read_text("utf-8"))["invoice"]
    tables = (mapping["LEDES"]["fields"], mapping["LEDES"]["lines"]["charges"]["fields"])
    written = {field["field"] for table in tables for field in table.values()}
    by_connector = {"LINE_ITEM_ADJUSTMENT_AMOUNT", "LAW_FIRM_ID"}
    for_the_name = {"TIMEKEEPER_LAST_NAME", "TIMEKEEPER_FIRST_NAME"}

    assert written == {field.name for field in FIELDS_1998B} - by_connector | for_the_name
