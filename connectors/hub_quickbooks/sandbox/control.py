"""Driving the sandbox from another process: addresses below ``/sandbox/``, neither metered nor limited.

POST /sandbox/clock          {"advance": seconds}
POST /sandbox/faults         {"fault": "drop", "on": "batch", "times": 1, ...}; see ``misbehaviour``
POST /sandbox/preferences    {"SalesFormsPrefs": {"CustomTxnNumbers": false}}
POST /sandbox/switches       {"rotate_always": true, "remembers": seconds, ...}; see ``Switches``
POST /sandbox/reset-counts
GET  /sandbox/counts         {"month": {...}, "total": {...}, "objects": {...}}
GET  /sandbox/objects/Invoice
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.exchange import document_of, plain_answer
from hub_quickbooks.sandbox.refusals import Refused
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from hub.sdk.loopback import Answer, Request
    from hub_quickbooks.sandbox.company import Company
    from hub_quickbooks.sandbox.document import Body

ROOT = "/sandbox/"


def control(company: Company, request: Request) -> Answer:
    """Answer a request of whoever drives the sandbox."""
    place = request.path.removeprefix(ROOT)
    try:
        if request.method == "GET":
            return _look(company, place)
        return _drive(company, place, request)
    except (Refused, ValueError, TypeError, KeyError) as error:
        return plain_answer({"error": str(error)}, 400)


def _look(company: Company, place: str) -> Answer:
    if place == "counts":
        objects = company.object_counts()
        return plain_answer({"month": company.month_counts, "total": company.counts, "objects": objects})
    where, _, entity = place.partition("/")
    if where == "objects" and entity in ENTITIES:
        return plain_answer({entity: company.all(entity)})
    return _nowhere()


def _drive(company: Company, place: str, request: Request) -> Answer:
    document = document_of(request) if request.content else {}
    if place == "clock":
        company.advance(timedelta(seconds=float(document["advance"])))
    elif place == "faults":
        company.tell(document.pop("fault"), **_plain(document))
    elif place == "preferences":
        for group, preferences in document.items():
            company.prefer(group, **preferences)
    elif place == "switches":
        _switch(company, document)
    elif place == "reset-counts":
        company.reset_counts()
    else:
        return _nowhere()
    return plain_answer({})


def _switch(company: Company, document: Body) -> None:
    for name, value in document.items():
        known = getattr(company.switches, name, None) if name != "read_allowance" else value
        if known is None and name != "read_allowance":
            message = f"No switch {name!r}."
            raise ValueError(message)
        setattr(company.switches, name, _of_sort(known, value))


def _of_sort(known: object, value: object) -> object:
    if isinstance(known, timedelta):
        return timedelta(seconds=float(str(value)))
    return Decimal(str(value)) if isinstance(known, Decimal) else value


def _plain(document: Body) -> Body:
    """Seconds as a plain number."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in document.items()}


def _nowhere() -> Answer:
    return plain_answer({"error": "no such place"}, 404)
