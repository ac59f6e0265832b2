"""Matters that are walled off inside the firm: they, and all that belongs to them, stay in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sync_fakes import codes, read, written

from hub.sdk import Access, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

SENT = (Kind.CLIENT, Kind.MATTER, Kind.TIME_ENTRY, Kind.INVOICE, Kind.PAYMENT)


@pytest.fixture
def walled(firm: Firm) -> Firm:
    """A firm with a client that has a secure matter beside an open one, and one with a secure matter only."""
    firm.access[Kind.PAYMENT] = Access(create=True, update=True, batch=10)
    firm.flows["books"]["kinds"] = [*firm.flows["books"]["kinds"], "payment"]
    firm.client("110", "Acme", "01")
    firm.client("110", "Acme", "02", secure="true")
    firm.client("120", "Whistle", "01", secure="true")
    for matter, number in (("110.01", "5001"), ("110.02", "5002"), ("120.01", "5003")):
        firm.entry(matter, "1", "call")
        bill = firm.bill(number, [firm.entry(matter, "2", "draft")])
        firm.pay(bill, "200.00")
    return firm


def numbers(firm: Firm) -> dict[str, list[str]]:
    """What is in the books, by kind."""
    found: dict[str, list[str]] = {}
    for row in firm.books.rows.values():
        found.setdefault(row["type"], []).append(row.get("number") or row.get("hours") or row["amount"])
    return {kind: sorted(rows) for kind, rows in found.items()}


def notices(document: Document) -> list[str]:
    return [one["message"] for one in document["notices"] if "secure" in one["message"]]


def test_what_is_secure_stays_in_with_all_that_belongs_to_it(walled: Firm) -> None:
    document = walled.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert numbers(walled) == {
        "client": ["110"],
        "matter": ["110.01"],
        "timekeeper": ["7"],
        "time_entry": ["1", "2"],
        "invoice": ["5001"],
        "payment": ["200.00"],
    }
    (notice,) = notices(document)
    assert notice.startswith("2 secure matters stay out of books, with all that belongs to them; ")
    assert notice.endswith("secure = true in that flow lets them out.")


def test_what_is_secure_is_read_all_the_same(walled: Firm) -> None:
    document = walled.sync()
    assert read(document, "matter", "practice") == {"read": 3, "changed": 3}
    assert len(walled.records(Kind.INVOICE)) == 3


def test_a_flow_that_says_so_lets_it_out(walled: Firm) -> None:
    walled.flows["books"]["secure"] = True
    document = walled.sync()
    assert notices(document) == []
    assert numbers(walled) == {
        "client": ["110", "120"],
        "matter": ["110.01", "110.02", "120.01"],
        "timekeeper": ["7"],
        "time_entry": ["1", "1", "1", "2", "2", "2"],
        "invoice": ["5001", "5002", "5003"],
        "payment": ["200.00", "200.00", "200.00"],
    }


def test_a_flow_that_says_so_later_brings_what_stayed(walled: Firm) -> None:
    walled.sync()
    walled.flows["books"]["secure"] = True
    document = walled.sync()
    assert written(document, "matter", "books") == {"created": 2, "unchanged": 1}
    assert len(numbers(walled)["payment"]) == 3


def test_one_flow_does_not_speak_for_another(walled: Firm) -> None:
    walled.to_portal()
    walled.flows["portal"]["secure"] = True
    walled.sync()
    assert walled.portal.names(Kind.INVOICE) == ["5001", "5002", "5003"]
    assert numbers(walled)["invoice"] == ["5001"]


def test_a_matter_that_becomes_secure_stays_as_it_is_there(walled: Firm) -> None:
    walled.sync()
    walled.rows("MATTERS")["110.01"] |= {"secure": "true", "name": "Project Owl"}
    walled.rows("BILLS")[next(iter(walled.rows("BILLS")))]["day"] = "2026-07-02"
    walled.entry("110.01", "4", "late")
    calls = len(walled.books.calls)
    document = walled.sync()
    assert (document["outcome"], len(walled.books.calls)) == ("ok", calls)
    (notice,) = notices(document)
    assert notice.startswith("3 secure matters stay out of books, with all that belongs to them; ")
    assert notice.endswith("secure = true in that flow lets them out.")


def test_a_matter_that_is_secure_no_more_follows_by_itself(walled: Firm) -> None:
    walled.sync()
    walled.rows("MATTERS")["110.02"]["secure"] = "false"
    document = walled.sync()
    assert document["outcome"] == "ok"
    assert numbers(walled)["invoice"] == ["5001", "5002"]
    assert numbers(walled)["payment"] == ["200.00", "200.00"]
    assert numbers(walled)["client"] == ["110"]


def test_a_client_whose_last_open_matter_becomes_secure_stays_in(walled: Firm) -> None:
    walled.rows("MATTERS")["110.01"]["secure"] = "true"
    walled.sync()
    assert set(numbers(walled)) == {"timekeeper"}


def test_a_client_without_matters_is_no_secret(firm: Firm) -> None:
    firm.client("110", "Acme")
    firm.client("120", "Whistle", "01", secure="true")
    firm.sync()
    assert firm.books.names(Kind.CLIENT) == ["Acme"]


def test_a_payment_of_several_matters_one_of_them_secure_stays_in(walled: Firm) -> None:
    bills = {row["number"]: key for key, row in walled.rows("BILLS").items()}
    applied = [{"bill": bills["5001"], "amount": "100.00"}, {"bill": bills["5002"], "amount": "50.00"}]
    walled.pay(bills["5001"], "150.00", APPLIED=applied)  # type: ignore[arg-type]
    walled.sync()
    assert numbers(walled)["payment"] == ["200.00"]


def test_an_invoice_of_several_matters_one_of_them_secure_stays_in(walled: Firm) -> None:
    mapping = walled.folder / "mappings" / "practice.toml"
    text = mapping.read_text(encoding="utf-8")
    walled.mapping(
        text.replace(
            'matter = { field = "matter", ref = "matter" }\nstatus',
            'matter = { field = "matter", ref = "matter", optional = true }\nstatus',
        ),
        "practice",
    )
    secret = walled.move(walled.entry("110.02", "3", "plot"), "FEE", "ARCHIVE")
    bill = walled.bill("5009", [walled.entry("110.01", "3", "plain")], matter="")
    line = {"entry": secret, "day": "2026-06-01", "hours": "3", "amount": "300.00", "text": "plot"}
    row: dict[str, Any] = walled.rows("BILLS")[bill]
    row |= {"LINES": [*row["LINES"], line], "total": "600.00"}
    walled.sync()
    assert len(walled.records(Kind.INVOICE)) == 4
    assert numbers(walled)["invoice"] == ["5001"]


def test_nothing_of_a_secure_matter_is_named_to_those_who_plan(walled: Firm) -> None:
    document = walled.plan()
    text = str(document["actions"]) + str(document["totals"]) + str(document["holds"])
    for word in ("Whistle", "110.02", "120", "5002", "5003"):
        assert word not in text
