"""Why QuickBooks refuses something: its faults, by code, in its two shapes and in XML.

Codes and wordings are facts 1.7. Where a wording could not be found, it is ours; a client keys on the
code alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.document import Body

VALIDATION = "ValidationFault"


class Refused(Exception):
    """QuickBooks refuses it.

    Args:
        code: QuickBooks's own code, as text.
        message: what the code means.
        detail: what is wrong here.
        element: the field that is wrong, if one is.
        kind: the type of the fault.
        status: the HTTP status with which a single request is answered.

    """

    def __init__(
        self,
        code: str,
        message: str,
        detail: str,
        element: str = "",
        *,
        kind: str = VALIDATION,
        status: int = 400,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
        self.element = element
        self.kind = kind
        self.status = status

    def fault(self) -> Body:
        """The usual shape, in an answer of its own or beside an item of a batch."""
        error = {
            "Message": self.message,
            "Detail": self.detail,
            "code": self.code,
            "element": self.element,
        }
        return {"Error": [error], "type": self.kind}

    def gateway_fault(self) -> Body:
        """The lower-case shape of 401 and 403."""
        error = {"message": self.message, "detail": self.detail, "code": self.code, "element": None}
        return {"error": [error], "type": self.kind}

    def xml(self, time: str) -> str:
        """The fault as XML, which comes even to a client that asked for JSON."""
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f'<IntuitResponse time="{time}" xmlns="http://schema.intuit.com/finance/v3">'
            f'<Fault type="{self.kind}"><Error code="{self.code}"><Message>{escape(self.message)}</Message>'
            f"<Detail>{escape(self.detail)}</Detail></Error></Fault></IntuitResponse>"
        )


def unsupported(what: str) -> Refused:
    """500: no such operation."""
    return Refused("500", "Unsupported Operation", f"Operation {what} is not supported.")


def not_found(element: str = "") -> Refused:
    """610: it is not there, or was made inactive."""
    detail = (
        "Object Not Found : Something you're trying to use has been made inactive. "
        "Check the fields with accounts, customers, items, vendors or employees."
    )
    return Refused("610", "Object Not Found", detail, element)


def not_linkable(what: str) -> Refused:
    """620: a transaction can't be linked."""
    return Refused("620", "Transaction can't be linked", f"Txn ID can't be linked : {what}", "LinkedTxn")


def batch_too_big(most: int) -> Refused:
    """1040."""
    return Refused("1040", "Batch size exceeds allowed limit", f"The batch limit size is {most}.")


def unknown_property(name: str) -> Refused:
    """2010: a field that the schema does not have."""
    return Refused(
        "2010",
        "Request has invalid or unsupported property",
        f"Property Name:{name} specified is unsupported or invalid",
        name.rpartition(".")[2],
    )


def missing(name: str) -> Refused:
    """2020."""
    return Refused(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {name} is missing in the request",
        name,
    )


def bad_text(name: str) -> Refused:
    """A colon, a tab or a line break in a name; facts give no code, this is ours."""
    detail = f"Invalid String : {name} may not hold a colon, a tab or a new line."
    return Refused("2040", "Invalid String", detail, name)


def bad_length(name: str, shortest: int, longest: int, length: int) -> Refused:
    """2050: a text too long, or too short."""
    return Refused(
        "2050",
        "String length is either shorter or longer than supported by specification",
        "String length specified does not match the supported length. "
        f"Min:{shortest} Max:{longest:,} supported. Supplied length:{length:,}",
        name,
    )


def bad_number(name: str) -> Refused:
    """2080: no number, or one out of bounds."""
    return Refused("2080", "Invalid Number", f"Invalid Number : {name}", name)


def bad_date(name: str) -> Refused:
    """2090: no date; the code is ours."""
    return Refused("2090", "Invalid Date", f"Invalid Date : {name}", name)


def bad_choice(name: str, value: str) -> Refused:
    """2170."""
    return Refused("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", name)


def bad_reference(name: str, what: str) -> Refused:
    """2500: a reference to what does not exist."""
    return Refused("2500", "Invalid Reference Id", f"Invalid Reference Id : {what} not found", name)


def bad_query(detail: str) -> Refused:
    """4001."""
    return Refused("4001", "Invalid query", f"QueryValidationError: {detail}")


