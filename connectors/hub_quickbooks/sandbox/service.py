"""What the company answers: who may ask, how often, and what."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, ClassVar

from hub.sdk.loopback import Site
from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.batch import Batch
from hub_quickbooks.sandbox.control import ROOT, control
from hub_quickbooks.sandbox.counts import check_allowance, count
from hub_quickbooks.sandbox.exchange import (
    answer,
    document_of,
    fault_answer,
    plain_answer,
    text_of,
    xml_answer,
)
from hub_quickbooks.sandbox.limits import Windows
from hub_quickbooks.sandbox.misbehaviour import FORGET_BATCHES, ON, BooksFault
from hub_quickbooks.sandbox.replies import key_of, recall, remember
from hub_quickbooks.sandbox.schema import BY_ADDRESS
from hub_quickbooks.sandbox.search import changes, query, show
from hub_quickbooks.sandbox.writes import Operation, carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.sdk.loopback import Answer, Fault, Request
    from hub_quickbooks.sandbox.company import Company
    from hub_quickbooks.sandbox.document import Body, Json
    from hub_quickbooks.sandbox.entity import Entity

_PLACE = re.compile(r"/v3/company/([^/]+)/([a-z]+)(?:/([^/]+))?/?")
_SINGLE = {"preferences", "companyinfo"}
"""Of which a company has one, whatever id is asked for."""
TOKEN = "/oauth2/v1/tokens/bearer"  # noqa: S105 -- an address
REVOKE = "/v2/oauth2/tokens/revoke"
CONSENT = "/connect/oauth2"
DISCOVERY = "/.well-known/openid_configuration"


class Service(Site):
    """Answers requests, each in one transaction, one at a time."""

    control: ClassVar[str] = ROOT

    def __init__(self, company: Company) -> None:
        self._company = company
        self.faults = company.faults
        self._books = company.books
        self._windows = Windows()

    def answer(self, request: Request) -> Answer:
        """Do what a request asks for."""
        with self._company.transaction():
            try:
                return self._route(request)
            except refusals.Refused as refused:
                return fault_answer(refused, self._books.clock.now())

    def drive(self, request: Request) -> Answer:
        """Do what whoever drives the sandbox asks for."""
        return control(self._company, request)

    def sorts_of(self, request: Request) -> set[str]:
        """Which sorts of request this is, of those on which faults are told."""
        if request.path in {TOKEN, REVOKE}:
            return {"token"}
        place = _PLACE.fullmatch(request.path)
        what = place[2] if place else ""
        if what == "batch":
            return {"batch", "read" if _reads_only(request) else "write"}
        return {"read" if request.method == "GET" or what == "query" else "write"}

    def failed(self, status: int) -> Answer:
        """Say that QuickBooks failed."""
        return fault_answer(refusals.system_failure(status), self._books.clock.now())

    def throttled(self, fault: Fault) -> Answer:
        """Say that the client asks too often; in XML, if the fault says so."""
        now = self._books.clock.now()
        xml = isinstance(fault, BooksFault) and fault.xml
        return xml_answer(refusals.throttled(), now) if xml else fault_answer(refusals.throttled(), now)

    def headers(self) -> Mapping[str, str]:
        """Give the id by which Intuit's support finds an answer again."""
        return {"intuit_tid": f"1-{uuid.uuid4().hex}"}

    def _route(self, request: Request) -> Answer:
        oauth = self._company.oauth
        if request.path.rstrip("/") == DISCOVERY:
            return plain_answer(_discovered(f"http://{request.headers['host']}"))
        if request.path == CONSENT:
            return oauth.consent_page(request.query)
        if request.path in {TOKEN, REVOKE}:
            count(self._books, "token")
            return oauth.bearer(request) if request.path == TOKEN else oauth.revoke(request)
        place = _PLACE.fullmatch(request.path)
        if place is None:
            return plain_answer({"message": "no such place"}, 404)
        realm, what, number = place.groups()
        self._admit(request, realm, batch=what == "batch")
        self._count(request, what)
        with self._books.store.part():
            body = self._call(request, what, number)
        return answer(body, self._books.clock.now())

    def _admit(self, request: Request, realm: str, *, batch: bool) -> None:
        self._company.oauth.check(request)
        if realm != self._company.realm:
            raise refusals.wrong_company()
        now = self._books.clock.now().timestamp()
        if self._books.switches.limits and not self._windows.admit(now, batch=batch):
            count(self._books, "throttled")
            raise refusals.throttled()

    def _count(self, request: Request, what: str) -> None:
        """Count a write or a batch, whatever becomes of it."""
        if what == "batch" or (request.method == "POST" and what != "query"):
            count(self._books, "batch" if what == "batch" else "write")

    def _call(self, request: Request, what: str, number: str | None) -> Body | Json:
        if what == "batch":
            return self._batch(request)
        if what == "query":
            return self._read("query", lambda: {"QueryResponse": query(self._books, _statement(request))})
        if what == "cdc":
            return self._read("cdc", lambda: self._changes(request))
        if what not in BY_ADDRESS:
            raise refusals.unsupported(f"{request.method} {what}")
        entity = BY_ADDRESS[what]
        if request.method == "GET":
            return self._read("get", lambda: self._get(entity, "1" if what in _SINGLE else number or ""))
        return self._write(request, entity)

    def _read(self, sort: str, reading: Callable[[], Body]) -> Body:
        """Read, if the month has a read left; only one that succeeds counts."""
        check_allowance(self._books)
        body = reading()
        count(self._books, sort)
        return body

    def _get(self, entity: Entity, number: str) -> Body:
        row = self._books.found(entity, number)
        return {entity.name: show(self._books.store, row)}

    def _changes(self, request: Request) -> Body:
        names = [name.strip() for name in request.query.get("entities", "").split(",")]
        found = changes(self._books, names, request.query.get("changedSince", ""))
        return {"CDCResponse": [{"QueryResponse": found}]}

    def _batch(self, request: Request) -> Body:
        batch = Batch(self._books, request.query.get("requestid", ""), self._forgets)
        return batch.answer(document_of(request))

    def _forgets(self) -> bool:
        return self.faults.take(FORGET_BATCHES, ON) is not None

    def _write(self, request: Request, entity: Entity) -> Json:
        key = key_of(request.query.get("requestid", ""))
        known = recall(self._books, key)
        if known is not None:
            return known
        operation = Operation(request.query.get("operation", ""), request.query.get("include", ""))
        written = carry_out(self._books, entity, document_of(request), operation)
        remember(self._books, key, written)
        return written


def _statement(request: Request) -> str:
    return request.query.get("query", "") if request.method == "GET" else text_of(request)


def _discovered(url: str) -> Body:
    """Where everything is; OpenID itself is not there."""
    return {
        "issuer": url,
        "authorization_endpoint": url + CONSENT,
        "token_endpoint": url + TOKEN,
        "revocation_endpoint": url + REVOKE,
        "userinfo_endpoint": f"{url}/v1/openid_connect/userinfo",
        "jwks_uri": f"{url}/op/v1/jwks",
    }


def _reads_only(request: Request) -> bool:
    try:
        items = document_of(request).get("BatchItemRequest")
    except refusals.Refused:
        return False
    return isinstance(items, list) and all("Query" in item for item in items)
