"""Rows that come under another id: clients that were renumbered, and what was entered anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_fakes import codes, only, read, written
from sync_firm import groups, live

from hub.sdk import Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

MOVED = (Kind.CLIENT, Kind.MATTER, Kind.TIME_ENTRY, Kind.INVOICE)


def everything(firm: Firm) -> list[Document]:
    return [record for kind in MOVED for record in firm.records(kind)]


def renumbered(firm: Firm) -> None:
    """A client with two matters, an entry and a bill that is in the books, under a new number."""
    firm.client("110", "Acme", "01", "02")
    firm.entry("110.01", "1.5", "call")
    firm.bill("5001", [firm.entry("110.02", "2", "draft")])
    assert firm.sync()["outcome"] == "ok"
    firm.renumber("110", "150")


def test_a_renumbered_client_is_one_question_and_all_of_it_waits(firm: Firm) -> None:
    renumbered(firm)
    before, calls = everything(firm), len(firm.books.calls)
    for _ in range(3):
        document = firm.sync()
        assert groups(document) == {"renewed": 1}
        assert len(codes(document)) == 1
        assert "110 Acme" in only(document, "renewed")["message"]
        for kind in MOVED:
            assert read(document, kind, "practice").get("deleted", 0) == 0
    assert everything(firm) == before
    assert len(firm.books.calls) == calls


def test_what_waits_with_a_renumbered_client_is_counted_with_it(firm: Firm) -> None:
    renumbered(firm)
    firm.sync()
    with firm.open() as workspace, workspace.ledger.reading():
        (hold,) = workspace.ledger.holds.all()
    assert (hold.code, hold.facts["waiting"]) == ("renewed", 5)


def test_a_renumbered_client_that_is_accepted_stays_the_same_everywhere(firm: Firm) -> None:
    renumbered(firm)
    held = {kind: len(firm.books.names(kind)) for kind in (Kind.CLIENT, Kind.MATTER, Kind.INVOICE)}
    firm.decide(only(firm.sync(), "renewed"), "accept")
    document = firm.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert [one["number"] for one in firm.records()] == ["150"]
    assert [one["number"] for one in firm.records(Kind.MATTER)] == ["150.01", "150.02"]
    assert len(firm.records(Kind.TIME_ENTRY)) == 2
    assert len(live(firm.records(Kind.INVOICE))) == 1
    assert firm.bound(firm.only_record(Kind.CLIENT)["id"]) == {"150": "LIVE", "110": "GONE"}
    assert written(document, "client", "books") == {"updated": 1}
    assert written(document, "matter", "books") == {"updated": 2}
    assert {kind: len(firm.books.names(kind)) for kind in held} == held
    assert [row["number"] for row in firm.books.rows.values() if row["type"] == "client"] == ["150"]
    assert written(firm.sync(), "client", "books") == {"unchanged": 1}


def test_a_renumbered_client_may_be_another_one(firm: Firm) -> None:
    renumbered(firm)
    firm.decide(only(firm.sync(), "renewed"), "new")
    document = firm.sync()
    assert [(one["number"], one["state"]) for one in firm.records()] == [("110", "GONE"), ("150", "LIVE")]
    assert [one["state"] for one in firm.records(Kind.MATTER)] == ["GONE", "GONE", "LIVE", "LIVE"]
    assert set(codes(document)) == {"gone-at-the-source"}
    assert sorted(firm.books.names(Kind.CLIENT)) == ["Acme", "Acme"]


def test_of_two_clients_of_one_name_the_one_that_left_is_meant(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.client("120", "Acme", "01")
    firm.sync()
    firm.renumber("110", "150")
    document = firm.sync()
    assert groups(document) == {"renewed": 1}
    assert "110 Acme" in only(document, "renewed")["message"]
    firm.decide(only(document, "renewed"), "accept")
    assert firm.sync()["outcome"] == "ok"
    assert [one["number"] for one in firm.records()] == ["150", "120"]
    assert len(firm.records(Kind.MATTER)) == 2


def test_a_second_client_of_a_name_is_no_question_while_the_first_one_stands(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.sync()
    firm.client("090", "Acme", "01")
    assert firm.sync()["outcome"] == "ok"
    assert len(live(firm.records())) == 2


def test_two_clients_of_one_name_that_are_both_renumbered_are_asked_about(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.client("120", "Acme", "01")
    firm.entry("110.01", "1")
    firm.entry("120.01", "2")
    firm.sync()
    before, calls = everything(firm), len(firm.books.calls)
    firm.renumber("110", "150")
    firm.renumber("120", "160")
    document = firm.sync()
    assert set(codes(document)) == {"match"}
    assert (everything(firm), len(firm.books.calls)) == (before, calls)
    ids = {one["number"]: one["id"] for one in firm.records()}
    holds = {hold["subject"]: hold for hold in document["holds"]}
    firm.decide(holds["CLIENTS/150"], "link", record=ids["110"])
    firm.decide(holds["CLIENTS/160"], "link", record=ids["120"])
    assert firm.sync()["outcome"] == "ok"
    assert [(one["id"], one["number"]) for one in firm.records()] == [
        (ids["110"], "150"),
        (ids["120"], "160"),
    ]
    assert len(firm.records(Kind.MATTER)) == len(firm.records(Kind.TIME_ENTRY)) == 2


def test_a_lone_matter_that_is_renumbered_is_asked_about(firm: Firm) -> None:
    firm.client("110", "Acme", "01", "02")
    firm.entry("110.01", "1.5")
    firm.sync()
    row = firm.rows("MATTERS").pop("110.01")
    firm.rows("MATTERS")["110.05"] = row | {"number": "110.05"}
    (entry,) = firm.rows("FEE").values()
    entry["matter"] = "110.05"
    document = firm.sync()
    assert groups(document) == {"renewed": 1}
    assert [one["state"] for one in firm.records(Kind.MATTER)] == ["LIVE", "LIVE"]
    firm.decide(only(document, "renewed"), "accept")
    assert firm.sync()["outcome"] == "ok"
    assert [one["number"] for one in firm.records(Kind.MATTER)] == ["110.05", "110.02"]
    assert len(firm.books.names(Kind.MATTER)) == 2
    assert firm.only_record(Kind.TIME_ENTRY)["state"] == "LIVE"


def test_a_number_that_was_given_back_and_given_to_another_is_another_client(firm: Firm) -> None:
    renumbered(firm)
    firm.decide(only(firm.sync(), "renewed"), "accept")
    firm.sync()
    firm.client("110", "Beta", "01")
    document = firm.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert [(one["number"], one["name"]) for one in firm.records()] == [("150", "Acme"), ("110", "Beta")]
    assert sorted(firm.books.names()) == ["Acme", "Beta"]
    assert len(firm.records(Kind.MATTER)) == 3


def test_a_client_that_gets_its_old_number_back_is_the_same(firm: Firm) -> None:
    renumbered(firm)
    firm.decide(only(firm.sync(), "renewed"), "accept")
    firm.sync()
    firm.renumber("150", "110")
    document = firm.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert [one["number"] for one in firm.records()] == ["110"]
    assert len(firm.records(Kind.MATTER)) == len(firm.records(Kind.TIME_ENTRY)) == 2
    assert firm.books.names() == ["Acme"]


def test_a_row_that_was_deleted_and_entered_again_is_the_same_record(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    key = firm.entry("110.01", "1.5", "call")
    firm.sync()
    del firm.rows("FEE")[key]
    again = firm.entry("110.01", "1.5", "call")
    document = firm.sync()
    assert (document["outcome"], read(document, "time_entry", "practice").get("deleted", 0)) == ("ok", 0)
    record = firm.only_record(Kind.TIME_ENTRY)
    assert firm.bound(record["id"]) == {key: "GONE", again: "LIVE"}
    assert written(document, "time_entry", "books") == {"unchanged": 1}


def test_of_two_equal_rows_the_one_that_left_is_gone(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    first, second = firm.entry("110.01", "1.5", "call"), firm.entry("110.01", "1.5", "call")
    firm.sync()
    del firm.rows("FEE")[first]
    document = firm.sync()
    assert read(document, "time_entry", "practice") == {"read": 1, "unchanged": 1, "deleted": 1}
    states = {one["state"]: firm.bound(one["id"]) for one in firm.records(Kind.TIME_ENTRY)}
    assert states == {"GONE": {first: "GONE"}, "LIVE": {second: "LIVE"}}


def test_of_two_equal_rows_the_one_that_was_entered_again_takes_the_place_of_the_one_that_left(
    firm: Firm,
) -> None:
    firm.client("110", "Acme", "01")
    first, second = firm.entry("110.01", "1.5", "call"), firm.entry("110.01", "1.5", "call")
    firm.sync()
    del firm.rows("FEE")[first]
    third, fourth = firm.entry("110.01", "1.5", "call"), firm.entry("110.01", "1.5", "call")
    assert firm.sync()["outcome"] == "ok"
    one, two, new = firm.records(Kind.TIME_ENTRY)
    places = sorted(map(sorted, (firm.bound(record["id"]).items() for record in (one, two, new))))
    assert (
        sorted([sorted([(first, "GONE"), (third, "LIVE")]), [(second, "LIVE")], [(fourth, "LIVE")]]) == places
    )
    assert len(firm.books.names(Kind.CLIENT)) == 1


def test_a_number_that_is_not_renewed_is_a_new_client(firm: Firm) -> None:
    """Another name is no question: the one has left, the other has come."""
    firm.client("110", "Acme", "01")
    firm.sync()
    firm.rows("CLIENTS").clear()
    firm.rows("MATTERS").clear()
    firm.client("150", "Beta", "01")
    firm.sync()
    assert [(one["number"], one["state"]) for one in firm.records()] == [("110", "GONE"), ("150", "LIVE")]


def test_one_record_is_not_two_though_a_person_says_so_twice(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.sync()
    firm.renumber("110", "150")
    firm.client("160", "Acme", "01")
    document = firm.sync()
    assert groups(document) == {"renewed": 2}
    for hold in document["holds"]:
        firm.decide(hold, "accept")
    document = firm.sync()
    assert groups(document) == {"renewed": 1}
    firm.decide(only(document, "renewed"), "new")
    assert firm.sync()["outcome"] == "ok"
    assert [one["number"] for one in firm.records()] == ["150", "160"]
    assert len(firm.records(Kind.MATTER)) == 2
