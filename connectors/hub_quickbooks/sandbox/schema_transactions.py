"""The transactions: invoices, credit memos and payments, and time (facts 2.2, 2.4, 2.5)."""

from __future__ import annotations

from hub_quickbooks.sandbox.entity import Entity
from hub_quickbooks.sandbox.fields import (
    MONEY,
    Day,
    Flag,
    Many,
    Number,
    Text,
    Whole,
    choice,
    group,
    ref,
)
from hub_quickbooks.sandbox.schema_parts import (
    COMMON,
    DESCRIPTION,
    EMAIL,
    READ_ONLY,
    SALE,
)

_SALE_FILTERS = {
    "TxnDate": "day",
    "DueDate": "day",
    "CustomerRef": "reference",
    "TotalAmt": "number",
    "Balance": "number",
}

INVOICE = Entity(
    "Invoice",
    {
        **SALE,
        "DueDate": Day(),
        "ShipDate": Day(),
        "TrackingNum": Text(31),
        "Deposit": READ_ONLY,
        "HomeBalance": READ_ONLY,
        "invoiceStatus": READ_ONLY,
        "InvoiceLink": READ_ONLY,
        "EInvoiceStatus": READ_ONLY,
        "AllowIPNPayment": Flag(),
        "AllowOnlinePayment": Flag(),
        "AllowOnlineCreditCardPayment": Flag(),
        "AllowOnlineACHPayment": Flag(),
        "BillEmailCc": EMAIL,
        "BillEmailBcc": EMAIL,
        "DeliveryInfo": READ_ONLY,
    },
    family="transactions",
    label="DocNumber",
    filters=_SALE_FILTERS,
    listed=False,
    transaction=True,
)
CREDIT_MEMO = Entity(
    "CreditMemo",
    {**SALE, "RemainingCredit": READ_ONLY, "PaymentMethodRef": ref("PaymentMethod")},
    family="transactions",
    label="DocNumber",
    filters={name: sort for name, sort in _SALE_FILTERS.items() if name != "DueDate"},
    listed=False,
    transaction=True,
)
PAYMENT = Entity(
    "Payment",
    {
        **COMMON,
        "CustomerRef": ref("Customer"),
        "TxnDate": Day(),
        "TotalAmt": MONEY,
        "UnappliedAmt": READ_ONLY,
        "PaymentRefNum": Text(21),
        "PaymentMethodRef": ref("PaymentMethod"),
        "DepositToAccountRef": ref("Account"),
        "ARAccountRef": ref("Account"),
        "PrivateNote": DESCRIPTION,
        "CurrencyRef": ref("Currency"),
        "ExchangeRate": Number(),
        "ProcessPayment": Flag(),
        "TxnSource": READ_ONLY,
        "TxnStatus": READ_ONLY,
        "HomeTotalAmt": READ_ONLY,
        "LinkedTxn": READ_ONLY,
        "Line": Many(
            group(
                Amount=MONEY,
                LinkedTxn=Many(group(TxnId=Text(100), TxnType=Text(100), TxnLineId=READ_ONLY)),
                LineEx=READ_ONLY,
                Id=READ_ONLY,
                LineNum=READ_ONLY,
            )
        ),
    },
    family="transactions",
    label="PaymentRefNum",
    filters={
        "TxnDate": "day",
        "CustomerRef": "reference",
        "TotalAmt": "number",
        "UnappliedAmt": "number",
        "PaymentMethodRef": "reference",
        "DepositToAccountRef": "reference",
    },
    listed=False,
    transaction=True,
)
TIME_ACTIVITY = Entity(
    "TimeActivity",
    {
        **COMMON,
        "TxnDate": Day(),
        "NameOf": choice("Employee", "Vendor"),
        "EmployeeRef": ref("Employee"),
        "VendorRef": ref("Vendor"),
        "CustomerRef": ref("Customer"),
        "ProjectRef": ref("Customer"),
        "ItemRef": ref("Item"),
        "ClassRef": ref("Class"),
        "Hours": Whole(8760),
        "Minutes": Whole(59),
        "BreakHours": Whole(8760),
        "BreakMinutes": Whole(59),
        "StartTime": Text(40),
        "EndTime": Text(40),
        "HourlyRate": Number(),
        "CostRate": Number(),
        # HasBeenBilled cannot be written: it is what an invoice makes of it.
        "BillableStatus": choice("Billable", "NotBillable"),
        "Taxable": Flag(),
        "Description": DESCRIPTION,
    },
    family="time activities",
    label="NameOf",
    filters={
        "TxnDate": "day",
        "EmployeeRef": "reference",
        "VendorRef": "reference",
        "CustomerRef": "reference",
        "BillableStatus": "text",
    },
    listed=False,
    cdc=False,
)
