"""The way to a company: how often it is called, with which token, and what an answer means."""

from __future__ import annotations

import json
import re
from collections import deque
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import responses
from books_desk import Desk, client, fee, invoice

from hub.sdk import AuthenticationFailed, ConfigurationError, Kind, NotSent, SourceFailed, Written
from hub_quickbooks.sandbox import QuickBooksSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.testing import FakeClock
    from hub_quickbooks.wire import Wire

MINUTE = timedelta(minutes=1)


@pytest.fixture
def limited(clock: FakeClock) -> Iterator[Desk]:
    """A company that enforces how often it may be called."""
    with QuickBooksSandbox(clock=clock) as sandbox:
        yield Desk(sandbox, clock)


def wire(desk: Desk) -> Wire:
    return desk.now._wire


# ---------------------------------------------------------------- how often


def most_within(times: Sequence[datetime], span: timedelta) -> int:
    """How many of these instants lie in one stretch, at most."""
    seen: deque[datetime] = deque()
    most = 0
    for at in times:
        seen.append(at)
        while seen[0] <= at - span:
            seen.popleft()
        most = max(most, len(seen))
    return most


def test_never_more_than_40_batches_are_sent_in_any_minute(limited: Desk) -> None:
    times = []
    for number in range(130):
        (end,) = limited.ends(limited.intent(Kind.CLIENT, client(str(number + 1))))
        assert isinstance(end, Written)
        times.append(limited.clock.now())
        if number % 50 == 49:
            limited.clock.advance(timedelta(seconds=31))
    assert most_within(times, MINUTE) == 40
    assert most_within(times, timedelta(seconds=1)) <= 10
    assert limited.company.counts["throttled"] == 0


def test_never_more_than_500_calls_are_made_in_any_minute_and_10_in_a_second(limited: Desk) -> None:
    times = []
    for _ in range(620):
        wire(limited).get("preferences")
        times.append(limited.clock.now())
    assert most_within(times, MINUTE) <= 500
    assert most_within(times, timedelta(seconds=1)) == 10
    assert limited.company.counts["throttled"] == 0


def test_all_connections_of_a_process_share_what_a_company_allows(limited: Desk) -> None:
    other = Desk(limited.sandbox, limited.clock)
    times = []
    for number in range(50):
        desk = limited if number % 2 else other
        desk.make(Kind.CLIENT, client(str(number + 1)))
        times.append(limited.clock.now())
    assert most_within(times, MINUTE) == 40
    assert limited.company.counts["throttled"] == 0


def test_another_company_has_limits_of_its_own(limited: Desk) -> None:
    for number in range(40):
        limited.make(Kind.CLIENT, client(str(number + 1)))
    at = limited.clock.now()
    with QuickBooksSandbox(clock=limited.clock) as sandbox:
        Desk(sandbox, limited.clock).make(Kind.CLIENT, client())
    assert limited.clock.now() - at < timedelta(seconds=1)


def test_a_stand_in_is_called_as_fast_as_it_answers(sandbox: QuickBooksSandbox, clock: FakeClock) -> None:
    desk = Desk(sandbox, clock, environment="stand-in")
    for number in range(45):
        desk.make(Kind.CLIENT, client(str(number + 1)))
    assert clock.slept == []


# ---------------------------------------------------------------- how it is called


@pytest.fixture
def heard(desk: Desk) -> Iterator[responses.RequestsMock]:
    """What is sent, to a company that a test makes up; tokens are the sandbox's."""
    with responses.RequestsMock() as answers:
        answers.add_passthru(re.compile(rf"{desk.sandbox.url}/oauth2"))
        yield answers


def place(desk: Desk, path: str) -> str:
    return f"{desk.sandbox.url}/v3/company/{desk.sandbox.realm}/{path}"


