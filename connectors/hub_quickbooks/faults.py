"""What QuickBooks says is wrong, and what that means for a record: one table.

Codes are those of Intuit's Accounting API v3. A fault comes in two shapes: ``Fault.Error`` for what is
wrong with a record, ``fault.error`` for what is wrong with the caller; the latter quotes the access token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from hub.sdk import NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk import End

BREATH = timedelta(seconds=60)
"""How long Intuit asks to wait after too many calls."""


class Means(Enum):
    """What a fault says about the write that it answers."""

    REFUSED = auto()
    """It was not done, and would not be done the next time."""
    LATER = auto()
    """It was not done; the same may be done in a while."""
    DOUBT = auto()
    """It may have been done."""
    STALE = auto()
    """Somebody changed the object meanwhile; it is read again."""
    SIGN_IN = auto()
    """It was not done, since we are not signed in."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means for the record, and what the person should do."""

    means: Means
    says: str
    remedy: str = ""


_MAPPING_BUG = "The mapping writes what QuickBooks does not take: correct mappings/quickbooks.toml."
_OPEN_PERIOD = "Open the period there, or date it into an open one at the source; then retry."

MEANINGS: Mapping[str, Meaning] = {
    "100": Meaning(Means.SIGN_IN, "it does not accept the sign-in", "Connect again."),
    "120": Meaning(Means.SIGN_IN, "the sign-in is not for this company", "Connect again."),
    "130": Meaning(Means.LATER, "the company is being moved"),
    "140": Meaning(Means.LATER, "the company is locked"),
    "150": Meaning(Means.LATER, "the company is under maintenance"),
    "429": Meaning(Means.LATER, "there were too many calls"),
    "500": Meaning(Means.REFUSED, "it does not know this operation", "This is a bug in the connector."),
    "600": Meaning(Means.DOUBT, "this call was made before"),
    "610": Meaning(
        Means.REFUSED,
        "what it refers to is not there, or was made inactive",
        "Make it active there (customer, item or account), then retry.",
    ),
    "620": Meaning(
        Means.REFUSED,
        "the transaction cannot be linked",
        "See whether the invoice is paid or void there; correct it there or at the source, then retry.",
    ),
    "1040": Meaning(Means.LATER, "the batch is too big"),
    "2010": Meaning(Means.REFUSED, "it does not know a field", _MAPPING_BUG),
    "2020": Meaning(Means.REFUSED, "a field that it needs is missing", "Fill it in at the source."),
    "2030": Meaning(Means.REFUSED, "an id is not one of its ids", _MAPPING_BUG),
    "2050": Meaning(Means.REFUSED, "a text is too long or too short", "Shorten it at the source."),
    "2080": Meaning(Means.REFUSED, "a number is none", _MAPPING_BUG),
    "2170": Meaning(Means.REFUSED, "a word is none of those that it knows", _MAPPING_BUG),
    "2500": Meaning(
        Means.REFUSED,
        "it refers to something of another company, or to what was deleted or made inactive",
        "See that customer, item and account are active there; then retry.",
    ),
    "3001": Meaning(Means.LATER, "there were too many calls"),
    "3100": Meaning(
        Means.SIGN_IN,
        "the app may not use this company",
        "See that the keys are of the same environment (production or sandbox); then connect again.",
    ),
    "3200": Meaning(Means.SIGN_IN, "the sign-in has run out", "Connect again."),
    "3201": Meaning(
        Means.SIGN_IN, "the user who signed in may not do this", "Connect as the company's administrator."
    ),
    "4001": Meaning(Means.REFUSED, "it does not understand a query", "This is a bug in the connector."),
    "4002": Meaning(
        Means.REFUSED,
        "it cannot read one of its own records",
        "Look there for a record with an invalid e-mail address, and correct it.",
    ),
    "5010": Meaning(
        Means.STALE, "somebody changes it there at this moment", "Wait until they are done, then retry."
    ),
    "5020": Meaning(Means.REFUSED, "the user may not do this", "Connect as the company's administrator."),
    "5030": Meaning(Means.REFUSED, "a feature is switched off there", "Switch it on there, then retry."),
    "6000": Meaning(Means.REFUSED, "a rule of the company forbids it", "Mend what it says, then retry."),
    "6070": Meaning(
        Means.REFUSED,
        "an amount is not quantity × price",
        "Choose a summary shape for invoices in mappings/quickbooks.toml, or correct the line at the source.",
    ),
    "6080": Meaning(Means.REFUSED, "it has no name", "Give it a name at the source."),
    "6100": Meaning(Means.REFUSED, "a tax code is neither TAX nor NON", _MAPPING_BUG),
    "6140": Meaning(
        Means.REFUSED,
        "its number is used there",
        "See which of the two is right: link them in hub review, or renumber one of them.",
    ),
    "6190": Meaning(
        Means.LATER, "the company's subscription has ended, it can only be read", "Renew it at Intuit."
    ),
    "6200": Meaning(Means.REFUSED, "the account's period is closed", _OPEN_PERIOD),
    "6210": Meaning(Means.REFUSED, "the books are closed for its date", _OPEN_PERIOD),
    "6240": Meaning(
        Means.REFUSED,
        "its name is used there, perhaps by what is inactive",
        "Run again: if it is a customer, hub review asks about it. Else rename one of the two.",
    ),
    "6310": Meaning(Means.REFUSED, "billable time has no customer", _MAPPING_BUG),
    "6430": Meaning(
        Means.REFUSED, "an account is of the wrong sort", "Choose another item or account in the mapping."
    ),
    "6540": Meaning(
        Means.REFUSED,
        "it is part of a deposit there and cannot be changed",
        "Take it out of the deposit there, then retry; or correct it there by hand and accept.",
    ),
    "10000": Meaning(Means.DOUBT, "it has a failure of its own"),
}

