"""The resources of Bill4Time and their fields (facts 2.2 and 2.3).

Where the names of v2 are not documented, they are v1's in Pascal case. Custom fields are four texts: their
shape is not documented.
"""

from __future__ import annotations

from hub_bill4time.sandbox.schema import Field, Resource, both, inner, second
from hub_bill4time.sandbox.values import Sort

TEXT, WHOLE, MONEY, NUMBER = Sort.TEXT, Sort.WHOLE, Sort.MONEY, Sort.NUMBER
DAY, MOMENT, FLAG = Sort.DAY, Sort.MOMENT, Sort.FLAG
READY, COMPLETE = "Ready For Billing", "Billing Complete"
PREBILL, FINALIZED = "prebill", "finalized"
NO_PROJECT = -1
"""The id of no project (facts 2.2)."""

_CUSTOM = [both(f"customField{number}") for number in range(1, 5)]
_ADDRESS = [
    both(name) for name in ("address1", "address2", "address3", "city", "state", "country", "postalCode")
]
_PAID = """(SELECT CASE WHEN coalesce(sum(a."amountApplied"), 0) >= t."invoiceAmount" THEN 'Paid'
WHEN coalesce(sum(a."amountApplied"), 0) = 0 THEN 'Unpaid' ELSE 'Partially Paid' END
FROM paymentsApplied a WHERE a."invoiceId" = t.id)"""


def _looked_up(what: str, table: str, by: str) -> str:
    return f'(SELECT {what} FROM {table} o WHERE o.id = t."{by}")'  # noqa: S608 -- our own words


def _client(*, required: bool = True) -> list[Field]:
    return [
        both("clientId", WHOLE, "InternalClientID", refers="clients", required=required),
        second("clientCustomId", v2="ClientID", sql=_looked_up('o."customId"', "clients", "clientId")),
        both("clientName", sql=_looked_up('o."clientName"', "clients", "clientId")),
    ]


def _project() -> list[Field]:
    return [
        both("projectId", WHOLE, "InternalProjectID", refers="projects", default=NO_PROJECT),
        second("projectCustomId", v2="ProjectID", sql=_looked_up('o."customId"', "projects", "projectId")),
        both("projectName", sql=_looked_up('o."projectName"', "projects", "projectId")),
    ]


def _person(by: str) -> str:
    return _looked_up("trim(o.fname || ' ' || o.lname)", "users", by)


def _user() -> list[Field]:
    return [
        both("userId", WHOLE, "InternalUserID", refers="users", required=True),
        both("userName", sql=_person("userId")),
    ]


def _invoice(*, required: bool = False) -> list[Field]:
    return [
        both("invoiceId", WHOLE, "InternalInvoiceID", refers="invoices", required=required),
        second("invoiceCustomId", v2="InvoiceID", sql=_looked_up('o."customId"', "invoices", "invoiceId")),
    ]


