"""What is read: the same wherever the tables are, clients by their matters, entries by the hub's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tm_reading import KINDS, pages, records, rows

from hub.sdk import Kind, SourceFailed, SourceMissing
from hub_time_matters.sandbox import BILLING, BILLING_COLUMNS, TimeMattersSandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def test_database_and_export_give_the_same_records(
    sandbox: TimeMattersSandbox, postgresql: str, tmp_path: Path
) -> None:
    with TimeMattersSandbox(postgresql, owner="tm8user") as other:
        served = records(other.settings)
    exported = records(sandbox.exported(tmp_path / "export"))
    assert all(exported[kind] for kind in KINDS)
    assert exported == records(sandbox.settings) == served


def test_a_matter_has_the_contact_that_is_its_client(sandbox: TimeMattersSandbox) -> None:
    matters, clients = rows(sandbox.settings, Kind.MATTER), rows(sandbox.settings, Kind.CLIENT)
    assert {one.raw["client"] for one in matters.values()} == set(clients)
    assert not any(one.problem or one.unsettled for one in [*matters.values(), *clients.values()])
    assert all(one.raw["ccode"] == "CLIENT" and one.raw["whole_name"] for one in clients.values())


def test_nothing_that_lawyers_note_is_read(sandbox: TimeMattersSandbox) -> None:
    for kind in (Kind.MATTER, Kind.CLIENT):
        assert not any("memo" in one.raw for one in rows(sandbox.settings, kind).values())


def test_a_matter_with_two_possible_clients_is_held(sandbox: TimeMattersSandbox) -> None:
    second = sandbox.add("contact", last_name="Winter", first_name="Bo", ccode="client")
    sandbox.link(101, second["sysid"])
    held = rows(sandbox.settings, Kind.MATTER)["101"]
    assert "2 possible clients" in held.problem
    assert "Bo Winter (sysid 113, client)" in held.problem
    assert '"2026-001" = ' in held.problem
    assert held.raw["client"] == ""
    assert "matter 2026-001 may be this client's" in rows(sandbox.settings, Kind.CLIENT)["113"].unsettled
    said = {**sandbox.settings, "clients_of": {"2026-001": 113}}
    assert rows(said, Kind.MATTER)["101"].raw["client"] == "113"
    assert not rows(said, Kind.CLIENT)["113"].unsettled


def test_without_client_codes_any_linked_contact_may_be_it(sandbox: TimeMattersSandbox) -> None:
    settings = {**sandbox.settings, "client_codes": []}
    assert all("2 possible clients" in one.problem for one in rows(settings, Kind.MATTER).values())


def test_a_matter_without_a_client_is_held(sandbox: TimeMattersSandbox) -> None:
    lone = sandbox.add("matter", mat_no="2026-900", ccode="LIT")
    held = rows(sandbox.settings, Kind.MATTER)[str(lone["sysid"])]
    assert "no client is linked to it" in held.problem


def test_a_column_may_name_the_client(sandbox: TimeMattersSandbox) -> None:
    settings = {**sandbox.settings, "client_column": "STAFF"}
    sandbox.change("matter", 101, staff="112")
    sandbox.change("matter", 102, staff="0")
    sandbox.drop("RelateA")
    found = rows(settings, Kind.MATTER)
    assert found["101"].raw["client"] == "112"
    assert "its staff names no contact" in found["102"].problem
    assert set(rows(settings, Kind.CLIENT)) == {"112"}


def test_two_matters_of_one_number_wait_for_a_person(sandbox: TimeMattersSandbox) -> None:
    twin = sandbox.add("matter", mat_no="2026-001", ccode="COR")
    sandbox.link(twin["sysid"], 101)
    found = rows(sandbox.settings, Kind.MATTER)
    assert [one.external_id for one in found.values() if one.unsettled] == ["101", str(twin["sysid"])]


def test_initials_are_those_of_staff_in_any_case(sandbox: TimeMattersSandbox) -> None:
    sandbox.change(BILLING, 101, staff="jad ")
    sandbox.change(BILLING, 102, staff="xx")
    found = rows(sandbox.settings, Kind.TIME_ENTRY)
    assert (found["101"].raw["staff"], found["102"].raw["staff"]) == ("JAD", "xx")


def test_time_and_expenses_are_told_apart_by_their_type(sandbox: TimeMattersSandbox) -> None:
    sandbox.change(BILLING, 101, b_type="e")
    sandbox.change(BILLING, 102, b_type="?")
    sandbox.change(BILLING, 103, b_stat="on its way")
    time, expenses = (rows(sandbox.settings, kind) for kind in (Kind.TIME_ENTRY, Kind.EXPENSE))
    assert "101" in expenses
    assert "its type is '?'" in time["102"].problem
    assert "its status is 'on its way'" in time["103"].problem
    assert {one.raw["billed"] for one in time.values() if not one.problem} == {"0", "1"}


def billed_by(**columns: Any) -> dict[str, Any]:
    return {"billing": {**BILLING_COLUMNS, **columns}}


@pytest.mark.parametrize(
    ("unit", "counted", "hours"), [("minutes", "90", "1.5000"), ("hundredths", "540000", "1.5000")]
)
def test_hours_may_be_counted_otherwise(
    sandbox: TimeMattersSandbox, unit: str, counted: str, hours: str
) -> None:
    sandbox.change(BILLING, 101, hrs=counted)
    sandbox.change(BILLING, 104, hrs="3", b_type="E")
    settings = {**sandbox.settings, **billed_by(hours_unit=unit)}
    assert rows(settings, Kind.TIME_ENTRY)["101"].raw["hours"] == hours
    assert rows(settings, Kind.EXPENSE)["104"].raw["hours"] == "3"


def test_entries_may_name_the_number_of_a_matter(sandbox: TimeMattersSandbox) -> None:
    for entry, number in ((101, "2026-002"), (102, "2026-77")):
        sandbox.change(BILLING, entry, b_code=number)
    settings = {**sandbox.settings, **billed_by(matter="b_code", matter_by="number", code="")}
    found = rows(settings, Kind.TIME_ENTRY)
    assert found["101"].raw["matter"] == "102"
    assert "no matter has the number 2026-77" in found["102"].problem


@pytest.mark.parametrize("left_out", [("billing",), ("billing", "billing_table")])
def test_without_its_columns_the_billing_table_is_not_there(
    sandbox: TimeMattersSandbox, left_out: tuple[str, ...]
) -> None:
    settings = {key: value for key, value in sandbox.settings.items() if key not in left_out}
    with pytest.raises(SourceMissing, match="hub connect"):
        pages(settings, Kind.TIME_ENTRY)


def test_a_column_that_is_not_there_is_named(sandbox: TimeMattersSandbox) -> None:
    with pytest.raises(SourceFailed, match="tm_bill has no column hours_billed"):
        pages({**sandbox.settings, **billed_by(hours="Hours_Billed")}, Kind.EXPENSE)


def test_a_row_without_an_id_and_one_of_a_used_id_are_held(sandbox: TimeMattersSandbox) -> None:
    sandbox.add("staff", init="JAD", first="John", last="Dee")
    sandbox.add("staff", init="", first="No", last="Body")
    found = rows(sandbox.settings, Kind.TIMEKEEPER)
    assert "stands there 2 times" in found["JAD#2"].problem
    assert [one.problem[:18] for one in found.values() if one.raw["first"] == "No"] == ["the row has no id,"]


def test_a_row_keeps_its_other_columns(sandbox: TimeMattersSandbox) -> None:
    entry: Mapping[str, Any] = rows(sandbox.settings, Kind.TIME_ENTRY)["101"].raw
    assert {"id", "matter", "staff", "date", "hours", "billed", "time"} <= set(entry)
    assert not {"mat_id", "hrs", "memo"} & set(entry)
