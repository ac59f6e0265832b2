"""Fields that several entities have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.fields import (
    MONEY,
    Day,
    Flag,
    Many,
    Number,
    ReadOnly,
    Text,
    choice,
    group,
    ref,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub_quickbooks.sandbox.fields import Field

READ_ONLY = ReadOnly()
DESCRIPTION = Text(4000)
COMMON: Mapping[str, Field] = dict.fromkeys(
    ("Id", "SyncToken", "sparse", "domain", "MetaData", "status"), READ_ONLY
)
"""The fields of every entity; ``Id``, ``SyncToken`` and ``sparse`` say what is to be done."""
ADDRESS = group(
    Id=READ_ONLY,
    **{f"Line{number}": Text(500) for number in range(1, 6)},
    City=Text(255),
    CountrySubDivisionCode=Text(255),
    PostalCode=Text(31),
    Country=Text(255),
    Lat=READ_ONLY,
    Long=READ_ONLY,
    Note=READ_ONLY,
)
EMAIL = group(Address=Text(100))
PHONE = group(FreeFormNumber=Text(30))
WEB = group(URI=Text(1000))
PERSON: Mapping[str, Field] = {
    **COMMON,
    "DisplayName": Text(500, name=True),
    "Title": Text(16, name=True),
    "GivenName": Text(100, name=True),
    "MiddleName": Text(100, name=True),
    "FamilyName": Text(100, name=True),
    "Suffix": Text(16, name=True),
    "PrintOnCheckName": Text(110, name=True),
    "CompanyName": Text(100),
    "PrimaryEmailAddr": EMAIL,
    "PrimaryPhone": PHONE,
    "AlternatePhone": PHONE,
    "Mobile": PHONE,
    "Fax": PHONE,
    "WebAddr": WEB,
    "BillAddr": ADDRESS,
    "Active": Flag(),
}
"""What customers, vendors and employees have."""
_LINKS = Many(group(TxnId=Text(100), TxnType=Text(100), TxnLineId=Text(100)))
_ITEM_DETAIL = group(
    ItemRef=ref("Item"),
    Qty=Number(),
    UnitPrice=Number(),
    ServiceDate=Day(),
    ClassRef=ref("Class"),
    # TAX or NON, or a TaxCode's id: what is allowed depends on the company's preferences.
    TaxCodeRef=group(value=Text(100), name=READ_ONLY, type=READ_ONLY),
    TaxInclusiveAmt=READ_ONLY,
    ItemAccountRef=READ_ONLY,
    PriceLevelRef=READ_ONLY,
    MarkupInfo=READ_ONLY,
)
_DISCOUNT_DETAIL = group(
    PercentBased=Flag(),
    DiscountPercent=Number(),
    DiscountAccountRef=ref("Account"),
    Discount=READ_ONLY,
    ClassRef=ref("Class"),
    TaxCodeRef=READ_ONLY,
)
_LINE = group(
    Id=Text(100),
    LineNum=READ_ONLY,
    Description=DESCRIPTION,
    Amount=MONEY,
    # No bundles, which are GroupLineDetail: the sandbox has none.
    DetailType=choice("SalesItemLineDetail", "DiscountLineDetail", "SubTotalLineDetail", "DescriptionOnly"),
    LinkedTxn=_LINKS,
    CustomField=READ_ONLY,
    SalesItemLineDetail=_ITEM_DETAIL,
    DiscountLineDetail=_DISCOUNT_DETAIL,
    SubTotalLineDetail=READ_ONLY,
    DescriptionLineDetail=READ_ONLY,
)
_TAX = group(
    TxnTaxCodeRef=ref("TaxCode"),
    TotalTax=MONEY,
    TaxLine=READ_ONLY,
)
SALE: Mapping[str, Field] = {
    **COMMON,
    "CustomerRef": ref("Customer"),
    "Line": Many(_LINE),
    "DocNumber": Text(21),
    "TxnDate": Day(),
    "SalesTermRef": ref("Term"),
    "ClassRef": ref("Class"),
    "PrivateNote": DESCRIPTION,
    "CustomerMemo": group(value=Text(1000)),
    "CustomField": Many(group(DefinitionId=Text(10), Type=Text(30), Name=Text(30), StringValue=Text(31))),
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "FreeFormAddress": Flag(),
    "BillEmail": EMAIL,
    "EmailStatus": choice("NotSet", "NeedToSend", "EmailSent"),
    "PrintStatus": choice("NotSet", "NeedToPrint", "PrintComplete"),
    "CurrencyRef": ref("Currency"),
    "ExchangeRate": Number(),
    "GlobalTaxCalculation": choice("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "ApplyTaxAfterDiscount": Flag(),
    "TxnTaxDetail": _TAX,
    "LinkedTxn": _LINKS,
    "DepositToAccountRef": ref("Account"),
    "ARAccountRef": ref("Account"),
    "TotalAmt": READ_ONLY,
    "HomeTotalAmt": READ_ONLY,
    "Balance": READ_ONLY,
}
"""What invoices and credit memos have."""
