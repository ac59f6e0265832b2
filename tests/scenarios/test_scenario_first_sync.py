"""A first sync with a company that was kept by hand for years: nothing that stands there is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scenario_books import (
    FolderFirm,
    bill,
    key_client,
    key_invoice,
    key_matter,
    named,
    parents,
    writes,
)
from scenario_books_keyed import ABSENT, CERTAIN, TWICE, KeyedFirm
from scenario_books_truth import Truth, moved
from scenario_practice import codes, only

from hub.model import Kind
from hub_quickbooks.stand_in import close

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scenario_practice import Document

CLIENTS, INVOICES, SEED = 60, 40, 1
"""``python tests/scenarios/first_syncs.py`` does so with 560 clients and 300 invoices."""
VALE = "Vale Foods, LLC"
TEN = (
    *("Vale Foods", "Quay Rail", "Ford Energy", "Mill Textiles", "Lake Printing"),
    *("Moor Estates", "Dale Shipping", "Hill Orchards", "Cove Hotels", "Glen Paper"),
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KeyedFirm, Truth, Document]]:
    """The firm after its first run; its questions are open until the last test of these answers them."""
    firm = KeyedFirm(tmp_path_factory.mktemp("first") / "firm", CLIENTS, INVOICES, seed=SEED)
    truth = Truth(firm)
    document = firm.sync()
    truth.look()
    yield firm, truth, document
    close(firm.folder)


def clients_who_are(firm: KeyedFirm, *ways: str) -> set[str]:
    return {one.id for one in firm.clients if one.way in ways}


# ------------------------------------------------------------ a company of hundreds


def test_what_is_certain_is_adopted(first: tuple[KeyedFirm, Truth, Document]) -> None:
    firm, truth, document = first
    assert document["errors"] == []
    assert truth.adopted(Kind.CLIENT) >= clients_who_are(firm, *CERTAIN)
    assert truth.adopted(Kind.MATTER)
    exact = {one.id for one in firm.bills if one.invoice and one.exact}
    waiting = {one.id for one in firm.bills if one.matter.client.id in truth.unbound(Kind.CLIENT)}
    assert truth.adopted(Kind.INVOICE) >= exact - waiting > set()


def test_nothing_is_taken_for_another(first: tuple[KeyedFirm, Truth, Document]) -> None:
    _, truth, _ = first
    assert not any(truth.taken_for_another().values())


def test_what_is_made_was_not_there(first: tuple[KeyedFirm, Truth, Document]) -> None:
    firm, truth, _ = first
    assert not any(truth.made_in_error().values())
    assert truth.made(Kind.CLIENT) == clients_who_are(firm, ABSENT)


def test_all_that_is_doubtful_is_asked_with_both_sides(first: tuple[KeyedFirm, Truth, Document]) -> None:
    firm, truth, _ = first
    names = named(firm.company)
    shown: dict[str, set[str]] = {}
    for hold in truth.asked():
        for pair in firm.json("review", str(hold.id))["sides"]:
            for one in pair["records"]:
                shown.setdefault(one["label"], set()).add(pair["row"]["external_id"])
                assert one["stands"][0]["connection"] == "billing"
            if hold.kind is Kind.CLIENT:
                assert pair["row"]["values"]["name"] in names[pair["row"]["external_id"]]
    unbound = [one for one in firm.clients if one.id in truth.unbound(Kind.CLIENT)]
    assert {one.way for one in unbound} >= {"respelt", "emailed", "billed"}
    for client in unbound:
        assert set(client.customers) <= shown[f"{client.number} {client.name}"]
    doubtful = truth.unbound(Kind.INVOICE) - {
        one.id for one in firm.bills if one.matter.client in unbound or one.exact
    }
    assert doubtful <= {label.split()[0] for label in shown}


def test_both_sides_are_shown_on_the_screen(first: tuple[KeyedFirm, Truth, Document]) -> None:
    firm, truth, _ = first
    client = next(one for one in firm.clients if one.way == "respelt")
    hold = next(one for one in truth.asked() if one.subject == f"Customer/{client.customers[0]}")
    told = firm.run("review", str(hold.id)).output
    assert client.name in told
    assert named(firm.company)[client.customers[0]] in told
    assert f"hub review {hold.id} link" in told


def test_once_a_person_has_answered_all_of_it_stands_there_once(
    first: tuple[KeyedFirm, Truth, Document],
) -> None:
    firm, truth, _ = first
    *_, last = truth.settle()
    truth.look()
    assert (last["exit"], moved(last)) == (0, 0)
    assert truth.unlike() == []
    assert not any(truth.made_in_error().values())
    assert not any(truth.taken_for_another().values())
    assert [named(firm.company)[one] for one in firm.strangers] == ["Harbor Stationers", "City Courier"]
    twins = sum(len(one.customers) - 1 for one in firm.clients if one.way == TWICE)
    own = len(firm.clients) + len(firm.matters)
    assert firm.company.object_counts()["Customer"] == own + twins + len(firm.strangers)
    assert firm.company.object_counts()["Invoice"] == len(firm.bills)


# ------------------------------------------------------------ one at a time


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[FolderFirm]:
    """A firm that is given its tables and its company by a test."""
    made = FolderFirm(tmp_path / "firm")
    yield made
    close(made.folder)


def keep(firm: FolderFirm, bills: dict[str, str], *names: str) -> None:
    """Keep clients 100, 101, … with a matter each, and invoices of the first one's matter."""
    clients = [(str(100 + position), name) for position, name in enumerate(names or (VALE,))]
    firm.keep("client", [{"id": number, "number": number, "name": name} for number, name in clients])
    firm.keep(
        "matter",
        [
            {"id": f"{number}.01", "client": number, "number": f"{number}.01", "name": f"Lease of {name}"}
            for number, name in clients
        ],
    )
    firm.keep("invoice", [bill(number, "100", "100.01", total) for number, total in bills.items()])


