"""The first sync against books that somebody kept by hand: what is there is not made a second time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sync_books import ABSENT, BY_CHANGES, RENAMED, TWICE, WHOLE, Books, Company, acme, by_subject, lone
from sync_fakes import codes, written

from hub.sdk import Kind

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


# ------------------------------------------------------------------------------------ a whole company


def test_nothing_is_made_in_error_and_answers_lead_to_one_row_each(either: Books) -> None:
    company = Company(either)
    company.make()
    document = either.sync()

    assert len(either.created()) == len(ABSENT)
    assert len(either.created(Kind.INVOICE)) == 110
    asked = Counter(hold["message"].partition(" ")[0] for hold in either.asked(document))
    assert asked == {"It": 30, "Its": len(RENAMED), "2": 2 * len(TWICE)}
    assert len(either.asked(document, Kind.INVOICE)) == 10  # under the inactive row of a client
    assert Counter(hold["code"] for hold in document["holds"])["double"] == 20
    counts = written(document, target="books")
    # What was keyed by hand keeps the name that it has.
    assert (counts["linked"], counts.get("updated", 0), counts["held"]) == (260, 0, 65)

    first = {hold["cause"]: hold for hold in reversed(either.asked(document))}
    for hold in [*first.values(), *either.asked(document, Kind.INVOICE)]:
        either.bench.decide(hold, "link", one=True)
    document = either.sync()
    assert codes(document) == ["match"] * len(TWICE)
    for hold in either.asked(document):
        either.bench.decide(hold, "accept")
    assert either.sync()["outcome"] == "ok"

    assert len(either.created()) == len(ABSENT)
    assert len(either.created(Kind.INVOICE)) == 110
    numbers = Counter(row["number"] for row in either.system.rows.values() if row["type"] == "invoice")
    assert set(numbers.values()) == {1}
    assert len(numbers) == 300
    clients = [record for record in either.bench.records() if len(record["number"]) == 4]
    assert all(len(either.stands(str(number))) == 1 for number in range(1000, 1500, 7))
    assert len({record["number"] for record in clients}) == 500
    calls = len(either.system.calls)
    assert either.sync()["outcome"] == "ok"
    assert len(either.system.calls) == calls


# ------------------------------------------------------------------------------------ twice


def test_of_two_equal_rows_a_person_says_which_one_it_is(either: Books) -> None:
    either.ours("client", acme())
    first, second = either.client("Acme", "100"), either.client("Acme Ltd", "100")
    document = either.sync()
    held = by_subject(either.asked(document))
    assert set(held) == {first, second}
    assert held[first]["cause"] == held[second]["cause"]
    assert "2 rows of books equal 100 Acme Holdings LLC" in held[first]["message"]
    assert (either.created(), either.stands("100")) == ([], [])

    either.bench.decide(held[second], "link", one=True)
    document = either.sync()
    assert either.stands("100") == [second]
    assert f"is there as clients/{second}" in lone(either.asked(document))["message"]
    either.bench.decide(lone(either.asked(document)), "accept")
    assert either.sync()["outcome"] == "ok"
    assert (either.created(), len(either.bench.records())) == ([], 2)


def test_where_neither_of_two_equal_rows_is_it_it_is_made(either: Books) -> None:
    either.ours("client", acme())
    either.client("Acme", "100")
    either.client("Acme", "100")
    either.bench.decide(either.asked(either.sync())[0], "accept")
    assert either.sync()["outcome"] == "ok"
    assert either.created() == ["Acme Holdings LLC"]
    assert len(either.bench.records()) == 3


def test_the_one_that_is_left_is_it_once_the_other_is_another(books: Books) -> None:
    books.ours("client", acme())
    first, second = books.client("Acme", "100"), books.client("Acme", "100")
    held = by_subject(books.asked(books.sync()))
    books.bench.decide(held[first], "accept", one=True)
    assert books.sync()["outcome"] == "ok"
    assert (books.stands("100"), books.created()) == ([second], [])


def test_a_question_stays_until_it_is_answered(either: Books) -> None:
    either.ours("client", acme())
    either.client("Acme", "100")
    either.client("Acme", "100")
    asked = {hold["id"] for hold in either.asked(either.sync())}
    assert {hold["id"] for hold in either.asked(either.sync())} == asked
    assert either.created() == []


@pytest.mark.parametrize("rows", [("false", "true"), ("true", "false")])
def test_of_an_inactive_row_and_an_active_one_the_active_one_is_it(
    either: Books, rows: tuple[str, str]
) -> None:
    either.ours("client", acme())
    keyed = {active: either.client("Acme Holdings LLC", "100", active) for active in rows}
    document = either.sync()
    assert (document["outcome"], either.stands("100"), either.created()) == ("ok", [keyed["true"]], [])
    for told in (document, either.sync()):
        hold = lone(told["holds"])
        assert (hold["code"], hold["severity"]) == ("double", "warn")
        assert hold["subject"] == f"clients/{keyed['false']}"


def test_two_inactive_rows_are_asked_about(books: Books) -> None:
    books.ours("client", acme())
    for _ in range(2):
        books.client("Acme Holdings LLC", "100", "false")
    assert codes(books.sync()) == ["match", "match"]
    assert books.created() == []


def test_rows_that_equal_it_by_two_lists_are_both_asked_about(books: Books) -> None:
    books.ours("client", acme())
    rows = {books.client("Acme Holdings LLC"), books.client("Acme", "100")}
    assert set(by_subject(books.asked(books.sync()))) == rows
    assert (books.stands("100"), books.created()) == ([], [])


def test_of_two_payments_the_one_with_the_reference_is_it(books: Books) -> None:
    books.access[Kind.PAYMENT] = books.access[Kind.CLIENT]
    books.bench.flows["out"]["kinds"] = ["client", "payment"]
    books.ours("client", acme())
    row = books.client("Acme Holdings LLC", "100")
    money = {"client": "1", "received_on": "2026-07-03", "amount": "500.00", "reference": "77"}
    books.ours("payment", {"id": "p1", **money})
    keyed = {"client": row, "day": "2026-07-03", "amount": "500.00"}
    loose, right = (
        books.system.put(Kind.PAYMENT, {"number": "", "reference": text, **keyed}) for text in ("", "77")
    )
    asked = lone(books.asked(books.sync(), Kind.PAYMENT))
    assert asked["subject"] == f"payments/{loose}"
    assert f"is there as payments/{right}" in asked["message"]
    assert books.created(Kind.PAYMENT) == []


def test_a_second_row_that_comes_later_is_asked_about_and_the_first_stays(either: Books) -> None:
    either.ours("client", acme())
    first = either.client("Acme Holdings LLC", "100")
    assert either.sync()["outcome"] == "ok"
    second = either.client("Acme Holdings LLC", "100")
    asked = lone(either.asked(either.sync()))
    assert (
        asked["message"] == f"It equals 100 Acme Holdings LLC (record 1), which is there as clients/{first}."
    )
    assert either.stands("100") == [first]
    assert lone(either.asked(either.sync()))["id"] == asked["id"]
    del either.system.rows[first]
    if either.access[Kind.CLIENT] is WHOLE:  # the others tell of a deletion in words of their own
        assert either.sync()["outcome"] == "ok"
        assert either.stands("100") == [second]


def test_an_inactive_second_row_that_comes_later_is_told(either: Books) -> None:
    either.ours("client", acme())
    either.client("Acme Holdings LLC", "100")
    either.sync()
    either.client("Acme Holdings LLC", "100", "false")
    document = either.sync()
    assert (document["outcome"], lone(document["holds"])["code"]) == ("ok", "double")


def test_two_equal_rows_of_a_source_are_two_records(books: Books) -> None:
    books.bench.flows = {"in": {"from": "books", "kinds": ["client"]}}
    books.client("Acme", "100")
    books.client("Acme", "100")
    assert books.sync()["outcome"] == "ok"
    assert len(books.bench.records()) == 2


def test_a_listing_without_an_end_settles_nothing(bench: Bench) -> None:
    books = Books(bench)
    books.ours("client", acme())
    row = books.client("Acme", "100")
    books.connector.broken = True
    assert codes(books.sync())
    assert (books.stands("100"), books.created()) == ([], [])
    books.connector.broken = False
    assert books.sync()["outcome"] == "ok"
    assert books.stands("100") == [row]


# ------------------------------------------------------------------------------------ names


def test_a_name_like_one_of_ours_is_asked_about(either: Books) -> None:
    either.ours("client", acme())
    row = either.client("The Acme Holding Co.")
    asked = lone(either.asked(either.sync()))
    assert (asked["subject"], either.created()) == (f"clients/{row}", [])
    assert "It is like 100 Acme Holdings LLC (record 1, 96 of 100)." in asked["message"]
    either.bench.decide(asked, "link")
    assert either.sync()["outcome"] == "ok"
    assert either.stands("100") == [row]


def test_a_name_that_is_another_one_is_none_of_ours(books: Books) -> None:
    books.ours("client", acme())
    books.client("The Acne Clinic")
    assert books.sync()["outcome"] == "ok"
    assert books.created() == ["Acme Holdings LLC"]


@pytest.mark.parametrize("exact_first", [True, False])
def test_what_is_there_exactly_is_no_candidate_in_whatever_order(books: Books, *, exact_first: bool) -> None:
    books.ours("client", acme())
    keyed = [("Acme Holdings LLC", "100"), ("Acme Holding", "")]
    rows = {number: books.client(name, number) for name, number in (keyed if exact_first else keyed[::-1])}
    assert books.sync()["outcome"] == "ok"
    assert books.stands("100") == [rows["100"]]


def test_of_several_that_are_like_it_the_likest_few_come_first(books: Books) -> None:
    names = ["Acme Holding", *(f"Acme Holding{letter}" for letter in "abcde")]
    books.ours("client", *(acme(f"{n}", name, f"{n}") for n, name in enumerate(names)))
    books.client("Acme Holdingz")
    asked = lone(books.asked(books.sync()))
    sides = books.sides(asked)
    scores = [one["score"] for one in sides["records"]]
    assert scores == sorted(scores, reverse=True)
    assert (len(scores), sides["records"][0]["label"]) == (5, "0 Acme Holding")
    assert len(books.created()) == 1
    books.bench.decide(asked, "link", record=sides["records"][1]["record"])
    books.sync()
    assert books.stands("1")
