"""Who a client of the books is that is like none of ours: its invoices tell; and both sides are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_books import BY_CHANGES, WHOLE, Books, acme, bill, lone
from sync_fakes import codes

from hub.sdk import Access, Kind

if TYPE_CHECKING:
    from sync_fakes import Bench


@pytest.fixture
def books(bench: Bench) -> Books:
    """Books that are read whole in every run."""
    return Books(bench, WHOLE)


@pytest.fixture(params=[WHOLE, BY_CHANGES], ids=["whole", "by-changes"])
def either(bench: Bench, request: pytest.FixtureRequest) -> Books:
    """Books that are read whole in every run, or by what changed since the last one."""
    return Books(bench, request.param)


def renamed(books: Books, *, total: str = "500.00", day: str = "2026-06-28") -> tuple[str, str]:
    """A client that is in the books under another name, with an invoice and a matter."""
    books.ours("client", acme())
    books.ours("matter", {"id": "m1", "client": "1", "number": "100.1", "name": "lease"})
    books.ours("invoice", bill("4103", matter="m1"))
    row = books.client("Zenith")
    matter = books.system.put(Kind.MATTER, {"client": row, "number": "100.1", "name": "lease"})
    return row, books.invoice(row, "4103", total, day, matter=matter)


def test_a_renamed_client_is_known_by_its_invoice(either: Books) -> None:
    row, invoice = renamed(either)
    asked = lone(either.asked(either.sync()))
    assert asked["message"] == "Its invoice 4103 of 500.00 is at books under Zenith; is it that client?"
    assert (asked["label"], asked["record"]) == ("client 100 Acme Holdings LLC", either.record("100"))
    assert lone(either.asked(either.sync()))["id"] == asked["id"]
    assert either.system.calls == []

    own = max(record["id"] for record in either.bench.records())
    either.bench.decide(asked, "link")
    document = either.sync()
    assert (document["outcome"], either.stands("100")) == ("ok", [row])
    assert either.stands("4103", Kind.INVOICE) == [invoice]
    assert [either.created(kind) for kind in (Kind.CLIENT, Kind.MATTER, Kind.INVOICE)] == [[], [], []]
    assert either.bench.history(own) == ["CREATED", "GONE"]
    calls = len(either.system.calls)
    assert either.sync()["outcome"] == "ok"
    assert len(either.system.calls) == calls


def test_a_client_that_is_another_is_made(either: Books) -> None:
    renamed(either)
    either.bench.decide(lone(either.asked(either.sync())), "accept")
    assert either.sync()["outcome"] == "ok"
    assert either.created() == ["Acme Holdings LLC"]
    assert either.sync()["outcome"] == "ok"


@pytest.mark.parametrize("other", [{"total": "449.99"}, {"day": "2026-08-01"}])
def test_an_invoice_that_only_has_its_number_tells_nothing(books: Books, other: dict[str, str]) -> None:
    renamed(books, **other)
    document = books.sync()
    assert document["outcome"] == "ok"
    assert books.created() == ["Acme Holdings LLC"]


def test_an_invoice_that_lacks_a_cost_tells_as_much(books: Books) -> None:
    renamed(books, total="450.00")
    assert lone(books.asked(books.sync()))["message"].startswith("Its invoice 4103 of 500.00")


def test_the_invoices_of_a_renamed_client_are_not_asked_about_one_by_one(books: Books) -> None:
    mapping = books.bench.folder / "mappings" / "books.toml"
    match = 'match = [["number", "client"]]'
    mapping.write_text(mapping.read_text().replace(match, f'{match}\nnear = [["number", "total"]]'))
    row, invoice = renamed(books)
    document = books.sync()
    assert (codes(document), books.asked(document, Kind.INVOICE)) == (["match"], [])
    books.bench.decide(lone(books.asked(document)), "link")
    assert books.sync()["outcome"] == "ok"
    assert (books.stands("100"), books.stands("4103", Kind.INVOICE)) == ([row], [invoice])


def test_a_matter_that_may_be_ours_tells_whose_client_it_stands_under(books: Books) -> None:
    """The invoice waits for the matter, and the matter for an answer; neither is of use to the client yet."""
    mapping = books.bench.folder / "mappings" / "books.toml"
    match = 'match = [["client", "number"]]'
    mapping.write_text(mapping.read_text().replace(match, f'{match}\nnear = [["number"]]'))
    row, invoice = renamed(books)
    document = books.sync()
    assert lone(books.asked(document))["message"].startswith("Its matter 100.1 is at books under Zenith")
    assert books.system.calls == []
    books.bench.decide(lone(books.asked(document)), "link")
    assert books.sync()["outcome"] == "ok"
    assert (books.stands("100"), books.stands("4103", Kind.INVOICE)) == ([row], [invoice])


def test_an_invoice_of_another_client_that_is_known_is_its_own(books: Books) -> None:
    books.ours("client", acme())
    books.ours("invoice", bill("4103"))
    books.client("Acme Holdings LLC", "100")
    books.invoice(books.client("Borealis", "120"), "4103", "500.00")
    assert books.sync()["outcome"] == "ok"
    assert books.created(Kind.INVOICE) == ["4103"]


def test_another_amount_under_a_client_that_was_linked_is_asked_about(books: Books) -> None:
    """What was let go of equals its own row, and is taken for it only where it is nothing of ours."""
    mapping = books.bench.folder / "mappings" / "books.toml"
    match = 'match = [["number", "client"]]'
    mapping.write_text(mapping.read_text().replace(match, 'match = [["number", "client", "total"]]'))
    row, _ = renamed(books)
    books.ours("invoice", bill("4103", matter="m1"), bill("4104"))
    other = books.invoice(row, "4104", "510.00")
    books.bench.decide(lone(books.asked(books.sync())), "link")
    asked = lone(books.asked(books.sync(), Kind.INVOICE))
    assert (asked["subject"], books.created(Kind.INVOICE)) == (f"invoices/{other}", [])
    books.bench.decide(asked, "link")
    assert books.sync()["outcome"] == "ok"
    assert (books.stands("4104", Kind.INVOICE), books.created(Kind.INVOICE)) == ([other], [])


def test_what_belongs_to_nobody_of_ours_is_let_go_of_and_comes_back(either: Books) -> None:
    row, _ = renamed(either)
    strange = either.invoice(row, "77", "12.00")
    either.bench.decide(lone(either.asked(either.sync())), "link")
    assert either.sync()["outcome"] == "ok"
    assert either.stands("77", Kind.INVOICE) == [strange]
    record = either.record("77", Kind.INVOICE)
    assert either.bench.history(record) == ["CREATED", "GONE", "BACK"]
    (mine,) = [one for one in either.bench.records(Kind.INVOICE) if one["id"] == record]
    assert mine["client"] == either.record("100")


def test_an_invoice_that_is_known_by_its_number_alone_tells_as_much(bench: Bench) -> None:
    books = Books(bench)
    mapping = bench.folder / "mappings" / "books.toml"
    mapping.write_text(mapping.read_text().replace('match = [["number", "client"]]', 'match = [["number"]]'))
    row, invoice = renamed(books)
    asked = lone(books.asked(books.sync()))
    assert asked["message"].startswith("Its invoice 4103 of 500.00 is at books under Zenith")
    assert books.created() == []
    books.bench.decide(asked, "link")
    books.sync()
    assert (books.stands("100"), books.stands("4103", Kind.INVOICE)) == ([row], [invoice])


def test_two_clients_may_have_become_one(books: Books) -> None:
    books.ours("client", acme(), acme("101", "Borealis", "2"))
    books.ours("invoice", bill("4103"), bill("4104", "2"), bill("4105", "2"))
    row = books.client("Zenith")
    for number in ("4103", "4104", "4105"):
        books.invoice(row, number, "500.00")
    asked = lone(books.asked(books.sync()))
    assert "So is invoice 4103 of 500.00 of 100 Acme Holdings LLC" in asked["message"]
    assert books.created() == []
    books.bench.decide(asked, "link", record=books.record("101"))
    books.sync()
    assert (books.stands("101"), books.created()) == ([row], ["Acme Holdings LLC"])


def test_an_invoice_under_another_row_of_its_client_is_not_made_again(books: Books) -> None:
    books.ours("client", acme())
    books.ours("invoice", bill("4103"))
    books.client("Acme Holdings LLC", "100")
    old = books.client("Acme Holdings LLC", "100", "false")
    invoice = books.invoice(old, "4103", "500.00")
    document = books.sync()
    asked = lone(books.asked(document, Kind.INVOICE))
    assert "It has the number, and about the total, of 4103" in asked["message"]
    assert books.created(Kind.INVOICE) == []
    books.bench.decide(asked, "link")
    books.sync()
    assert books.stands("4103", Kind.INVOICE) == [invoice]


def test_what_waits_for_a_doubtful_client_is_not_made_under_another_one(books: Books) -> None:
    """The row is like one client, and the invoice under it is another client's, who is in the books."""
    books.ours("client", acme(), acme("101", "Borealis", "2"))
    books.ours("invoice", bill("4103", "2"), bill("4104", "2"))
    books.client("Borealis", "101")
    books.invoice(books.client("Acme Holding"), "4103", "500.00")
    document = books.sync()
    assert (len(books.asked(document)), len(books.asked(document, Kind.INVOICE))) == (1, 1)
    assert books.created(Kind.INVOICE) == ["4104"]