def test_amounts_leave_as_the_numbers_that_they_are(desk: Desk, heard: responses.RequestsMock) -> None:
    heard.post(place(desk, "invoice"), json={})
    wire(desk).post("invoice", {"Amount": Decimal("1234567.10"), "Qty": Decimal("0.1")}, requestid="r1")
    (call,) = heard.calls
    assert call.request.body == b'{"Amount": 1234567.10, "Qty": 0.1}'
    assert call.request.url == f"{place(desk, 'invoice')}?requestid=r1&minorversion=75"
    assert call.request.headers["Accept"] == call.request.headers["Content-Type"] == "application/json"
    tokens = {token.value for token in desk.company.oauth._tokens("access")}
    assert call.request.headers["Authorization"] in {f"Bearer {token}" for token in tokens}


def test_amounts_arrive_without_a_float_between(desk: Desk, heard: responses.RequestsMock) -> None:
    heard.get(place(desk, "invoice/1"), body='{"Invoice": {"TotalAmt": 0.10, "Balance": 10000000000.07}}')
    found = wire(desk).get("invoice/1")["Invoice"]
    assert found == {"TotalAmt": Decimal("0.10"), "Balance": Decimal("10000000000.07")}
    assert all(isinstance(value, Decimal) for value in found.values())


# ---------------------------------------------------------------- tokens


def forget_tokens(desk: Desk, sort: str = "access") -> None:
    """Let the company accept no token of a sort that it gave so far."""
    with desk.company.transaction():
        desk.company.books.store.database.execute("DELETE FROM token WHERE sort = ?", (sort,))


@pytest.mark.parametrize("path", ["preferences", "query"])
def test_a_token_that_is_not_accepted_is_renewed_once(desk: Desk, path: str) -> None:
    wire(desk).get("preferences")
    forget_tokens(desk)
    wire(desk).get(path, **({"query": "SELECT * FROM Item"} if path == "query" else {}))
    assert desk.company.counts["token"] == 2


def test_a_second_refusal_is_the_end_of_it(desk: Desk, heard: responses.RequestsMock) -> None:
    heard.get(place(desk, "preferences"), status=401, json=gateway_fault())
    with pytest.raises(AuthenticationFailed) as told:
        wire(desk).get("preferences")
    assert (len(heard.calls), desk.company.counts["token"]) == (2, 2)
    assert len({call.request.headers["Authorization"] for call in heard.calls}) == 2
    assert "the sign-in has run out" in str(told.value)
    assert told.value.remedy == "Sign in again: hub connect books."
    assert SECRET not in str(told.value)
    assert desk.now.metered == 0


def test_a_write_that_is_refused_twice_was_not_sent(desk: Desk, heard: responses.RequestsMock) -> None:
    heard.post(place(desk, "batch"), status=401, json=gateway_fault())
    heard.get(place(desk, "query"), json={"QueryResponse": {"Preferences": [{"Id": "1"}]}}, status=200)
    (end,) = desk.ends(desk.intent(Kind.CLIENT, client(CurrencyRef={"value": "USD"})))
    assert isinstance(end, NotSent)
    assert (SECRET not in end.reason, "the sign-in has run out" in end.reason) == (True, True)


SECRET = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0.secret"


def gateway_fault() -> dict[str, Any]:
    error = {"message": "errorCode=003200", "detail": f"Token expired: {SECRET}", "code": "3200"}
    return {"fault": {"error": [error], "type": "AUTHENTICATION"}}


def test_a_token_for_another_company_is_for_a_person(desk: Desk) -> None:
    with pytest.raises(AuthenticationFailed, match="may not use this company") as told:
        Desk(desk.sandbox, desk.clock, realm="4711").now.read(Kind.CLIENT, None).__next__()
    assert "hub connect books" in told.value.remedy


# ---------------------------------------------------------------- reads


def test_reads_that_succeed_are_counted_and_no_other(desk: Desk) -> None:
    made = desk.make(Kind.CLIENT, client())
    desk.make(Kind.INVOICE, invoice(made.external_id, "10.00", fee("10.00")))
    desk.pages(Kind.INVOICE)
    desk.company.tell("error", on="read", status=503, times=2)
    wire(desk).get(f"customer/{made.external_id}")
    with pytest.raises(SourceFailed):
        wire(desk).get("customer/999")
    counts = desk.company.counts
    assert desk.now.metered == sum(counts[sort] for sort in ("get", "query", "cdc"))


