"""Entries are billed, unbilled and cut off: what the hub makes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from scenario_practice import codes, only, parse_ledes, unbilled_practice

if TYPE_CHECKING:
    from pathlib import Path

    from scenario_practice import Practice


def fees(practice: Practice) -> list[str]:
    return [str(charge.sequence) for charge in practice.firm.unbilled.values() if charge.fee]


@pytest.mark.parametrize("make", ["billed", "unbilled"])
def test_billing_nearly_all_deletes_nothing_and_stops_nothing(
    tmp_path: Path, practice: Practice, make: str
) -> None:
    if make == "unbilled":
        practice = unbilled_practice(tmp_path / "unbilled")
    practice.sync()
    before = {number: practice.entry(number)["record"] for number in fees(practice)[:5]}
    known = set(practice.files())
    statements = practice.firm.bill(0.95)
    practice.export()
    document = practice.sync()
    assert document["exit"] == 0, document["holds"]
    for kind in ("time_entry", "expense", "invoice"):
        assert document["pulled"]["billing"][kind]["deleted"] == 0
    assert document["pushed"]["portal"]["invoice"]["delivered"] == len(statements)
    made = {name: data for name, data in practice.files().items() if name not in known}
    asked = {
        parse_ledes(data)[0]["INVOICE_NUMBER"]: parse_ledes(data)[0]["INVOICE_TOTAL"]
        for data in made.values()
    }
    assert {int(number): Decimal(total) for number, total in asked.items()} == {
        number: practice.firm.statements[number].total for number in statements
    }
    for number, record in before.items():
        told = practice.entry(number)
        assert told["record"] == record
        assert [step["change"] for step in told["revisions"]] == ["created", "changed"]
        assert told["revisions"][1]["replaced"]["status"] in {None, "unbilled"}
    again = practice.sync()
    assert again["pushed"]["portal"]["invoice"]["delivered"] == 0
    assert again["exit"] == 0


def test_two_equal_entries_stay_two_when_they_are_billed(tmp_path: Path) -> None:
    practice = unbilled_practice(tmp_path / "unbilled", records=40)
    charges = [charge for charge in practice.firm.unbilled.values() if charge.fee][:2]
    for name in (
        "client_id",
        "timekeeper",
        "day",
        "quantity",
        "rate",
        "amount",
        "text",
        "tcode",
        "task",
        "activity",
    ):
        setattr(charges[1], name, getattr(charges[0], name))
    practice.export()
    practice.sync()
    numbers = [str(charge.sequence) for charge in charges]
    records = {practice.entry(number)["record"] for number in numbers}
    assert len(records) == 2
    practice.firm.bill(1.0)
    practice.export()
    document = practice.sync()
    assert document["exit"] == 0
    assert {practice.entry(number)["record"] for number in numbers} == records
    lines = [row for data in practice.files().values() for row in parse_ledes(data)]
    billed = sum(len(one.charges) for one in practice.firm.statements.values())
    assert sum(row["EXP/FEE/INV_ADJ_TYPE"] in {"F", "E"} for row in lines) == billed


def test_an_undone_statement_waits_in_review(running: Practice) -> None:
    number, statement = next(iter(running.firm.statements.items()))
    billed = [str(charge.sequence) for charge in statement.charges if charge.fee]
    records = [running.entry(one)["record"] for one in billed]
    running.firm.undo(number)
    running.export()
    document = running.sync()
    assert document["exit"] == 3
    hold = only(document, "gone-at-the-source")
    assert str(number) in hold["label"]
    assert hold["remedy"]
    assert document["pulled"]["billing"]["time_entry"]["deleted"] == 0
    back = [running.entry(str(charge.sequence))["record"] for charge in statement.charges if charge.fee]
    assert back == records
    entry = running.entry(
        str(statement.charges[0].sequence), "time_entry" if statement.charges[0].fee else "expense"
    )
    assert [step["change"] for step in entry["revisions"]] == ["created", "changed"]
    review = running.run("review")
    assert str(number) in review.output
    assert running.run("review", str(hold["id"]), "accept").exit_code == 0
    assert running.sync()["exit"] == 0


def test_a_statement_undone_and_billed_again_is_one_that_goes_once_more(running: Practice) -> None:
    number, statement = next(iter(running.firm.statements.items()))
    before = running.files()
    running.firm.undo(number)
    running.export()
    assert codes(running.sync()) == ["gone-at-the-source"]
    made = running.firm.bill(1.0)
    again = next(one for one in made if running.firm.statements[one].client_id == statement.client_id)
    running.export()
    document = running.sync()
    assert (document["exit"], codes(document)) == (3, ["reissued"])
    assert document["pushed"]["portal"]["invoice"]["delivered"] == len(made) - 1
    assert not [name for name in running.files().keys() - before.keys() if name.startswith(str(again))]
    hold = only(document, "reissued")
    assert f"number {number} → {again}" in hold["message"]
    asked = running.files()
    assert running.run("review", str(hold["id"]), "accept").exit_code == 0
    document = running.sync()
    assert (document["exit"], codes(document)) == (0, [])
    assert running.sync()["pushed"]["portal"]["invoice"]["delivered"] == 0
    (new,) = running.files().keys() - asked.keys()
    assert {name: data for name, data in running.files().items() if name != new} == asked
    assert before.items() <= asked.items()
    rows = parse_ledes(running.files()[new])
    assert {row["INVOICE_NUMBER"] for row in rows} == {str(again)}
    assert Decimal(rows[0]["INVOICE_TOTAL"]) == running.firm.statements[again].total
    record = running.json("history", "invoice", str(again))["records"]
    assert [one["label"].split()[0] for one in record] == [str(again)]


@pytest.mark.parametrize(
    "table",
    [
        "FEE",
        "COST",
        "ARCHIVE",
        "CLIENT",
        "LEDGER",
        "EMPLOYEE",
    ],
)
@pytest.mark.parametrize("cut", ["at a line", "in a line"])
def test_half_of_a_table_stops_the_run(running: Practice, table: str, cut: str) -> None:
    path = running.table(table)
    whole = path.read_bytes()
    half = whole[: len(whole) // 2]
    path.write_bytes(half[: half.rindex(b"\n") + 1] if cut == "at a line" else half[: half.rindex(b"\n") + 9])
    files = running.files()
    document = running.sync()
    assert document["exit"] == 1
    hold = only(document, "brake")
    assert "missing at billing" in hold["message"]
    assert document["errors"][0]["message"] == hold["message"]
    assert all(counts["deleted"] == 0 for counts in document["pulled"]["billing"].values())
    assert running.files() == files
    path.write_bytes(whole)
    document = running.sync()
    assert (document["exit"], codes(document)) == (0, [])


@pytest.mark.parametrize("table", ["FEE", "LEDGER", "CLIENT"])
def test_a_brake_that_is_accepted_lets_the_next_run_pass(running: Practice, table: str) -> None:
    path = running.table(table)
    whole = path.read_bytes()
    half = whole[: len(whole) // 2]
    path.write_bytes(half[: half.rindex(b"\n") + 1])
    assert running.sync()["exit"] == 1
    for _ in range(4):
        review = running.json("review")
        brakes = [hold for hold in review["holds"] if hold["code"] == "brake"]
        if not brakes:
            break
        for hold in brakes:
            assert running.run("review", str(hold["id"]), "accept").exit_code == 0
        document = running.sync()
    assert document["exit"] in {0, 3}
    assert "brake" not in codes(document)


def test_an_empty_table_is_not_taken_for_all_deleted(running: Practice) -> None:
    path = running.table("FEE")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    document = running.sync()
    assert (document["exit"], codes(document)) == (1, ["brake"])
