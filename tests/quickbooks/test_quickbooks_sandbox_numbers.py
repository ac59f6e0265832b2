"""The sandbox: invoices and credit memos, their numbers, lines and sums."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sandbox_client import applied, create, invoice, line, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub_quickbooks.sandbox import QuickBooksSandbox


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


def test_an_invoice_comes_back_with_its_sums(client: Client, acme: Body) -> None:
    lines = [
        line("385.00", Qty=Decimal("1.1"), UnitPrice=350),
        {"DetailType": "DescriptionOnly", "Description": "Disbursements"},
        line("12.35", "2"),
    ]
    made = client.write("Invoice", CustomerRef={"value": acme["Id"]}, TxnDate="2026-01-02", Line=lines)

    assert (made["TotalAmt"], made["Balance"], made["HomeTotalAmt"]) == (Decimal("397.35"),) * 3
    assert (made["TxnDate"], made["DueDate"]) == ("2026-01-02", "2026-01-02")
    first, text, second, subtotal = made["Line"]
    assert (first["Id"], first["LineNum"], first["Amount"]) == ("1", 1, 385)
    assert first["SalesItemLineDetail"]["ItemRef"] == {"value": "1", "name": "Legal Fees"}
    assert (text["DetailType"], text["LineNum"], second["Id"]) == ("DescriptionOnly", 2, "3")
    assert (subtotal["DetailType"], subtotal["Amount"]) == ("SubTotalLineDetail", Decimal("397.35"))
    assert made == client.get("Invoice", made["Id"])


def test_money_leaves_as_numbers_of_both_sorts(client: Client, acme: Body) -> None:
    text = client.call("POST", "invoice", invoice(acme, "275.00", "0.30")).text

    assert '"Amount":275.0,' in text
    assert '"TotalAmt":275.3,' in text
    assert '"TotalTax":0}' in text


def test_terms_say_when_an_invoice_is_due(client: Client, acme: Body) -> None:
    (term,) = client.query("select * from Term where Name = 'Net 30'")["Term"]

    made = client.invoice(acme, "1.00", TxnDate="2026-01-02", SalesTermRef={"value": term["Id"]})

    assert made["DueDate"] == "2026-02-01"


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo"])
def test_a_number_is_used_once_over_invoices_and_credit_memos(
    client: Client, acme: Body, entity: str
) -> None:
    first = client.invoice(acme, "1.00", number="B-77")

    with refused("6140") as caught:
        client.write(entity, **invoice(acme, "2.00", DocNumber="B-77"))
    assert f"DocNumber=B-77 is assigned to TxnType=Invoice with TxnId={first['Id']}" in caught.value.detail

    parameters = {"include": "allowduplicatedocnum"}
    again = client.write(entity, parameters=parameters, **invoice(acme, "2.00", DocNumber="B-77"))
    assert again["DocNumber"] == "B-77"


def test_a_batch_item_may_allow_a_number_twice(client: Client, acme: Body) -> None:
    client.invoice(acme, "1.00", number="77")
    body = invoice(acme, "2.00", DocNumber="77")

    answers = client.batch(
        create("a", "Invoice", body), create("b", "Invoice", body, optionsData="allowduplicatedocnum")
    )

    assert answers["a"]["Fault"]["Error"][0]["code"] == "6140"
    assert answers["b"]["Invoice"]["DocNumber"] == "77"


def test_an_invoice_keeps_its_own_number(client: Client, acme: Body) -> None:
    client.invoice(acme, "1.00", number="77")
    made = client.invoice(acme, "1.00", number="78")

    kept = client.write("Invoice", **version(made), sparse=True, DocNumber="78", PrivateNote="x")
    assert kept["DocNumber"] == "78"
    with refused("6140"):
        client.write("Invoice", **version(kept), sparse=True, DocNumber="77")


def test_a_number_has_at_most_21_characters(client: Client, acme: Body) -> None:
    assert client.invoice(acme, "1.00", number="9" * 21)["DocNumber"] == "9" * 21

    with refused("2050", "DocNumber"):
        client.invoice(acme, "1.00", number="9" * 22)


def test_an_invoice_without_a_number_has_none(client: Client, acme: Body) -> None:
    assert "DocNumber" not in client.invoice(acme, "1.00")


def test_automatic_numbers_pass_over_those_that_are_taken(client: Client, acme: Body) -> None:
    client.invoice(acme, "1.00", number="1001")

    assert client.invoice(acme, "1.00", number="AUTO_GENERATE")["DocNumber"] == "1002"


def test_without_custom_numbers_the_company_numbers_itself(
    client: Client, sandbox: QuickBooksSandbox, acme: Body
) -> None:
    sandbox.company.prefer("SalesFormsPrefs", CustomTxnNumbers=False)

    made = client.invoice(acme, "1.00", number="B-77")
    again = client.invoice(acme, "1.00", number="B-77")

    assert (made["DocNumber"], again["DocNumber"]) == ("1001", "1002")
    changed = client.write("Invoice", **version(made), sparse=True, DocNumber="B-78")
    assert changed["DocNumber"] == "1001"


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "fits"),
    [
        ("385.00", "1.1", "350", True),
        ("1861.08", "128.35", "14.5", True),
        ("1861.07", "128.35", "14.5", False),
        ("-1861.08", "-128.35", "14.5", True),
        ("385.01", "1.1", "350", False),
        ("10.00", "0", "0", True),
        ("10.00", "1", "0", False),
    ],
)
def test_the_amount_is_quantity_times_price_rounded_half_up(
    client: Client, acme: Body, amount: str, quantity: str, price: str, *, fits: bool
) -> None:
    lines = [line("5000.00"), line(amount, Qty=Decimal(quantity), UnitPrice=Decimal(price))]
    body = {"CustomerRef": {"value": acme["Id"]}, "Line": lines}

    if fits:
        assert client.write("Invoice", **body)["TotalAmt"] == 5000 + Decimal(amount)
    else:
        with refused("6070"):
            client.write("Invoice", **body)


def test_a_discount_in_per_cent_is_worked_out_and_taken_off(client: Client, acme: Body) -> None:
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 5},
    }
    made = client.write("Invoice", CustomerRef={"value": acme["Id"]}, Line=[line("1005.00"), discount])

    assert made["TotalAmt"] == Decimal("954.75")
    assert [one["DetailType"] for one in made["Line"]] == [
        "SalesItemLineDetail",
        "SubTotalLineDetail",
        "DiscountLineDetail",
    ]
    last = made["Line"][-1]
    assert last["Amount"] == Decimal("50.25")
    assert last["DiscountLineDetail"]["DiscountAccountRef"]["name"] == "Discounts Given"


def test_a_discount_is_an_amount_above_zero(client: Client, acme: Body) -> None:
    def send(amount: str) -> Body:
        discount = {"DetailType": "DiscountLineDetail", "Amount": Decimal(amount)}
        return client.write("Invoice", CustomerRef={"value": acme["Id"]}, Line=[line("100.00"), discount])

    assert send("20.00")["TotalAmt"] == 80
    with refused("2080"):
        send("-20.00")


def test_what_was_read_can_be_sent_back(client: Client, acme: Body) -> None:
    made = client.invoice(acme, "10.00", "20.00")

    again = client.write("Invoice", **made)

    assert again == {**made, "SyncToken": "1"}


def test_a_sent_list_of_lines_replaces_the_old_and_keeps_ids_that_come_along(
    client: Client, acme: Body
) -> None:
    made = client.invoice(acme, "10.00", "20.00")
    kept = made["Line"][1]

    changed = client.write("Invoice", **version(made), sparse=True, Line=[line("5.00"), kept])

    new, old, _ = changed["Line"]
    assert (new["Id"], old["Id"], changed["TotalAmt"]) == ("3", "2", 25)


@pytest.mark.parametrize(
    ("fields", "code", "element"),
    [
        ({"Line": []}, "2020", "Line"),
        ({"CustomerRef": None}, "2020", "CustomerRef"),
        ({"Line": [{"Amount": 1}]}, "2020", "DetailType"),
        ({"Line": [{"DetailType": "SalesItemLineDetail", "Amount": 1}]}, "2020", "SalesItemLineDetail"),
        ({"Line": [line("1.00", "999")]}, "2500", "Line.SalesItemLineDetail.ItemRef"),
        ({"Line": [{**line("1.00"), "Amount": "1.005"}]}, "2080", "Line.Amount"),
        ({"Line": [{**line("1.00"), "Amount": "one"}]}, "2080", "Line.Amount"),
        ({"Line": [{**line("1.00"), "DetailType": "ItemLine"}]}, "2170", "Line.DetailType"),
        ({"Line": [line("-1.00")]}, "6000", "Line.Amount"),
        ({"TxnDate": "01/02/2026"}, "2090", "TxnDate"),
        ({"PrivateNote": "x" * 4001}, "2050", "PrivateNote"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050", "CustomerMemo.value"),
        ({"EmailStatus": "Sent"}, "2170", "EmailStatus"),
        ({"SalesTermRef": {"value": "Net 30"}}, "2500", "SalesTermRef"),
    ],
)
def test_a_bad_invoice_is_refused_with_its_code_and_field(
    client: Client, acme: Body, fields: Body, code: str, element: str
) -> None:
    with refused(code, element):
        client.write("Invoice", **{**invoice(acme, "1.00"), **fields})
    assert client.query("select count(*) from Invoice") == {"totalCount": 0}


def test_a_credit_memo_has_a_remaining_credit(client: Client, acme: Body) -> None:
    made = client.write("CreditMemo", **invoice(acme, "30.00", DocNumber="C-1"))

    assert (made["RemainingCredit"], made["Balance"], made["TotalAmt"]) == (30, 30, 30)
    assert "DueDate" not in made
    assert client.get("Customer", acme["Id"])["Balance"] == -30


def test_what_has_been_paid_holds_an_invoice_in_place(client: Client, acme: Body) -> None:
    other = client.customer("200 Bolt")
    made = client.invoice(acme, "10.00")
    client.pay(acme, "8.00", applied(made, "8.00"))
    now = client.get("Invoice", made["Id"])

    with refused("6000"):
        client.write("Invoice", **version(now), sparse=True, Line=[line("7.99")])
    with refused("6000"):
        client.write("Invoice", **version(now), sparse=True, CustomerRef={"value": other["Id"]})
    changed = client.write("Invoice", **version(now), sparse=True, Line=[line("8.00")])
    assert changed["Balance"] == 0


def test_the_closing_date_protects_what_lies_before_it(
    client: Client, sandbox: QuickBooksSandbox, acme: Body
) -> None:
    old = client.invoice(acme, "10.00", TxnDate="2025-12-31")
    new = client.invoice(acme, "10.00", TxnDate="2026-01-01")
    sandbox.company.prefer("AccountingInfoPrefs", BookCloseDate="2025-12-31")

    with refused("6210"):
        client.invoice(acme, "10.00", TxnDate="2025-12-31")
    with refused("6210"):
        client.write("Invoice", **version(old), sparse=True, TxnDate="2026-01-02")
    with refused("6210"):
        client.write("Invoice", **version(new), sparse=True, TxnDate="2025-12-30")
    with refused("6210"):
        client.ask("POST", "invoice", version(old), operation="delete")
    with refused("6210"):
        client.ask("POST", "invoice", version(old), operation="void")
    assert client.write("Invoice", **version(new), sparse=True, PrivateNote="x")["PrivateNote"] == "x"


def test_several_currencies_have_to_be_named(client: Client, sandbox: QuickBooksSandbox, acme: Body) -> None:
    with refused("6000"):
        client.invoice(acme, "10.00", CurrencyRef={"value": "EUR"})
    sandbox.company.prefer("CurrencyPrefs", MultiCurrencyEnabled=True)
    abroad = client.customer("300 Dupont", CurrencyRef={"value": "EUR"})

    abroad = client.write("Customer", **version(abroad), DisplayName="300 Dupont SA")
    assert abroad["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    with refused("2020"):
        client.invoice(abroad, "10.00")
    with refused("6000"):
        client.invoice(abroad, "10.00", CurrencyRef={"value": "USD"})
    with refused("6000"):
        client.write("Customer", **version(abroad), sparse=True, CurrencyRef={"value": "USD"})
    made = client.invoice(abroad, "10.00", CurrencyRef={"value": "EUR"}, ExchangeRate=Decimal("1.085"))
    assert (made["TotalAmt"], made["HomeTotalAmt"]) == (10, Decimal("10.85"))
