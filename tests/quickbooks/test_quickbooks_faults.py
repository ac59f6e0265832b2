"""Each fault that a company answers with, provoked there: the record, the cause and the remedy are told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from books_faults import CASES, CLIENT, KEYS, MATTER
from books_firm import TOTAL
from books_office import Office, once, open_office
from sandbox_client import invoice

from hub.sdk import Kind, NotSent, Rejected, Unknown
from hub_quickbooks.faults import MEANINGS, Fault, Means, faults_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from books_office import Report

    from hub.sdk import Intent
    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

NAMED = ("6240", "6140", "6210", "6200", "5010", "610", "2010", "2050", "2170", "2500", "3200", "3001")
NAMED_TOO = ("429", "6000", "6070", "6540")
"""Together the codes that a firm is likely to meet."""
WAITED = frozenset({"3001", "429"})
"""Of these it is enough to wait: nobody has to do anything."""


@pytest.fixture
def office(
    tmp_path: Path,
    sandbox: QuickBooksSandbox,
    clock: FakeClock,
    empty_ledger: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Office]:
    opened = partial(open_office, tmp_path, sandbox, clock, empty_ledger, monkeypatch)
    return partial(opened, clients=3, matters=1, invoices=3)


# ---------------------------------------------------------------- what a person has to mend


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_holds_its_record_with_cause_and_remedy_and_the_others_are_done(
    office: Callable[..., Office], name: str
) -> None:
    case = CASES[name]
    here = office(**case.firm)
    meanwhile = case.provoke(here)
    report = here.run(meanwhile) if meanwhile else here.run()

    assert (report["outcome"], report["errors"]) == ("held", [])
    (hold,) = report["holds"]
    assert (hold["code"], hold["label"], hold["connection"]) == ("rejected", case.record, "books")
    assert f"[{case.code}]" in hold["message"] or f":{case.code}:" in hold["cause"]
    assert case.message in hold["message"]
    assert case.remedy in hold["remedy"]
    for entity, expected in case.there.items():
        assert expected <= {shown(one[KEYS[entity]]) for one in here.company.all(entity)}
    counts = report["pushed"]["books"].values()
    assert [sum(one[name] for one in counts) for name in ("rejected", "unknown")] == [1, 0]


def shown(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


# ---------------------------------------------------------------- what the connector settles itself


def test_a_vendors_name_leaves_the_client_its_own_with_a_suffix_now_and_when_it_changes(
    office: Callable[..., Office],
) -> None:
    here = office()
    here.company.add("Vendor", DisplayName=CLIENT)
    here.company.add("Vendor", DisplayName=MATTER)
    assert here.run()["outcome"] == "ok"
    here.edit("client", 0, phone="312-555-0100")

    report = here.run()

    assert (report["outcome"], report["pushed"]["books"]["client"]["updated"]) == ("ok", 1)
    found = here.customer(f"{CLIENT} (client)")
    assert found["PrimaryPhone"] == {"FreeFormNumber": "312-555-0100"}
    assert here.customer(f"{MATTER} (matter)")["ParentRef"]["value"] == found["Id"]
    assert here.numbers() == here.firm.numbers


def test_a_number_of_our_own_from_an_earlier_attempt_is_that_invoice(office: Callable[..., Office]) -> None:
    here = office()
    late: list[str] = []

    def arrive(intents: Sequence[Intent]) -> None:
        if intents[0].kind is Kind.INVOICE and not late:
            key = f"{intents[0].key.rpartition('-')[0]}-7"
            body = invoice(
                here.customer(MATTER), str(TOTAL), DocNumber="4101", PrivateNote=f"[hub invoice {key}]"
            )
            late.append(here.company.add("Invoice", **body)["Id"])

    report = here.run(arrive)

    assert (report["outcome"], report["holds"]) == ("ok", [])
    assert report["pushed"]["books"]["invoice"]["created"] == 3
    assert here.invoice("4101")["Id"] == late[0]
    assert here.run()["pushed"]["books"]["invoice"]["unchanged"] == 3


def test_what_a_person_changes_meanwhile_stays_and_our_own_fields_arrive(
    office: Callable[..., Office],
) -> None:
    here = office()
    here.run()
    here.edit("client", 0, name="Harbour International")
    here.edit("client", 1, phone="312-555-0101")
    number = here.customer(CLIENT)["Id"]

    def edit() -> None:
        phone = {"FreeFormNumber": "312-555-0177"}
        here.company.change("Customer", number, Notes="pays late", PrimaryPhone=phone)

    report = here.run(once(Kind.CLIENT, edit))

    assert (report["outcome"], report["pushed"]["books"]["client"]["updated"]) == ("ok", 2)
    found = here.customer("100 Harbour International")
    assert (found["Id"], found["Notes"]) == (number, "pays late")
    assert found["PrimaryPhone"] == {"FreeFormNumber": "312-555-0177"}
    assert found["PrimaryEmailAddr"] == {"Address": "billing0@example.com"}
    assert here.customer("101 Vale Holdings 1")["PrimaryPhone"] == {"FreeFormNumber": "312-555-0101"}


def test_a_token_that_runs_out_in_mid_run_is_renewed_once_and_nothing_is_lost(
    office: Callable[..., Office],
) -> None:
    here = office()

    report = here.run(once(Kind.INVOICE, lambda: here.company.advance(timedelta(hours=2))))

    assert (report["outcome"], here.numbers()) == ("ok", here.firm.numbers)
    counts = here.company.counts
    assert (counts["token"], counts["batch"]) == (2, 3)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"fault": "throttle", "on": "batch"}, id="batch"),
        pytest.param({"fault": "throttle", "on": "batch", "xml": True}, id="batch, in XML"),
        pytest.param({"fault": "throttle", "on": "read"}, id="read"),
    ],
)
def test_too_many_calls_are_waited_for_a_minute(office: Callable[..., Office], how: dict[str, Any]) -> None:
    here = office()
    here.company.tell(**how)

    report = here.run()

    assert (report["outcome"], here.numbers()) == ("ok", here.firm.numbers)
    assert here.clock.slept.count(60.0) == 1


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"fault": "error", "committed": True}, id="10000, done"),
        pytest.param({"fault": "error"}, id="10000, not done"),
        pytest.param({"fault": "error", "status": 503, "committed": True}, id="503"),
        pytest.param({"fault": "error", "status": 400, "committed": True}, id="a fault over all of it"),
        pytest.param({"fault": "drop"}, id="no answer, done"),
        pytest.param({"fault": "drop_before"}, id="no answer, not done"),
        pytest.param({"fault": "html", "status": 404, "committed": True}, id="a page for people"),
        pytest.param({"fault": "html", "status": 200}, id="a page that looks like success"),
    ],
)
def test_what_nobody_knows_is_sent_again_as_it_was_and_is_there_once(
    office: Callable[..., Office], how: dict[str, Any]
) -> None:
    here = office()
    sent: list[list[str]] = []

    def note(intents: Sequence[Intent]) -> None:
        if intents[0].kind is Kind.INVOICE:
            sent.append([one.key for one in intents])
            if len(sent) == 1:
                here.company.tell(**how, on="batch")

    report = here.run(note)

    assert (report["outcome"], here.numbers()) == ("ok", here.firm.numbers)
    assert sent == [sent[0], sent[0]]
    counts = report["pushed"]["books"]["invoice"]
    assert (counts["unknown"], counts["created"]) == (3, 3)


def test_where_a_repeated_batch_is_refused_what_was_done_is_found_by_its_mark(
    office: Callable[..., Office],
) -> None:
    here = office()

    def lose() -> None:
        here.company.tell("drop", on="batch")
        here.company.tell("forget_batches", on="batch")

    report = here.run(once(Kind.INVOICE, lose))

    assert (report["outcome"], report["holds"], here.numbers()) == ("ok", [], here.firm.numbers)
    assert here.run()["pushed"]["books"]["invoice"]["unchanged"] == 3


# ---------------------------------------------------------------- what fails the connection


def failed(report: Report) -> Mapping[str, str]:
    assert report["outcome"] == "failed"
    (error,) = report["errors"]
    assert error["connection"] == "books"
    return dict(error)


def test_a_sign_in_that_is_over_fails_the_connection_at_once(office: Callable[..., Office]) -> None:
    here = office()
    here.company.oauth._forget()

    error = failed(here.run())

    assert "no longer accepts the sign-in" in error["message"]
    assert error["remedy"] == "Sign in again: hub connect books."
    counts = here.company.counts
    assert (counts["token"], sum(counts.values()), here.clock.slept) == (1, 1, [])


def test_a_sign_in_that_ends_in_mid_run_says_so_and_what_was_written_stays(
    office: Callable[..., Office],
) -> None:
    here = office()

    error = failed(here.run(once(Kind.INVOICE, here.company.oauth._forget)))

    assert "hub connect books" in error["message"]
    assert len(here.company.all("Customer")) == 6
    assert here.company.counts["token"] == 2


def test_a_company_that_stays_too_busy_is_tried_three_times_and_told(office: Callable[..., Office]) -> None:
    here = office()

    def throttle() -> None:
        here.company.tell("throttle", on="batch", times=None)

    error = failed(here.run(once(Kind.INVOICE, throttle)))

    assert "there were too many calls" in error["message"]
    assert "Nothing is lost" in error["remedy"]
    assert here.clock.slept.count(60.0) == 2
    here.company.faults.clear()
    assert (here.run()["outcome"], here.numbers()) == ("ok", here.firm.numbers)


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("code", NAMED + NAMED_TOO)
def test_each_code_says_what_it_means_and_what_a_person_can_do(code: str) -> None:
    meaning = MEANINGS[code]
    assert meaning.says
    assert bool(meaning.remedy) is (code not in WAITED)


def test_no_code_that_asks_for_a_person_lacks_a_remedy() -> None:
    bare = {code for code, meaning in MEANINGS.items() if not meaning.remedy}
    waits = {Means.LATER, Means.DOUBT}
    assert {MEANINGS[code].means for code in bare} <= waits


@pytest.mark.parametrize(
    ("code", "end"),
    [
        *((code, Rejected) for code in ("610", "2010", "2050", "2170", "2500", "6000", "6070", "6140")),
        *((code, Rejected) for code in ("6200", "6210", "6240", "6540", "5010", "620", "6310", "4711")),
        *((code, NotSent) for code in ("3001", "429", "6190", "140", "150", "100", "120", "3100", "3200")),
        *((code, Unknown) for code in ("600", "10000")),
    ],
)
def test_a_code_is_one_of_the_five_ends(code: str, end: type) -> None:
    said = Fault(code, "it says so", "Line.Amount", "ValidationFault").end()
    assert isinstance(said, end)
    assert f"[{code}]" in repr(said)
    if isinstance(said, Rejected):
        assert (said.code, said.field, bool(said.remedy)) == (code, "Line.Amount", True)


def test_one_that_may_pass_is_waited_for_and_one_about_the_sign_in_is_not() -> None:
    ends = [Fault(code, "").end() for code in ("3001", "6190", "3100")]
    waits = [end.retry_after for end in ends if isinstance(end, NotSent)]
    assert waits == [timedelta(seconds=60), timedelta(seconds=60), None]
    assert [getattr(end, "reason", "") for end in ends[1:]] == [
        "the company's subscription has ended, it can only be read [6190]. Renew it at Intuit",
        (
            "the app may not use this company [3100]. See that the keys are of the same environment "
            "(production or sandbox); then connect again"
        ),
    ]


def test_a_failure_of_its_own_is_a_doubt_whatever_its_code() -> None:
    assert isinstance(Fault("8888", "", sort="SystemFault").end(), Unknown)


# ---------------------------------------------------------------- how faults are read


UPPER = {
    "Fault": {
        "Error": [{"Message": "Duplicate Name", "Detail": "Taken : Id=4", "code": "6240", "element": ""}],
        "type": "ValidationFault",
    },
    "time": "2026-01-05T01:00:00-08:00",
}
TOKEN = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..AbCd_0123-xyz"
LOWER = {
    "fault": {
        "error": [
            {
                "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                "detail": f"Token expired: {TOKEN}",
                "code": "003200",
                "element": None,
            }
        ],
        "type": "AUTHENTICATION",
    },
}


def test_both_shapes_of_fault_are_read() -> None:
    (upper,) = faults_in(UPPER)
    assert upper == Fault("6240", "Duplicate Name: Taken : Id=4", "", "ValidationFault")
    (lower,) = faults_in(LOWER)
    assert (lower.code, lower.sort, lower.element) == ("3200", "AUTHENTICATION", "")


def test_a_token_in_a_fault_is_taken_out() -> None:
    (fault,) = faults_in(LOWER)
    assert TOKEN not in repr(fault)
    assert TOKEN.partition("..")[0] not in fault.told() + fault.reason
    assert "Token expired: [redacted]" in fault.told()


def quoting(text: str, code: str = "6000") -> dict[str, Any]:
    return {"Fault": {"Error": [{"Message": "Invalid", "Detail": f"Line text: {text}.", "code": code}]}}


def test_a_narrative_that_a_fault_quotes_is_taken_out_with_those_that_it_holds() -> None:
    private = ["Draft answer", "Draft answer to the complaint", ""]
    (fault,) = faults_in(quoting("Draft answer to the complaint; Draft answer"), private)
    assert fault.message == "Invalid: Line text: […]; […]"


@pytest.mark.parametrize("code", ["2010", "2020", "2030", "2050", "2080", "2170"])
def test_a_code_that_may_quote_what_was_written_names_the_field_alone(code: str) -> None:
    told = Fault(code, "Supplied value: Draft answer to the complaint", "Line.Description").told()
    assert "Draft" not in told
    assert "(Line.Description)" in told


@pytest.mark.parametrize("document", [None, [], "text", {}, {"Fault": None}, {"Fault": []}, {"Invoice": {}}])
def test_what_holds_no_fault_is_none(document: object) -> None:
    assert faults_in(document) == []


@pytest.mark.parametrize("body", [{"type": "SystemFault"}, {"Error": [], "type": "SystemFault"}])
def test_a_fault_that_says_nothing_is_one_all_the_same(body: dict[str, Any]) -> None:
    (fault,) = faults_in({"Fault": body})
    assert isinstance(fault.end(), Unknown)


def test_a_message_that_stands_in_its_detail_is_said_once_and_on_one_line() -> None:
    error = {"Message": "Stale Object Error", "Detail": "Stale Object Error :\n Two users.", "code": "5010"}
    (fault,) = faults_in({"Fault": {"Error": [error]}})
    assert Counter(fault.message.split())["Stale"] == 1
    assert fault.message == "Stale Object Error : Two users"