def test_what_waits_for_a_doubtful_client_tells_who_that_may_be(either: Books) -> None:
    either.ours("client", acme(), acme("101", "Borealis", "2"))
    either.ours("invoice", bill("4103", "2"))
    row = either.client("Acme Holding")
    either.invoice(row, "4103", "500.00")
    asked = lone(either.asked(either.sync()))
    assert "Under it is invoice 4103 of 500.00 of 101 Borealis" in asked["message"]
    assert either.system.calls == []
    either.bench.decide(asked, "link", record=either.record("101"))
    either.sync()
    assert (either.stands("101"), either.created()) == ([row], ["Acme Holdings LLC"])


@pytest.mark.parametrize("kind", [Kind.MATTER, Kind.INVOICE])
def test_what_waits_for_the_second_row_of_a_client_is_not_made_under_the_first(
    books: Books, kind: Kind
) -> None:
    books.ours("client", acme())
    books.ours("matter", {"id": "m1", "client": "1", "number": "100.1", "name": "lease"})
    books.ours("invoice", bill("4103", matter="m1"))
    books.client("Acme", "100")
    books.bench.flows["out"]["kinds"] = ["client"]
    books.sync()
    books.bench.flows["out"]["kinds"] = ["client", "matter", "invoice"]
    second = books.client("Acme Holdings LLC")
    if kind is Kind.MATTER:
        books.system.put(Kind.MATTER, {"client": second, "number": "100.1", "name": "lease"})
    else:
        books.invoice(second, "4103", "499.00")
    document = books.sync()
    assert (len(books.asked(document)), len(books.asked(document, kind))) == (1, 1)
    assert books.created(kind) == []