_CLIENTS = [
    both("id", WHOLE, "InternalClientID"),
    both("customId", v2="ClientID"),
    both("clientName", required=True),
    both("billingName"),
    *_ADDRESS,
    *(both(name) for name in ("phone", "mobile", "fax", "email")),
    both("accountManagerId", WHOLE, refers="users"),
    both("accountManagerName", sql=_person("accountManagerId")),
    both("status", default="Active"),
    both("clientType"),
    both("creationDate", MOMENT),
    both("billingRateType", default="DEFAULT"),
    both("billingFlatRate", NUMBER),
    both("overtimeBillingFlatRate", NUMBER),
    *_CUSTOM,
]
_PROJECTS = [
    both("id", WHOLE, "InternalProjectID"),
    both("customId", v2="ProjectID"),
    both("projectName", required=True),
    both("description"),
    *_client(),
    both("projectType"),
    both("status", default="Open"),
    both("assignedTo", WHOLE, refers="users"),
    second("assignedToName", sql=_person("assignedTo")),
    both("billingMethod", default="Hourly"),
    both("hourlyRateType", default="DEFAULT"),
    both("hourlyOverrideRate", NUMBER),
    both("hourlyOvertimeOverrideRate", NUMBER),
    both("createdDate", MOMENT),
    both("closedDate", DAY),
    both("projectDueDate", DAY),
    both("locationId", WHOLE),
    both("locationName"),
    both("email"),
    second("clientMatterId"),
    second("paymentDue", default="BILLREG"),
    inner("flatFeeAmount", MONEY),
    *_CUSTOM,
]
_TIME_ENTRIES = [
    both("id", WHOLE, "TimeEntryID"),
    *_client(),
    *_project(),
    *_user(),
    both("billableAmount", Sort.MONEY_TEXT),
    both("billableTime", Sort.NUMBER_TEXT, required=True),
    both("laborTime", NUMBER),
    both("travelTime", Sort.NUMBER_TEXT, default="0"),
    both("entryDate", DAY, required=True),
    both("createdDate", MOMENT),
    *_invoice(),
    both("descriptionPrivate"),
    both("descriptionPublic"),
    both("rateType"),
    both("activityType"),
    both("litigationCode"),
    both("litigationCodeDesc"),
    both("isBillable", FLAG, default=True),
    both("billingStatus", default=READY),
    both("hourlyRate", NUMBER),
    both("payableRate", NUMBER),
    second("activityCode"),
    second("flatFee", FLAG, default=False),
    second("flatFeeAmount", MONEY),
    second("percentage", NUMBER),
    second("percentageAmount", MONEY),
    second("excludeFromInvoice", FLAG, default=False),
    second("invoiceAdjustedAmount", MONEY),
    second("approvalStatus", default="Approved"),
    second("calculatedRate", NUMBER),
    second("calculatedAmount", MONEY),
    second("invoiceBatchId", WHOLE, refers="invoiceBatches"),
    *_CUSTOM,
]
_EXPENSES = [
    both("id", WHOLE, "ExpenseID"),
    *_client(),
    *_project(),
    *_user(),
    both("costPrice", MONEY),
    both("sellPrice", MONEY),
    both("expenseDate", DAY, required=True),
    both("createdDate", MOMENT),
    both("quantity", NUMBER, default="1"),
    *_invoice(),
    both("billingStatus", default=READY),
    both("descriptionPrivate"),
    both("descriptionPublic"),
    both("expenseType"),
    second("unitPrice", NUMBER),
    second("taxable", FLAG, default=False),
    second("reimburse", FLAG, default=False),
    second("expenseCode"),
]
_INVOICES = [
    both("id", WHOLE, "InternalInvoiceID"),
    both("customId", v2="InvoiceID"),
    *_client(),
    *_project(),
    both("description"),
    both("invoiceDate", DAY, required=True),
    both("createdDate", MOMENT),
    both("status", default=PREBILL),
    both("notes"),
    both("invoiceTermType", default="Net 30"),
    both("invoiceAmount", MONEY, "InvoiceTotal", default=0),
    both("laborAmount", MONEY, default=0),
    both("expenseAmount", MONEY, default=0),
    both("lateFeeAmount", MONEY, default=0),
    both("paidStatus", sql=_PAID),
    second("invoiceDiscountType", default="Percentage"),
    second("applyDiscountTo", default="Both"),
    second("invoiceDiscountAmount", NUMBER, default=0),
    second("laborTaxRatePCT", NUMBER, default=0),
    second("expenseTaxRatePCT", NUMBER, default=0),
    second("secondaryTaxLabor", NUMBER, default=0),
    second("secondaryTaxExpenses", NUMBER, default=0),
    second("laborWriteUpDownAmount", MONEY, default=0),
    second("expenseWriteUpDownAmount", MONEY, default=0),
    second("invoiceBatchId", WHOLE, refers="invoiceBatches"),
    inner("flatFeeBilled", MONEY, default=0),
]
_PAYMENTS = [
    both("id", WHOLE, "PaymentID"),
    *_client(),
    *_project(),
    both("paymentAmount", MONEY, "PmtAmount", required=True),
    both("isBalanceAdjustment", FLAG, "BalanceAdjustment", default=False),
    both("paymentDate", DAY, "PmtDate", required=True),
    both("createdDate", MOMENT),
    both("createdBy"),
    both("paymentType", v2="PmtType", default="Payment"),
    both("paymentMethod", v2="PmtMethod"),
    both("checkNumber"),
    both("privateNote"),
    both("publicNote"),
    second("trustAccountingId", WHOLE, refers="trustAccounting"),
    second("qbSyncDate", MOMENT, "QBSyncDate"),
    second("debit", MONEY),
    second("credit", MONEY),
]
_PAYMENTS_APPLIED = [
    both("id", WHOLE, "PaymentsAppliedID"),
    both("paymentId", WHOLE, "PaymentID", refers="payments", required=True),
    *_invoice(required=True),
    both("amountApplied", MONEY, required=True),
    both("dateApplied", DAY, required=True),
    both("dateCreated", MOMENT),
]
_TRUST = [
    both("id", WHOLE, "TrustAccountingID"),
    both("amount", MONEY, required=True),
    both("dateCreated", MOMENT),
    both("dateTransaction", DAY, required=True),
    both("checkNumber"),
    both("description1"),
    both("description2"),
    *_client(),
    *_project(),
    both("bankAccountId", WHOLE, default=1),
    both("bankAccountName", default="Client Trust Account"),
    both("isPayment", FLAG, default=False),
    both("isTransfer", FLAG, default=False),
]
_USERS = [
    both("id", WHOLE, "InternalUserID"),
    both("fname", required=True),
    both("lname", required=True),
    both("email"),
    *_ADDRESS,
    both("phone"),
    both("userType", default="User"),
    both("status", default="Active"),
    both("department"),
    both("billingRate", NUMBER, default=0),
    both("overtimeRate", NUMBER),
    both("doubleRate", NUMBER),
    both("payableRate", NUMBER),
]
_CONTACTS = [
    both("id", WHOLE, "ContactID"),
    *(both(name) for name in ("fname", "lname", "company", "title", "email", "phone", "mobile", "fax")),
    *_ADDRESS,
    both("createdDate", MOMENT),
]
_CONNECTIONS = [
    both("id", WHOLE, "ContactConnectionID"),
    both("contactId", WHOLE, "ContactID", refers="contacts", required=True),
    *_client(),
    *_project(),
    both("connectionType"),
]
_BATCHES = [
    second("id", WHOLE, "InvoiceBatchID"),
    second("batchName"),
    second("createdDate", MOMENT),
    second("createdBy"),
]
_CLIENT_RATES = [
    second("id", WHOLE, "ClientUserBillingRateID"),
    *_client(),
    *_user(),
    second("billingRate", NUMBER, required=True),
]
_PROJECT_RATES = [
    second("id", WHOLE, "ProjectUserBillingRateID"),
    *_project(),
    *_user(),
    second("billingRate", NUMBER, required=True),
]