def stale() -> Refused:
    """5010: somebody else wrote in between."""
    detail = "Stale Object Error : You and another user were working on this at the same time."
    return Refused("5010", "Stale Object Error", detail)


def business(detail: str, element: str = "") -> Refused:
    """6000: what the books do not allow."""
    return Refused(
        "6000",
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {detail}",
        element,
    )


def unexpected() -> Refused:
    """6000 as it came on replaying a batch (facts 1.6)."""
    return business(
        "An unexpected error occurred while accessing or saving your data. Please wait a few minutes"
    )


def long_request_id(length: int) -> Refused:
    """6000: requestid, and bId with it, are longer than 50 characters together."""
    return business(f"more than 50 characters in the request_id field. {length} characters")


def wrong_amount(value: object) -> Refused:
    """6070."""
    return Refused(
        "6070",
        "Amount calculation incorrect in the request",
        f"Amount is not equal to UnitPrice * Qty. Supplied value:{value}",
        "Line.Amount",
    )


def no_name() -> Refused:
    """6080."""
    detail = "At least one of Title, GivenName, MiddleName, FamilyName, Suffix and DisplayName is required."
    return Refused("6080", "No Name Provided", detail, "DisplayName")


def bad_tax_code(value: str) -> Refused:
    """6100."""
    return Refused(
        "6100",
        "Invalid Line TaxCode in the request",
        f"Valid Line TaxCodes for US should be TAX or NON. Supplied value:{value}",
        "TaxCodeRef",
    )


def number_taken(number: str, entity: str, found: int) -> Refused:
    """6140: another invoice or credit memo has this number."""
    return Refused(
        "6140",
        "Duplicate Document Number Error",
        "Duplicate Document Number Error : You must specify a different number. This number has already been "
        f"used. DocNumber={number} is assigned to TxnType={entity} with TxnId={found}",
        "DocNumber",
    )


def books_closed() -> Refused:
    """6210."""
    return Refused(
        "6210",
        "Account Period Closed, Cannot Update Through Services API",
        "The account period has closed and the account books cannot be updated through the QBO Services API.",
        "TxnDate",
    )


def name_taken(found: int) -> Refused:
    """6240: another customer, vendor or employee, or another item, has this name."""
    return Refused(
        "6240",
        "Duplicate Name Exists Error",
        f"The name supplied already exists. : Id={found}",
        "DisplayName",
    )


def no_customer() -> Refused:
    """6310: billable time for nobody."""
    detail = "CustomerRef is required for billable time."
    return Refused("6310", "Customer is required for billable time", detail, "CustomerRef")


def wrong_account(name: str) -> Refused:
    """6430."""
    detail = "Invalid account type: You need to select a different type of account for this transaction."
    return Refused("6430", "Invalid account type used", detail, name)


def in_deposit() -> Refused:
    """6540."""
    detail = "This transaction is part of a deposit. Remove it from the deposit before you change it."
    return Refused("6540", "Transaction is in a deposit", detail)


def throttled() -> Refused:
    """3001, with 429."""
    return Refused(
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "The request limit was reached.  Try again later",
        kind="SERVICE",
        status=429,
    )


def not_authenticated(detail: str) -> Refused:
    """3200, with 401; the detail quotes the token, as recorded."""
    return Refused(
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        detail,
        kind="AUTHENTICATION",
        status=401,
    )


def wrong_company() -> Refused:
    """3100, with 403: the token is for another company."""
    return Refused(
        "3100",
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        "The token does not give access to this company.",
        kind="AUTHORIZATION",
        status=403,
    )


def reads_used_up() -> Refused:
    """The month's metered reads are used up; how that is answered was not to be found, this is ours."""
    return Refused(
        "3103",
        "message=ApiUsageLimitReached; errorCode=003103; statusCode=403",
        "The app's monthly allowance of CorePlus calls is used up.",
        kind="AUTHORIZATION",
        status=403,
    )


def system_failure(status: int) -> Refused:
    """10000: something broke at QuickBooks."""
    return Refused(
        "10000",
        "An application error has occurred while processing your request",
        "System Failure Error: An unexpected error has occurred.",
        kind="SystemFault",
        status=status,
    )
