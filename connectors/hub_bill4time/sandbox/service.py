"""What the API answers: who may ask, how often, and for what."""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from hub.sdk.loopback import Answer, Site
from hub_bill4time.sandbox.control import ROOT, control
from hub_bill4time.sandbox.pages import Pages
from hub_bill4time.sandbox.query import parse
from hub_bill4time.sandbox.refusals import BadRequest, error_answer
from hub_bill4time.sandbox.resources import at_address

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from hub.sdk.loopback import Fault, Request
    from hub_bill4time.sandbox import Bill4TimeSandbox
    from hub_bill4time.sandbox.schema import Resource

_PLACE = re.compile(
    r"/(b4t-api/(?P<key>[^/]+)/(?P<version>v1|v2)|apinode/(?P<old>[^/]+)/v1)/(?P<what>[^/]+)/?"
)
_MINUTE = timedelta(minutes=1)


class Service(Site):
    """Answers requests, each in one transaction, one at a time."""

    methods: ClassVar[Collection[str]] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    control: ClassVar[str] = ROOT

    def __init__(self, sandbox: Bill4TimeSandbox) -> None:
        self._sandbox = sandbox
        self.faults = sandbox.faults
        self.counts: Counter[str] = Counter()
        self._pages = Pages(sandbox.firm.store, sandbox.switches, sandbox.faults)
        self._asked: deque[datetime] = deque()

    def answer(self, request: Request) -> Answer:
        """Answer a request."""
        with self._sandbox.firm.store.transaction():
            try:
                return self._route(request)
            except BadRequest as bad:
                headers = {"Retry-After": bad.retry_after} if bad.retry_after else {}
                return error_answer(bad.status, str(bad), headers=headers)

    def drive(self, request: Request) -> Answer:
        """Do what whoever drives the sandbox asks for."""
        return control(self._sandbox, request)

    def sorts_of(self, request: Request) -> Collection[str]:
        """Which sorts of request this is, of those on which faults are told."""
        resource = self._resource(_PLACE.fullmatch(request.path))
        return ("read", resource.name) if resource else ("read",)

    def failed(self, status: int) -> Answer:
        """Say that Bill4Time failed."""
        return error_answer(status, "Something went wrong.")

    def throttled(self, fault: Fault) -> Answer:
        """Say that the client asks too often."""
        del fault
        return error_answer(429, "Too many requests.")

    # ------------------------------------------------------------ within

    def _route(self, request: Request) -> Answer:
        place = _PLACE.fullmatch(request.path)
        resource = self._resource(place)
        self.counts.update(["total", *([resource.name] if resource else [])])
        if request.method != "GET":
            return error_answer(405, "This API only reads.", headers={"Allow": "GET"})
        if place is None:
            raise BadRequest(404, "There is no such address.")
        self._admit(place, resource)
        if resource is None:
            raise BadRequest(404, f"There is no resource {place['what']!r}.")
        camel = self._sandbox.switches.casing == "camel"
        shown = resource.shown(place["version"] or "v1", camel=camel)
        return self._pages.answer(resource, parse(request.query, shown))

    def _resource(self, place: re.Match[str] | None) -> Resource | None:
        if place is None:
            return None
        misspelt = self._sandbox.switches.misspelt_payments
        return at_address(place["version"] or "v1", place["what"], misspelt=misspelt)

    def _admit(self, place: re.Match[str], resource: Resource | None) -> None:
        switches = self._sandbox.switches
        if self.faults.take("expire", ("read", resource.name if resource else "")):
            self._sandbox.expired = True
        key, version = unquote(place["key"] or place["old"]), place["version"] or "v1"
        fits = key == self._sandbox.api_key and switches.key_opens in {"both", version}
        if not fits or self._sandbox.expired:
            raise BadRequest(switches.wrong_key, "The API key is not valid.")
        if switches.limits and switches.per_minute is not None:
            self._meter(switches.per_minute)

    def _meter(self, per_minute: int) -> None:
        now = self._sandbox.clock.now()
        while self._asked and self._asked[0] <= now - _MINUTE:
            self._asked.popleft()
        if len(self._asked) >= per_minute:
            left = self._asked[0] + _MINUTE - now if self._asked else _MINUTE
            wait = str(math.ceil(left.total_seconds())) if self._sandbox.switches.retry_after else ""
            raise BadRequest(429, "Too many requests.", retry_after=wait)
        self._asked.append(now)
