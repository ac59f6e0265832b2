"""Invoices that were undone and made anew after they were sent: one decision, and never two bills for one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only, written
from sync_firm import groups, live

from hub.sdk import Access, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm


@pytest.fixture
def sent(firm: Firm) -> Firm:
    """A firm whose invoice 5001 of two entries is in the books and at the portal."""
    firm.to_portal()
    firm.flows["books"]["kinds"] = ["client", "matter", "invoice"]
    firm.flows["money"] = {"from": "practice", "kinds": ["payment"]}
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call"), firm.entry("110.01", "2", "draft")], key="S1")
    assert firm.sync()["outcome"] == "ok"
    assert presented(firm) == ["5001"]
    return firm


def presented(firm: Firm) -> list[str]:
    """The numbers of the invoices that the portal was ever handed."""
    return firm.portal.names(Kind.INVOICE)


def in_books(firm: Firm) -> list[tuple[str, str]]:
    """Number and total of the invoices in the books."""
    rows = firm.books.rows.values()
    return sorted((row["number"], row["total"]) for row in rows if row["type"] == "invoice")


def reissued(firm: Firm, document: Document) -> Document:
    """The question about a document made anew: one group, at both targets, and nothing moved."""
    assert groups(document) == {"reissued": 1}
    assert len(codes(document)) == 2
    assert (presented(firm), in_books(firm)) == (["5001"], [("5001", "300.00")])
    return next(hold for hold in document["holds"] if hold["code"] == "reissued")


def settles(firm: Firm, number: str, total: str) -> None:
    """After a yes the portal gets it once more under a new key, and the books change what they have."""
    document = firm.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert written(document, "invoice", "portal")["delivered"] == 1
    assert written(document, "invoice", "books") == {"updated": 1}
    assert presented(firm) == sorted(["5001", number])
    assert in_books(firm) == [(number, total)]
    assert len(set(firm.portal.sent())) == 2
    for _ in range(2):
        document = firm.sync()
        assert (document["outcome"], len(firm.portal.sent())) == ("ok", 2)
    assert in_books(firm) == [(number, total)]
    assert len(live(firm.records(Kind.INVOICE))) == 1


def test_made_anew_in_one_night_with_another_amount(sent: Firm) -> None:
    entries = sent.undo("S1")
    sent.bill("5001", entries[:1])
    sent.sync()
    hold = reissued(sent, sent.sync())
    assert "total 300.00 → 100.00" in hold["message"]
    assert "1 entry out" in hold["message"]
    assert "number" not in hold["message"]
    sent.decide(hold, "accept")
    settles(sent, "5001", "100.00")


def test_made_anew_over_two_nights_with_another_amount(sent: Firm) -> None:
    entries = sent.undo("S1")
    document = sent.sync()
    assert groups(document) == {"gone-at-the-source": 2}
    sent.bill("5001", entries[1:])
    hold = reissued(sent, sent.sync())
    sent.decide(hold, "accept")
    settles(sent, "5001", "200.00")


@pytest.mark.parametrize("nights", [1, 2])
def test_made_anew_under_a_new_number_with_the_same_entries(sent: Firm, nights: int) -> None:
    entries = sent.undo("S1")
    if nights == 2:
        sent.sync()
    sent.bill("5002", entries)
    hold = reissued(sent, sent.sync())
    assert "number 5001 → 5002" in hold["message"]
    assert "total" not in hold["message"]
    sent.decide(hold, "accept")
    settles(sent, "5002", "300.00")


@pytest.mark.parametrize("nights", [1, 2])
def test_made_anew_under_a_new_number_with_some_entries_in_and_some_out(sent: Firm, nights: int) -> None:
    entries = sent.undo("S1")
    if nights == 2:
        sent.sync()
    sent.bill("5002", [entries[1], sent.entry("110.01", "3", "trial")])
    hold = reissued(sent, sent.sync())
    for words in ("number 5001 → 5002", "total 300.00 → 500.00", "1 entry out", "1 entry in"):
        assert words in hold["message"]
    sent.decide(hold, "accept")
    settles(sent, "5002", "500.00")


@pytest.mark.parametrize("nights", [1, 2])
def test_made_anew_as_it_was_is_no_question(sent: Firm, nights: int) -> None:
    entries = sent.undo("S1")
    if nights == 2:
        sent.sync()
    sent.bill("5001", entries)
    document = sent.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert (presented(sent), in_books(sent)) == (["5001"], [("5001", "300.00")])
    assert len(sent.records(Kind.INVOICE)) == 1
    assert sent.sync()["outcome"] == "ok"


def test_what_was_corrected_in_its_place_is_no_new_document(sent: Firm) -> None:
    sent.rows("BILLS")["S1"]["day"] = "2026-07-01"
    document = sent.sync()
    assert set(codes(document)) == {"changed-after-it-was-sent"}
    assert written(document, "invoice", "books") == {"updated": 1}


def test_what_is_made_anew_twice_is_asked_about_twice(sent: Firm) -> None:
    sent.bill("5001", sent.undo("S1")[:1], key="S2")
    sent.decide(next(hold for hold in sent.sync()["holds"]), "accept")
    settles(sent, "5001", "100.00")
    sent.undo("S2")
    sent.bill("5001", [sent.entry("110.01", "5", "trial"), *list(sent.rows("FEE"))[:1]])
    document = sent.sync()
    assert groups(document) == {"reissued": 1}
    assert len(sent.portal.sent()) == 2
    sent.decide(only_first(document), "accept")
    sent.sync()
    assert len(set(sent.portal.sent())) == 3
    sent.sync()
    assert len(sent.portal.sent()) == 3


def only_first(document: Document) -> Document:
    return next(hold for hold in document["holds"] if hold["code"] == "reissued")


def test_a_paid_one_is_credited_by_hand_in_the_books(sent: Firm) -> None:
    payment = sent.pay("S1", "300.00")
    assert sent.sync()["outcome"] == "ok"
    entries = sent.undo("S1")
    bill = sent.bill("5001", entries[:1])
    sent.rows("MONEY")[payment]["APPLIED"] = [{"bill": bill, "amount": "100.00"}]
    sent.decide(reissued(sent, sent.sync()), "accept")
    document = sent.sync()
    hold = only(document, "reissued-after-it-was-paid")
    assert (hold["connection"], len(codes(document))) == ("books", 1)
    assert in_books(sent) == [("5001", "300.00")]
    assert written(document, "invoice", "portal")["delivered"] == 1
    sent.decide(hold, "accept")
    for _ in range(2):
        assert sent.sync()["outcome"] == "ok"
    assert in_books(sent) == [("5001", "300.00")]
    assert len(sent.portal.sent()) == 2


def test_a_payment_that_was_reversed_does_not_count(sent: Firm) -> None:
    payment = sent.pay("S1", "300.00")
    sent.sync()
    bill = sent.bill("5001", sent.undo("S1")[:1])
    applied = [{"bill": bill, "amount": "100.00"}]
    sent.rows("MONEY")[payment] |= {"reversed": "true", "APPLIED": applied}
    sent.decide(reissued(sent, sent.sync()), "accept")
    settles(sent, "5001", "100.00")


@pytest.mark.parametrize("again", ["300.00", "100.00"])
def test_what_a_person_withdrew_and_comes_back_is_asked_about(sent: Firm, again: str) -> None:
    """It stands no more where it was sent: it goes there anew, or not at all, as a person says."""
    entries = sent.undo("S1")
    for hold in sent.sync()["holds"]:
        sent.decide(hold, "accept")
    assert sent.sync()["outcome"] == "ok"
    sent.bill("5001", entries if again == "300.00" else entries[:1])
    document = sent.sync()
    if again == "100.00":
        sent.decide(reissued(sent, document), "accept")
        document = sent.sync()
    assert set(codes(document)) == {"changed-after-it-was-sent"}
    assert in_books(sent) == [("5001", "300.00")]
    for hold in document["holds"]:
        sent.decide(hold, "retry")
    for _ in range(2):
        document = sent.sync()
    assert document["outcome"] == "ok"
    assert in_books(sent)[-1 if again == "300.00" else 0] == ("5001", again)
    assert len(sent.portal.sent()) == 2


def test_an_entry_that_left_a_bill_may_be_billed_on_another(sent: Firm) -> None:
    first, second = sent.undo("S1")
    bill = sent.bill("5001", [first])
    sent.decide(reissued(sent, sent.sync()), "accept")
    sent.sync()
    sent.rows("BILLS")[bill]["day"] = "2026-07-01"
    sent.decide(only(sent.sync(), "changed-after-it-was-sent"), "retry")
    assert sent.sync()["outcome"] == "ok"
    sent.bill("5003", [second])
    document = sent.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert "5003" in presented(sent)
    assert ("5003", "200.00") in in_books(sent)


def test_what_is_in_step_holds_nothing_back(sent: Firm) -> None:
    """The books have a total only; that another entry makes it up is no change there."""
    sent.flows.pop("portal")
    first, second = sent.undo("S1")
    sent.bill("5001", [first, sent.entry("110.01", "2", "trial")])
    assert sent.sync()["outcome"] == "ok"
    sent.bill("5003", [second])
    document = sent.sync()
    assert (document["outcome"], in_books(sent)) == ("ok", [("5001", "300.00"), ("5003", "200.00")])


@pytest.mark.parametrize("nights", [1, 2])
def test_an_invoice_that_was_split_in_two_is_never_presented_beside_the_old_one(
    sent: Firm, nights: int
) -> None:
    first, second = sent.undo("S1")
    if nights == 2:
        sent.sync()
    sent.bill("5002", [first])
    sent.bill("5003", [second])
    for _ in range(2):
        document = sent.sync()
        assert groups(document) == {"reissued": 1, "part-of-it-is-there-on-another-record": 2}
        assert (presented(sent), in_books(sent)) == (["5001"], [("5001", "300.00")])
    waiting = next(hold for hold in document["holds"] if hold["code"] != "reissued")
    assert "Decide about that one first" in waiting["remedy"]
    sent.decide(only_first(document), "accept")
    for _ in range(3):
        document = sent.sync()
    assert document["outcome"] == "ok"
    assert presented(sent) == ["5001", "5002", "5003"]
    assert in_books(sent) == [("5002", "100.00"), ("5003", "200.00")]


def test_two_invoices_made_one_are_not_presented_beside_each_other(sent: Firm) -> None:
    sent.bill("5002", [sent.entry("110.01", "3", "trial")], key="S9")
    assert sent.sync()["outcome"] == "ok"
    sent.bill("5003", [*sent.undo("S1"), *sent.undo("S9")])
    document = sent.sync()
    assert groups(document) == {"reissued": 1, "gone-at-the-source": 2}
    assert presented(sent) == ["5001", "5002"]
    sent.decide(only_first(document), "accept")
    sent.sync()
    assert len(presented(sent)) == 3


def test_no_second_presentation_without_a_decision_whatever_is_made_anew(sent: Firm) -> None:
    """Night after night it is undone, cut, and made anew; nobody decides, and nothing more is presented."""
    bill = "S1"
    for night, number in enumerate(["5001", "5002", "5001", "5004", "5001"]):
        entries = sent.undo(bill)
        if night % 2:
            sent.sync()
        bill = sent.bill(number, [*entries, sent.entry("110.01", f"{night + 1}", f"work {night}")])
        document = sent.sync()
        assert groups(document) == {"reissued": 1}
        assert len(sent.portal.sent()) == 1
    assert "5001" in only_first(document)["message"]


def test_new_work_on_a_new_bill_is_no_reissue(sent: Firm) -> None:
    sent.bill("5002", [sent.entry("110.01", "3", "trial")])
    document = sent.sync()
    assert document["outcome"] == "ok"
    assert presented(sent) == ["5001", "5002"]


def test_what_is_made_anew_where_books_take_no_changes_is_entered_again(sent: Firm) -> None:
    sent.access[Kind.INVOICE] = Access(create=True, batch=10)
    sent.bill("5001", sent.undo("S1")[:1])
    sent.decide(reissued(sent, sent.sync()), "accept")
    document = sent.sync()
    assert written(document, "invoice", "books")["created"] == 1
    assert sent.sync()["outcome"] == "ok"


def test_an_invoice_that_says_the_same_waits_while_the_other_one_is_missing(sent: Firm) -> None:
    """Undone and made anew while it was read: both entries stood in the listing, and were taken for two."""
    sent.reads[Kind.INVOICE] = Access(read=True, missing_for=timedelta(minutes=1))
    sent.sync()
    before = dict(sent.rows("ARCHIVE"))
    sent.bill("5002", sent.undo("S1"))
    after = dict(sent.rows("ARCHIVE"))
    sent.rows("ARCHIVE").update(before)
    document = sent.sync()
    assert set(groups(document)) == {"part-of-it-is-there-on-another-record"}
    assert (presented(sent), len(sent.records(Kind.INVOICE))) == (["5001"], 2)
    sent.rows("ARCHIVE").clear()
    sent.rows("ARCHIVE").update(after)
    sent.clock.pass_by(3600)
    document = sent.sync()
    assert groups(document) == {"gone-at-the-source": 2, "part-of-it-is-there-on-another-record": 2}
    assert presented(sent) == ["5001"]
    for hold in [hold for hold in document["holds"] if hold["code"] == "gone-at-the-source"]:
        sent.decide(hold, "accept")
    assert sent.sync()["outcome"] == "ok"
    assert presented(sent) == ["5001", "5002"]
