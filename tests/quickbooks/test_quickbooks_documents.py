"""What is made of a payload: payments, clients, time, timekeepers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from books_desk import Desk, applied, client, fee, invoice, matter, payment

from hub.sdk import Kind, Rejected, Written

if TYPE_CHECKING:
    from books_desk import Payload

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

TIME = {"timekeepers": "write", "time_entries": "write"}


@pytest.fixture
def desk(sandbox: QuickBooksSandbox, clock: FakeClock) -> Desk:
    return Desk(sandbox, clock, **TIME)


@pytest.mark.parametrize(("length", "kept"), [(100, True), (101, False)])
def test_a_company_name_is_told_as_far_as_there_is_room(desk: Desk, length: int, *, kept: bool) -> None:
    found = desk.stored("Customer", desk.make(Kind.CLIENT, client("101", "x" * length)).external_id)
    assert found.get("CompanyName") == ("x" * length if kept else None)


def test_a_matter_is_a_job_of_its_client_and_billed_with_it(desk: Desk, acme: str) -> None:
    found = desk.stored("Customer", desk.make(Kind.MATTER, matter(acme, name="A: B")).external_id)
    assert (found["FullyQualifiedName"], found["DisplayName"]) == ("100 Acme:100.01 A - B", "100.01 A - B")
    assert (found["Job"], found["BillWithParent"], found["ParentRef"]["value"]) == (True, True, acme)


def test_a_payment_goes_where_it_is_told_and_says_how_it_came(desk: Desk, acme: str) -> None:
    below = desk.make(Kind.MATTER, matter(acme)).external_id
    more = {
        "_Matter": below,
        "_Method": "check",
        "PaymentRefNum": "0" * 30,
        "_DepositTo": "Operating Account",
    }
    found = desk.stored("Payment", desk.make(Kind.PAYMENT, payment(acme, "30.00", **more)).external_id)
    assert (found["CustomerRef"]["value"], found["PaymentMethodRef"]["name"]) == (below, "Check")
    assert (found["DepositToAccountRef"]["name"], found["PaymentRefNum"]) == ("Operating Account", "0" * 21)


def test_a_method_that_the_company_lacks_is_left_out_and_an_account_is_named(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.PAYMENT, payment(acme, "30.00", _Method="barter"))
    assert "PaymentMethodRef" not in desk.stored("Payment", made.external_id)
    end = desk.end(Kind.PAYMENT, payment(acme, "30.00", _DepositTo="Petty Cash"))
    assert isinstance(end, Rejected)
    assert (end.code, "no active account named Petty Cash" in end.message) == ("no-account", True)


@pytest.mark.parametrize("several", [False, True])
def test_a_currency_is_said_where_the_company_keeps_several(desk: Desk, *, several: bool) -> None:
    desk.company.prefer("CurrencyPrefs", MultiCurrencyEnabled=several)
    made = desk.make(Kind.CLIENT, client("101", CurrencyRef={"value": "EUR"}))
    found = desk.stored("Customer", made.external_id)["CurrencyRef"]["value"]
    assert found == ("EUR" if several else "USD")


def worked(desk: Desk, acme: str, hours: str) -> Payload:
    person = desk.make(Kind.TIMEKEEPER, {"DisplayName": "Margaret Mary Doyle", "EmployeeNumber": "07"})
    references = {"EmployeeRef": {"value": person.external_id}, "CustomerRef": {"value": acme}}
    return {**references, "TxnDate": "2026-01-12", "_Hours": hours, "HourlyRate": "450"}


def test_time_is_written_in_minutes_and_never_billable(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.TIME_ENTRY, worked(desk, acme, "1.7"))
    found = desk.stored("TimeActivity", made.external_id)
    assert (found["Hours"], found["Minutes"], found["HourlyRate"]) == (1, 42, 450)
    assert found["BillableStatus"] == "NotBillable"
    (person,) = desk.company.all("Employee")
    assert (person["GivenName"], person["FamilyName"]) == ("Margaret Mary", "Doyle")


def test_hours_that_are_no_whole_minutes_are_refused(desk: Desk, acme: str) -> None:
    end = desk.end(Kind.TIME_ENTRY, worked(desk, acme, "0.33"))
    assert isinstance(end, Rejected)
    assert (end.code, end.field) == ("hours", "Hours")
    assert "0.33 h is no whole number of minutes" in end.message


def test_time_and_timekeepers_are_only_read_unless_the_firm_says_so(
    sandbox: QuickBooksSandbox, clock: FakeClock, desk: Desk
) -> None:
    shut = Desk(sandbox, clock).now
    for kind in (Kind.TIMEKEEPER, Kind.TIME_ENTRY):
        assert (shut.access_to(kind).writes, desk.now.access_to(kind).writes) == (False, True)


def test_what_it_is_applied_to_can_be_changed(desk: Desk, acme: str) -> None:
    bills = [
        desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00"), number=number)).external_id
        for number in ("4101", "4102")
    ]
    made = desk.make(Kind.PAYMENT, payment(acme, "60.00", (bills[0], "60.00")))
    moved = payment(acme, "60.00") | {"_Applications": applied((bills[1], "60.00"))}
    (end,) = desk.ends(desk.change(Kind.PAYMENT, made, moved))
    assert isinstance(end, Written)
    assert [desk.stored("Invoice", number)["Balance"] for number in bills] == [100, 40]
