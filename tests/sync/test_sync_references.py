"""References through another record: an id of a matter where a client is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sync_fakes import only
from sync_mappings import BOOKS, PRACTICE

from hub.model import Kind

if TYPE_CHECKING:
    from sync_firm import Firm

CLIENT = 'client = { field = "client", ref = "client" }'
LED = 'client = { field = "client", ref = ["client", "matter"] }'


@pytest.fixture
def led(firm: Firm) -> Firm:
    """A firm whose systems name a client by its own id or by that of one of its matters."""
    firm.mapping(PRACTICE.replace(CLIENT, LED), "practice")
    firm.mapping(BOOKS.replace(CLIENT, LED), "fake")
    firm.client("1", "Acme", "1")
    firm.client("2", "Bolt", "1")
    return firm


def clients_by_number(firm: Firm, kind: Kind) -> dict[str, str]:
    """The numbers of the clients that records refer to, by the records' own numbers."""
    numbers = {one["id"]: one["number"] for one in firm.records(Kind.CLIENT)}
    return {one["number"]: numbers[one["client"]] for one in firm.records(kind)}


def bill(firm: Firm, number: str, matter: str, client: str) -> None:
    """Bill an hour on a matter; the bill names its client so."""
    firm.bill(number, [firm.entry(matter, "1")], client=client)


def test_an_id_of_a_matter_means_its_client(led: Firm) -> None:
    bill(led, "100", "1.1", "1")
    bill(led, "101", "1.1", "1.1")
    bill(led, "102", "1.1", "2.1")
    assert led.sync()["outcome"] == "ok"
    assert clients_by_number(led, Kind.INVOICE) == {"100": "1", "101": "1", "102": "2"}


def test_it_is_written_as_the_client(led: Firm) -> None:
    bill(led, "101", "1.1", "1.1")
    led.sync()
    (acme,) = [key for key, row in led.books.rows.items() if row.get("name") == "Acme"]
    (invoice,) = [row for row in led.books.rows.values() if row["type"] == "invoice"]
    assert invoice["client"] == acme
    calls = len(led.books.calls)
    assert led.sync()["outcome"] == "ok"
    assert len(led.books.calls) == calls


def test_a_matter_under_a_matter_has_the_client_of_that_one(led: Firm) -> None:
    matters = led.rows("MATTERS")
    below = {"a": matter("1.1.1.1", "1.1.1"), "b": matter("1.1.1", "1.1")}
    led.practice.tables["MATTERS"] = {"1.1.1.1": below["a"], "1.1.1": below["b"], **matters}
    assert led.sync()["outcome"] == "ok"
    expected = {"1.1": "1", "2.1": "2", "1.1.1": "1", "1.1.1.1": "1"}
    assert clients_by_number(led, Kind.MATTER) == expected


def matter(number: str, client: str) -> dict[str, Any]:
    return {"client": client, "number": number, "name": f"case {number}", "secure": "0"}


def test_what_is_neither_waits_as_any_reference_does(led: Firm) -> None:
    bill(led, "100", "1.1", "9")
    hold = only(led.sync(), "reference")
    assert hold["message"] == "client 9 is not at practice, or is held."
    led.rows("MATTERS")["9"] = matter("9", "2")
    assert led.sync()["outcome"] == "ok"
    assert clients_by_number(led, Kind.INVOICE) == {"100": "2"}


def test_where_an_id_is_both_the_fields_own_kind_counts(led: Firm) -> None:
    led.rows("MATTERS")["1"] = matter("1", "2")
    bill(led, "100", "1.1", "1")
    led.sync()
    assert clients_by_number(led, Kind.INVOICE) == {"100": "1"}


def test_a_client_that_has_become_a_matter_leads_to_the_client_it_belongs_to(led: Firm) -> None:
    led.rows("MATTERS").pop("2.1")
    led.sync()
    led.rows("CLIENTS").pop("2")
    led.rows("MATTERS")["2"] = matter("2", "1")
    bill(led, "100", "2", "2")
    led.sync()
    assert clients_by_number(led, Kind.INVOICE) == {"100": "1"}


def test_a_line_may_name_its_entry_where_the_timekeeper_is_meant(led: Firm) -> None:
    entry = 'entry = { field = "entry", ref = "time_entry", source = "ARCHIVE" }'
    timekeeper = 'timekeeper = { field = "entry", ref = ["timekeeper", "time_entry"] }'
    led.mapping(PRACTICE.replace(entry, f"{entry}\n{timekeeper}"), "practice")
    bill(led, "100", "1.1", "1")
    led.sync()
    (line,) = led.only_record(Kind.INVOICE)["lines"]
    assert line["timekeeper"] == led.only_record(Kind.TIMEKEEPER)["id"]
    assert line["entry"] == led.only_record(Kind.TIME_ENTRY)["id"]


def test_what_is_good_to_have_is_left_out_where_nothing_leads_there(led: Firm) -> None:
    payment = 'matter = { field = "on", ref = ["matter", "time_entry"], optional = true, unknown = "empty" }'
    led.mapping(PRACTICE.replace("[payment.MONEY.fields]", f"[payment.MONEY.fields]\n{payment}"), "practice")
    led.flows = {"in": {"from": "practice", "kinds": ["invoice", "payment", "time_entry"]}}
    entry = led.entry("2.1", "1")
    number = led.bill("100", [led.entry("1.1", "1")])
    led.pay(number, "50.00", on=entry)
    led.pay(number, "10.00", on="nothing")
    assert led.sync()["outcome"] == "ok"
    matters = {one["id"]: one["number"] for one in led.records(Kind.MATTER)}
    assert [matters.get(one.get("matter")) for one in led.records(Kind.PAYMENT)] == ["2.1", None]