def answer(firm: FolderFirm, hold: Document, *words: str) -> None:
    assert firm.run("review", str(hold["id"]), *words).exit_code == 0


def test_what_was_keyed_by_hand_keeps_its_name(firm: FolderFirm) -> None:
    keep(firm, {}, VALE, "Quay Rail")
    key_client(firm.company, VALE)
    assert firm.sync()["exit"] == 0
    assert set(named(firm.company).values()) == {
        *(VALE, f"100.01 Lease of {VALE}", "101 Quay Rail", "101.01 Lease of Quay Rail")
    }


def test_a_client_that_is_known_by_its_invoice_alone_is_asked_about(firm: FolderFirm) -> None:
    keep(firm, {"4101": "250.00"})
    successor = key_client(firm.company, "Successor")
    key_invoice(firm.company, successor, "4101", "250.00", "2026-03-02")
    hold = only(firm.sync(), "match")
    assert f"100 {VALE}" in hold["label"]
    assert "Its invoice 4101 of 250.00 is at books under Successor" in hold["message"]
    assert writes(firm.company) == 0
    answer(firm, hold, "link")
    assert firm.sync()["exit"] == 0
    (matter,) = [one for one, above in parents(firm.company).items() if above == successor]
    assert named(firm.company) == {successor: "Successor", matter: f"100.01 Lease of {VALE}"}
    assert firm.company.object_counts()["Invoice"] == 1


def test_a_client_that_is_known_by_its_matter_and_invoice_is_not_made(firm: FolderFirm) -> None:
    keep(firm, {"4101": "250.00"})
    lease = key_matter(firm.company, key_client(firm.company, "Successor"), f"100.01 Lease of {VALE}")
    key_invoice(firm.company, lease, "4101", "250.00", "2026-03-02")
    assert "match" in codes(firm.sync())
    assert writes(firm.company) == 0


@pytest.mark.parametrize("keyed", ["310.00", "450.00"])
def test_another_amount_under_a_client_that_was_linked_is_asked_about(firm: FolderFirm, keyed: str) -> None:
    keep(firm, {"4101": "250.00", "4102": "300.00"})
    successor = key_client(firm.company, "Successor")
    key_invoice(firm.company, successor, "4101", "250.00", "2026-03-02")
    key_invoice(firm.company, successor, "4102", keyed, "2026-03-02")
    answer(firm, only(firm.sync(), "match"), "link")
    hold = only(firm.sync(), "match")
    (pair,) = firm.json("review", str(hold["id"]))["sides"]
    assert pair["records"][0]["differ"]["total"] == {"row": keyed, "record": "300.00"}
    answer(firm, hold, "link")
    assert firm.sync()["exit"] == 0
    assert firm.company.object_counts()["Invoice"] == 2


def test_which_of_two_equal_rows_a_client_is_a_person_says(firm: FolderFirm) -> None:
    keep(firm, {})
    ours, other = key_client(firm.company, VALE), key_client(firm.company, f"100 {VALE}")
    holds = firm.sync()["holds"]
    assert {one["subject"] for one in holds} == {f"Customer/{ours}", f"Customer/{other}"}
    assert writes(firm.company) == 0
    for hold in holds:
        answer(firm, hold, "link" if hold["subject"] == f"Customer/{ours}" else "accept", "--one")
    assert firm.sync()["exit"] == 0
    assert set(parents(firm.company).values()) == {"", ours}
    assert len(named(firm.company)) == 3


# ------------------------------------------------------------ many changes at once


@pytest.fixture
def renamed(firm: FolderFirm) -> FolderFirm:
    """A firm all of whose ten clients and matters get other names after the first run."""
    keep(firm, {}, *TEN)
    assert firm.sync()["exit"] == 0
    keep(firm, {}, *(f"{name} & Daughters" for name in TEN))
    firm.company.reset_counts()
    return firm


def say_yes(firm: FolderFirm) -> str:
    hold = only(firm.sync(), "brake")
    answer(firm, hold, "accept")
    return str(hold["message"])


def test_renaming_nearly_all_customers_waits_for_a_yes(renamed: FolderFirm) -> None:
    assert "10 of 10 would update at books (client)" in say_yes(renamed)
    assert "10 of 10 would update at books (matter)" in say_yes(renamed)
    assert writes(renamed.company) == 0


def test_a_yes_to_one_brake_outlives_a_run_that_another_one_stops(renamed: FolderFirm) -> None:
    say_yes(renamed)
    say_yes(renamed)
    assert renamed.sync()["exit"] == 0


def test_what_was_changed_is_not_changed_again_beside_what_is_refused(firm: FolderFirm) -> None:
    keep(firm, {}, VALE, "Quay Rail")
    firm.sync()
    # The name that the first one is to have is another customer's.
    key_client(firm.company, "100 Vale Partners")
    assert firm.sync()["exit"] == 0
    keep(firm, {}, "Vale Partners", "Quay Partners")
    document = firm.sync()
    assert codes(document) == ["rejected"]
    assert document["pushed"]["books"]["client"]["updated"] == 1
    firm.company.reset_counts()
    document = firm.sync()
    assert document["pushed"]["books"]["client"]["updated"] == 0
    assert writes(firm.company) == 0