def test_a_payment_from_the_books_follows_its_client(bench: Bench) -> None:
    books = Books(bench)
    books.access[Kind.PAYMENT] = Access(read=True)
    bench.flows["in"] = {"from": "books", "kinds": ["payment"]}
    row, invoice = renamed(books)
    part = {"invoice": invoice, "amount": "500.00"}
    paid = {"client": row, "day": "2026-07-03", "amount": "500.00", "number": "p", "applied": [part]}
    books.system.put(Kind.PAYMENT, paid)
    books.bench.decide(lone(books.asked(books.sync())), "link")
    books.sync()
    (payment,) = bench.records(Kind.PAYMENT)
    assert payment["client"] == books.record("100")
    assert payment["applications"] == [{"invoice": books.record("4103", Kind.INVOICE), "amount": "500.00"}]
    assert books.created(Kind.INVOICE) == []


# ------------------------------------------------------------------------------------ both sides


def test_both_sides_are_shown(books: Books) -> None:
    books.ours("client", acme())
    row = books.client("Acme Holding", "", "false")
    sides = books.sides(lone(books.asked(books.sync())))
    assert sides["row"]["values"] == {"number": "", "name": "Acme Holding", "active": False}
    assert (sides["row"]["connection"], sides["row"]["external_id"]) == ("books", row)
    record = lone(sides["records"])
    assert (record["label"], record["active"], record["score"]) == ("100 Acme Holdings LLC", True, 96)
    assert record["stands"] == [{"connection": "practice", "source": "client", "external_id": "1"}]
    assert record["differ"]["name"] == {"row": "Acme Holding", "record": "Acme Holdings LLC"}
    assert record["agree"] == []


def test_both_sides_of_a_client_known_by_its_invoice_are_shown(books: Books) -> None:
    row, _ = renamed(books)
    sides = books.sides(lone(books.asked(books.sync())))
    assert (sides["row"]["external_id"], sides["row"]["values"]["name"]) == (row, "Zenith")
    assert lone(sides["records"])["agree"] == ["active"]


def test_of_an_invoice_its_client_is_shown_by_name(books: Books) -> None:
    books.ours("client", acme())
    books.ours("invoice", bill("4103"))
    books.client("Acme Holdings LLC", "100")
    books.invoice(books.client("Acme Holdings LLC", "100", "false"), "4103", "500.00")
    sides = books.sides(lone(books.asked(books.sync(), Kind.INVOICE)))
    assert (
        sides["row"]["values"]["client"]
        == lone(sides["records"])["differ"].get("client", {"row": "100 Acme Holdings LLC"})["row"]
    )
    assert {"number", "total"} <= set(lone(sides["records"])["agree"])
