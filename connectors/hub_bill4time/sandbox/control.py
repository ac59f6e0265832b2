"""Driving the sandbox from another process: addresses below ``/sandbox/``, neither metered nor limited.

POST /sandbox/clock          {"advance": seconds}
POST /sandbox/faults         {"fault": "drop", "on": "timeEntries", "after": 2, ...}; see ``pages.OWN_FAULTS``
POST /sandbox/clear-faults
POST /sandbox/switches       {"page_cap": 50, "casing": "camel", ...}; see ``Switches``
POST /sandbox/key            gives a new key: {"api_key": ...}
POST /sandbox/reset-counts
POST /sandbox/objects/clients        {"clientName": "Acme", ...} enters one; gives it
GET  /sandbox/counts         {"requests": {"total": 3, ...}, "objects": {"clients": 12, ...}}
GET  /sandbox/objects/clients
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import simplejson

from hub.sdk.loopback import Answer
from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.resources import RESOURCES

if TYPE_CHECKING:
    from hub.sdk.loopback import Request
    from hub_bill4time.sandbox import Bill4TimeSandbox

ROOT = "/sandbox/"


def control(sandbox: Bill4TimeSandbox, request: Request) -> Answer:
    """Answer a request of whoever drives the sandbox."""
    place = request.path.removeprefix(ROOT)
    try:
        found = _look(sandbox, place) if request.method == "GET" else _drive(sandbox, place, request)
    except (Refused, ValueError, TypeError, KeyError) as error:
        return _answer({"error": str(error)}, 400)
    return _answer({"error": "no such place"}, 404) if found is None else _answer(found)


def _look(sandbox: Bill4TimeSandbox, place: str) -> dict[str, Any] | None:
    if place == "counts":
        objects = {name: sandbox.firm.number(name) for name in RESOURCES}
        return {"requests": sandbox.requests, "objects": objects}
    where, _, name = place.partition("/")
    if where == "objects" and name in RESOURCES:
        return {name: sandbox.firm.all(name)}
    return None


def _drive(sandbox: Bill4TimeSandbox, place: str, request: Request) -> dict[str, Any] | None:
    document = simplejson.loads(request.content, use_decimal=True) if request.content else {}
    if not isinstance(document, dict):
        raise ValueError("The body is no JSON object.")  # noqa: TRY004 -- it is what arrived that is wrong
    where, _, name = place.partition("/")
    if where == "objects" and name in RESOURCES:
        return sandbox.firm.add(name, **document)
    if place == "key":
        return {"api_key": sandbox.renew_key()}
    if place == "clock":
        sandbox.advance(timedelta(seconds=float(document["advance"])))
    elif place == "faults":
        sandbox.tell(document.pop("fault"), **_plain(document))
    elif place == "clear-faults":
        sandbox.faults.clear()
    elif place == "switches":
        sandbox.switches.set(**document)
    elif place == "reset-counts":
        sandbox.reset_requests()
    else:
        return None
    return {}


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """Seconds as a plain number."""
    return {name: float(value) if name == "seconds" else value for name, value in document.items()}


def _answer(document: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, simplejson.dumps(document, use_decimal=True, default=_day))


def _day(value: Any) -> str:  # noqa: ANN401 -- whatever JSON has no word for
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not JSON.")