_OTHER = Meaning(Means.REFUSED, "it refuses it", "See what QuickBooks says, mend it, then retry.")
_SYSTEM = Meaning(Means.DOUBT, "it has a failure of its own")
_QUIET = frozenset({"2010", "2020", "2030", "2050", "2080", "2170"})
"""Codes whose detail may quote what was written; the field is named instead."""
_TOKEN_LIKE = re.compile(r"[A-Za-z0-9_\-.~+/=]{40,}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with nothing in its text that is secret.

    Args:
        code: Intuit's code, without leading zeros.
        message: what QuickBooks says, for a person.
        element: the field at fault, if it says.
        sort: its type, such as ``ValidationFault``.

    """

    code: str
    message: str
    element: str = ""
    sort: str = ""

    @property
    def meaning(self) -> Meaning:
        """What it means for the record."""
        if self.code in MEANINGS:
            return MEANINGS[self.code]
        return _SYSTEM if self.sort.casefold().startswith("system") else _OTHER

    def end(self) -> End:
        """How the write ended that it answers."""
        meaning, told = self.meaning, self.told()
        if meaning.means is Means.DOUBT:
            return Unknown(told)
        if meaning.means in (Means.REFUSED, Means.STALE):
            return Rejected(self.code, told, self.element, meaning.remedy)
        return NotSent(BREATH if meaning.means is Means.LATER else None, reason=self.reason)

    @property
    def reason(self) -> str:
        """Why nothing can be sent, and what a person can do about that."""
        return ". ".join(filter(None, (self.told(), self.meaning.remedy.rstrip("."))))

    def told(self) -> str:
        """What it means, and what QuickBooks itself says."""
        said = "" if self.code in _QUIET else self.message
        field = f" ({self.element})" if self.element and self.code in _QUIET else ""
        return f"{self.meaning.says}{field}" + (f": {said}" if said else "") + f" [{self.code}]"


def faults_in(document: object, private: Iterable[str] = ()) -> list[Fault]:
    """The faults that an answer holds, in either shape; none where it holds none.

    Texts that were written and are private are taken out of what they say.
    """
    if not isinstance(document, dict):
        return []
    body = document.get("Fault") or document.get("fault")
    if not isinstance(body, dict):
        return []
    sort = str(body.get("type") or "")
    errors = body.get("Error") or body.get("error") or []
    hidden = tuple(private)
    found = [_fault(error, sort, hidden) for error in errors if isinstance(error, dict)]
    return found or [Fault("", "", sort=sort)]


def _fault(error: Mapping[str, Any], sort: str, private: Iterable[str]) -> Fault:
    code = str(error.get("code") or "").lstrip("0")
    texts = [str(error.get(name) or error.get(name.casefold()) or "") for name in ("Message", "Detail")]
    text = max(texts, key=len) if texts[0] in texts[1] or texts[1] in texts[0] else ": ".join(texts)
    return Fault(code, scrubbed(text, private), str(error.get("element") or ""), sort)


def scrubbed(text: str, private: Iterable[str] = ()) -> str:
    """A text without what looks like a token, and without these private texts; on one line."""
    for one in sorted(private, key=len, reverse=True):
        text = text.replace(one, "[…]") if one else text
    return " ".join(_TOKEN_LIKE.sub("[redacted]", text).split()).rstrip(".")
