"""Whether the sandbox is honest: a client that others wrote for the real thing works with it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Account,
    CreditMemo,
    Customer,
    Employee,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PaymentMethod,
    Preferences,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
    Term,
    TimeActivity,
    Vendor,
)
from quickbooks.objects.base import Address, CustomerMemo, EmailAddress, PhoneNumber
from quickbooks.objects.detailline import DiscountLine, DiscountLineDetail
from quickbooks.objects.tax import TxnTaxDetail
from requests import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

MINUTES = 60


@pytest.fixture
def auth(sandbox: QuickBooksSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthClient]:
    # Its OAuth library refuses plain HTTP, which is all that loopback has.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    discovery = f"{sandbox.url}/.well-known/openid_configuration/"
    with AuthClient(
        sandbox.client_id,
        sandbox.client_secret,
        "http://127.0.0.1:8000/callback",
        discovery,
        refresh_token=sandbox.refresh_token,
    ) as client:
        yield client


@pytest.fixture
def qb(sandbox: QuickBooksSandbox, auth: AuthClient) -> Iterator[QuickBooks]:
    class HereQuickBooks(QuickBooks):  # type: ignore[misc]
        api_url_v3 = f"{sandbox.url}/v3"

    client = HereQuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=sandbox.realm,
        minorversion=75,
        use_decimal=True,
    )
    yield client
    client.session.close()


def customer(qb: QuickBooks, name: str = "100 Acme") -> Customer:
    made = Customer()
    made.DisplayName = name
    return made.save(qb=qb)


def invoice(customer: Customer, amount: str, number: str | None = None) -> Invoice:
    line = SalesItemLine()
    line.Amount = Decimal(amount)
    line.Description = "Fees"
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = ref("1")
    made = Invoice()
    made.CustomerRef = customer.to_ref()
    made.DocNumber = number
    made.Line.append(line)
    return made


def ref(value: str) -> Ref:
    made = Ref()
    made.value = value
    return made


def payment(customer: Customer, bill: Any, amount: str) -> Payment:
    line = PaymentLine()
    line.Amount = Decimal(amount)
    line.LinkedTxn.append(bill.to_linked_txn())
    made = Payment()
    made.CustomerRef = customer.to_ref()
    made.TotalAmt = Decimal(amount)
    made.Line.append(line)
    return made


def test_it_gets_its_tokens(sandbox: QuickBooksSandbox, auth: AuthClient) -> None:
    place = auth.get_authorization_url([Scopes.ACCOUNTING])
    answer = get(place, allow_redirects=False, timeout=5)
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]

    auth.get_bearer_token(code, realm_id=sandbox.realm)
    assert auth.refresh_token == sandbox.refresh_token
    auth.refresh()
    assert (auth.expires_in, auth.x_refresh_token_expires_in) == (3600, 8_640_000)
    assert auth.revoke()
    with pytest.raises(AuthClientError):
        auth.refresh()


def test_it_creates_reads_updates_and_finds_customers(qb: QuickBooks) -> None:
    acme = Customer()
    acme.DisplayName = "O'Neil & Sons"
    acme.CompanyName = "O'Neil"
    acme.BillAddr = Address()
    acme.BillAddr.Line1 = "1 Main Street"
    acme.PrimaryPhone = PhoneNumber()
    acme.PrimaryPhone.FreeFormNumber = "217-555-0100"
    acme.PrimaryEmailAddr = EmailAddress()
    acme.PrimaryEmailAddr.Address = "ap@oneil.test"
    made = acme.save(qb=qb)

    again = Customer.get(made.Id, qb=qb)
    assert (again.DisplayName, again.BillAddr.Line1) == ("O'Neil & Sons", "1 Main Street")
    again.Notes = "by hand"
    changed = again.save(qb=qb)
    assert (changed.Notes, changed.SyncToken) == ("by hand", "1")
    assert [one.Id for one in Customer.filter(Active=True, DisplayName="O'Neil & Sons", qb=qb)] == [made.Id]
    assert [one.Id for one in Customer.choose([made.Id], qb=qb)] == [made.Id]
    assert Customer.count(qb=qb) == 1


def test_it_makes_sub_customers_and_sees_what_they_owe(qb: QuickBooks) -> None:
    acme = customer(qb)
    matter = Customer()
    matter.DisplayName = "100-1 Smith v Jones"
    matter.Job = True
    matter.ParentRef = acme.to_ref()
    made = matter.save(qb=qb)

    invoice(made, "120.50").save(qb=qb)

    assert made.FullyQualifiedName == "100 Acme:100-1 Smith v Jones"
    assert Customer.get(acme.Id, qb=qb).BalanceWithJobs == Decimal("120.5")


def test_it_creates_updates_voids_and_deletes_invoices(qb: QuickBooks) -> None:
    acme = customer(qb)
    bill = invoice(acme, "1005.00", "77")
    bill.CustomerMemo = CustomerMemo()
    bill.CustomerMemo.value = "Thank you"
    discount = DiscountLine()
    discount.DiscountLineDetail = DiscountLineDetail()
    discount.DiscountLineDetail.PercentBased = True
    discount.DiscountLineDetail.DiscountPercent = 5
    bill.Line.append(discount)
    made = bill.save(qb=qb, request_id="r1")
    assert (made.TotalAmt, made.DocNumber) == (Decimal("954.75"), "77")
    assert invoice(acme, "1.00", "78").save(qb=qb, request_id="r1").Id == made.Id

    made.PrivateNote = "seen"
    changed = made.save(qb=qb)
    assert (changed.TotalAmt, changed.PrivateNote) == (Decimal("954.75"), "seen")
    changed.void(qb=qb)
    void = Invoice.get(made.Id, qb=qb)
    assert (void.TotalAmt, void.PrivateNote) == (0, "Voided - seen")
    void.delete(qb=qb)
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(made.Id, qb=qb)


def test_it_pays_and_voids_the_payment(qb: QuickBooks) -> None:
    acme = customer(qb)
    bill = invoice(acme, "100.00").save(qb=qb)

    paid = payment(acme, bill, "100.00").save(qb=qb)
    assert Invoice.get(bill.Id, qb=qb).Balance == 0
    paid.void(qb=qb)
    assert Invoice.get(bill.Id, qb=qb).Balance == 100
    assert Payment.get(paid.Id, qb=qb).TotalAmt == 0


def test_it_writes_credit_memos_and_applies_them(qb: QuickBooks) -> None:
    acme = customer(qb)
    bill = invoice(acme, "100.00").save(qb=qb)
    credit = CreditMemo()
    credit.CustomerRef = acme.to_ref()
    credit.Line = invoice(acme, "30.00").Line
    made = credit.save(qb=qb)

    both = payment(acme, bill, "30.00")
    both.TotalAmt = 0
    used = PaymentLine()
    used.Amount = 30
    used.LinkedTxn.append(made.to_linked_txn())
    both.Line.append(used)
    both.save(qb=qb)

    assert CreditMemo.get(made.Id, qb=qb).RemainingCredit == 0
    assert Invoice.get(bill.Id, qb=qb).Balance == 70


def test_it_keeps_time_and_bills_it(qb: QuickBooks) -> None:
    acme = customer(qb)
    dana = Employee()
    dana.GivenName, dana.FamilyName = "Dana", "Doyle"
    dana = dana.save(qb=qb)
    time = TimeActivity()
    time.NameOf, time.EmployeeRef, time.CustomerRef = "Employee", dana.to_ref(), acme.to_ref()
    time.TxnDate, time.Hours, time.Minutes = date(2026, 1, 2).isoformat(), 1, 6
    time.BillableStatus, time.HourlyRate, time.Description = "Billable", Decimal(350), "Call"
    made = time.save(qb=qb)
    assert (made.Hours, made.Minutes, made.HourlyRate) == (1, 6, 350)

    bill = invoice(acme, "385.00")
    bill.LinkedTxn.append(made.to_linked_txn())
    bill.Line[0].LinkedTxn.append(made.to_linked_txn())
    bill.save(qb=qb)

    assert TimeActivity.get(made.Id, qb=qb).BillableStatus == "HasBeenBilled"


def test_it_sends_batches(qb: QuickBooks) -> None:
    acme = customer(qb)
    good = [invoice(acme, "10.00", str(number)) for number in range(33)]

    answer = batch_create([*good, invoice(acme, "10.00", "0")], qb=qb)
    assert (len(answer.successes), len(answer.faults)) == (33, 1)
    assert answer.faults[0].Error[0].code == "6140"

    made = Invoice.all(qb=qb)
    for one in made:
        one.PrivateNote = "seen"
    changed = batch_update(made, qb=qb)
    assert {one.PrivateNote for one in changed.successes} == {"seen"}
    gone = batch_delete(changed.successes, qb=qb)
    assert (len(gone.successes), Invoice.count(qb=qb)) == (33, 0)


def test_it_sees_what_has_changed(qb: QuickBooks, clock: FakeClock) -> None:
    acme = customer(qb)
    bill = invoice(acme, "10.00").save(qb=qb)
    other = invoice(acme, "20.00").save(qb=qb)
    clock.sleep(MINUTES)
    bill.PrivateNote = "seen"
    bill.save(qb=qb)
    other.delete(qb=qb)

    # It drops the zone of a time, which is then Pacific.
    answer = change_data_capture([Invoice, Customer], datetime(2026, 1, 5, 1, 0, 30), qb=qb)  # noqa: DTZ001

    assert [(one.Id, getattr(one, "status", "")) for one in answer.Invoice] == [
        (bill.Id, ""),
        (other.Id, "Deleted"),
    ]
    assert not hasattr(answer, "Customer")


def test_it_reads_lists_and_preferences(qb: QuickBooks) -> None:
    assert {one.Name for one in PaymentMethod.all(qb=qb)} == {"Check", "Cash", "Credit Card", "ACH"}
    assert [one.DueDays for one in Term.all(qb=qb, order_by="Id")] == [0, 30]
    assert Account.filter(Name="Legal Fees", qb=qb)[0].AccountType == "Income"
    assert Vendor.filter(DisplayName="Clerk of Court", qb=qb)[0].Active is True
    assert Preferences.get(qb=qb).SalesFormsPrefs.CustomTxnNumbers is True
    item = Item()
    item.Name, item.Type, item.IncomeAccountRef = "Travel", "Service", ref("1")
    assert item.save(qb=qb).FullyQualifiedName == "Travel"


def test_it_gives_taxes(qb: QuickBooks, sandbox: QuickBooksSandbox) -> None:
    sandbox.company.prefer("TaxPrefs", UsingSalesTax=True)
    bill = invoice(customer(qb), "100.00")
    bill.Line[0].SalesItemLineDetail.TaxCodeRef = ref("TAX")
    bill.TxnTaxDetail = TxnTaxDetail()
    bill.TxnTaxDetail.TotalTax = Decimal("8.31")

    assert bill.save(qb=qb).TotalAmt == Decimal("108.31")


def test_it_understands_the_faults(qb: QuickBooks, clock: FakeClock) -> None:
    acme = customer(qb)

    with pytest.raises(QuickbooksException) as taken:
        customer(qb)
    assert taken.value.error_code == 6240
    first = Customer.get(acme.Id, qb=qb)
    first.save(qb=qb)
    with pytest.raises(QuickbooksException) as stale:
        first.save(qb=qb)
    assert stale.value.error_code == 5010
    clock.sleep(60 * MINUTES)
    with pytest.raises(AuthorizationException):
        Customer.all(qb=qb)