RESOURCES = {
    one.name: one
    for one in (
        Resource("clients", _CLIENTS, "clients", "clients", 5_001),
        Resource("projects", _PROJECTS, "projects", "projects", 20_001),
        Resource("timeEntries", _TIME_ENTRIES, "timeEntries", "timeEntries", 1_000_001),
        Resource("expenses", _EXPENSES, "expenses", "expenses", 500_001),
        Resource("invoices", _INVOICES, "invoices", "invoices", 70_001),
        Resource("payments", _PAYMENTS, "payments", "paymentsandbalanceadjustments", 40_001),
        Resource("paymentsApplied", _PAYMENTS_APPLIED, "paymentsApplied", "paymentsApplied", 300_001),
        Resource("trustAccounting", _TRUST, "trustAccounting", "trustAccounting", 60_001),
        Resource("users", _USERS, "users", "users", 101),
        Resource("contacts", _CONTACTS, "contacts", "contacts", 80_001),
        Resource("contactConnections", _CONNECTIONS, "contactConnections", "contactConnections", 90_001),
        Resource("invoiceBatches", _BATCHES, "", "invoicebatches", 1_001),
        Resource("clientUserBillingRates", _CLIENT_RATES, "", "ClientUserBillingRates", 2_001),
        Resource("projectUserBillingRates", _PROJECT_RATES, "", "ProjectUserBillingRates", 3_001),
    )
}
"""What the firm keeps, by the names that its people use."""
MISSPELT_PAYMENTS = "paymentsandbalanceadustments"
"""What an older page of the vendor calls v2's payments (facts 2.3)."""
ENTERED = {"createdDate", "creationDate", "dateCreated"}
"""The fields that say when a record was entered."""


def at_address(version: str, name: str, *, misspelt: bool = False) -> Resource | None:
    """Give the resource that is at an address, in any case."""
    known = {_address(one, version, misspelt=misspelt).lower(): one for one in RESOURCES.values()}
    return known.get(name.lower()) if name else None


def _address(resource: Resource, version: str, *, misspelt: bool) -> str:
    if version == "v2" and misspelt and resource.name == "payments":
        return MISSPELT_PAYMENTS
    return resource.v1 if version == "v1" else resource.v2