@pytest.mark.parametrize(
    ("how", "waits"),
    [
        ({"fault": "error", "status": 503}, [1.0, 2.0]),
        ({"fault": "html", "status": 404}, [1.0, 2.0]),
        ({"fault": "html", "status": 200}, [1.0, 2.0]),
        ({"fault": "drop"}, [1.0, 2.0]),
        ({"fault": "throttle"}, [60.0, 60.0]),
        ({"fault": "throttle", "xml": True}, [60.0, 60.0]),
    ],
)
def test_a_read_is_repeated_where_that_may_help(desk: Desk, how: dict[str, Any], waits: list[float]) -> None:
    desk.company.tell(**how, on="read", times=2)
    assert wire(desk).get("preferences")["Preferences"]
    assert desk.clock.slept == waits


def test_a_read_that_keeps_failing_fails_and_says_what_was_said(desk: Desk) -> None:
    desk.company.tell("error", on="read", times=None)
    with pytest.raises(SourceFailed, match=r"it has a failure of its own: .*\[10000\]"):
        wire(desk).get("preferences")
    assert len(desk.clock.slept) == 4


def test_a_read_that_is_refused_is_not_repeated(desk: Desk) -> None:
    with pytest.raises(SourceFailed, match=r"is not there, or was made inactive.*\[610\]") as told:
        wire(desk).get("customer/999")
    assert told.value.remedy.startswith("Make it active there")
    assert desk.clock.slept == []


def test_a_fault_that_comes_with_success_is_a_fault(desk: Desk, heard: responses.RequestsMock) -> None:
    body = {"Fault": {"Error": [{"Message": "Bad row", "Detail": "e-mail", "code": "4002"}], "type": "X"}}
    heard.get(place(desk, "query"), json=body)
    with pytest.raises(SourceFailed, match="cannot read one of its own records") as told:
        wire(desk).query("SELECT * FROM Customer")
    assert "invalid e-mail address" in told.value.remedy


# ---------------------------------------------------------------- what a connection says of itself


def test_the_companys_name_is_asked_for_once(desk: Desk) -> None:
    first = desk.now.check()
    again = desk.anew().check()
    assert (first.identity, first.title) == (desk.sandbox.realm, "Doyle & Vance LLP")
    assert (again.title, desk.company.counts["query"]) == (first.title, 1)


def test_without_a_company_nothing_is_called(sandbox: QuickBooksSandbox, clock: FakeClock) -> None:
    with pytest.raises(ConfigurationError) as told:
        Desk(sandbox, clock, realm="").now.check()
    assert "hub connect books" in told.value.remedy
    assert sum(sandbox.company.counts.values()) == 0


def test_a_survey_says_what_will_be_in_the_way_and_where_lines_may_go(desk: Desk) -> None:
    assert desk.now.survey()[0].startswith("Items that lines may go to: Advanced Client Costs (→ Advanced")
    desk.company.prefer("SalesFormsPrefs", CustomTxnNumbers=False)
    desk.company.prefer("AccountingInfoPrefs", BookCloseDate="2025-12-31")
    desk.company.prefer("CurrencyPrefs", MultiCurrencyEnabled=True)
    desk.company.prefer("TaxPrefs", UsingSalesTax=True, PartnerTaxEnabled=True)

    *notes, items, ends, hard = desk.anew().survey()

    told = ("Custom transaction numbers are off", "closed up to 2025-12-31", "USD", "Sales tax is automated")
    assert all(word in note for word, note in zip(told, notes, strict=True))
    assert "Write-offs (→ Bad Debts)" in items
    assert ("2026-04-15" in ends, "2031-01-04" in hard) == (True, True)


def test_what_a_connection_is_made_of_is_told_without_its_secrets(desk: Desk) -> None:
    desk.now.check()
    shown = f"{desk.now.config!r} {desk.now.config} {json.dumps(desk.now.config.model_dump(mode='json'))}"
    for name in ("client_id", "client_secret", "refresh_token"):
        assert str(desk.sandbox.settings[name]) not in shown
