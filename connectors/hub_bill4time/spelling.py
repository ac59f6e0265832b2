"""Field names: the documented spelling of version 1 for both versions, however they are cased.

Version 1 writes ``clientId``, the documents of version 2 ``InternalClientID``, and its answers
``internalClientID``. ``Internal…ID`` is the system's id there, and ``…ID`` the firm's own
(support.bill4time.com, 28478161922715 and its neighbours); in version 1 ``…Id`` is the system's and
``customId`` the firm's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENTITIES = ("client", "project", "user", "invoice", "timeentry", "expense", "payment")
_DOCUMENTED = """
id customId clientId clientName clientCustomId projectId projectName projectCustomId userId userName invoiceId
invoiceCustomId paymentId timeEntryId expenseId
billingName address1 address2 address3 city state country postalCode phone mobile fax email
accountManagerId accountManagerName status clientType creationDate createdDate billingRateType billingFlatRate
description projectType assignedTo assignedToName billingMethod hourlyRateType hourlyOverrideRate closedDate
projectDueDate locationId locationName clientMatterId paymentDue
billableAmount billableTime laborTime travelTime entryDate descriptionPrivate descriptionPublic rateType
activityType activityCode litigationCode litigationCodeDesc isBillable billingStatus hourlyRate payableRate
flatFee flatFeeAmount percentage percentageAmount excludeFromInvoice invoiceAdjustedAmount approvalStatus
calculatedRate calculatedAmount invoiceBatchId
costPrice sellPrice expenseDate quantity expenseType unitPrice taxable reimburse expenseCode
invoiceDate invoiceTermType invoiceAmount invoiceTotal laborAmount expenseAmount lateFeeAmount paidStatus
notes invoiceDiscountType applyDiscountTo invoiceDiscountAmount laborTaxRatePct expenseTaxRatePct
secondaryTaxLabor secondaryTaxExpenses laborWriteUpDownAmount expenseWriteUpDownAmount
paymentAmount isBalanceAdjustment paymentDate createdBy paymentType paymentMethod checkNumber
privateNote publicNote trustAccountingId qbSyncDate debit credit amountApplied dateApplied dateCreated
amount dateTransaction description1 description2 bankAccountId bankAccountName isPayment isTransfer
fname lname userType department billingRate overtimeRate doubleRate
"""
_SPELT = {name.casefold(): name for name in _DOCUMENTED.split()}
_RENAMED = {
    "pmttype": "paymentType",
    "pmtmethod": "paymentMethod",
    "pmtdate": "paymentDate",
    "pmtamount": "paymentAmount",
    "balanceadjustment": "isBalanceAdjustment",
    "firstname": "fname",
    "lastname": "lname",
}
"""Version 2's names for what version 1 has, too."""


def respelt(row: Mapping[str, Any], own: str) -> dict[str, Any]:
    """A row with its fields as they are documented for version 1; unknown ones as they came.

    Args:
        row: as it came.
        own: what it is, such as ``client``: its own ids are ``id`` and ``customId``.

    """
    found: dict[str, Any] = {}
    for name, value in zip(_all_named(tuple(row), own), row.values(), strict=True):
        found.setdefault(name, value)
    return found


@lru_cache(maxsize=64)  # the rows of a listing have the same fields, all of them
def _all_named(names: tuple[str, ...], own: str) -> tuple[str, ...]:
    folded = {name.casefold() for name in names}
    return tuple(_named(name, name.casefold(), folded, own) for name in names)


def _named(name: str, key: str, folded: set[str], own: str) -> str:
    entity = key.removeprefix("internal").removesuffix("id")
    if key.endswith("id") and entity in (*_ENTITIES, own):
        internal = key.startswith("internal")
        is_custom = not internal and f"internal{key}" in folded
        if entity == own and "id" not in folded:
            return "customId" if is_custom else "id"
        return f"{_SPELT.get(f'{entity}id', entity)[: len(entity)]}{'CustomId' if is_custom else 'Id'}"
    return _SPELT.get(key) or _RENAMED.get(key) or name
