"""Writing: one batch, its answers matched by their ids, and each of the five ends said.

A batch carries a request id, made of the name that the hub gave the call, and each item an id made of its
intent's key. QuickBooks answers a repeat of both with its first answer, so that a batch whose answer was lost
is sent again as it was (Intuit: request id and item id together have at most 50 characters).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hub.sdk import (
    Action,
    HubError,
    Kind,
    NotSent,
    Outcome,
    Rejected,
    SourceFailed,
    Unknown,
    Written,
)
from hub_quickbooks.books import Unfit
from hub_quickbooks.documents import applications, document_of, link_of
from hub_quickbooks.faults import BREATH, Means, faults_in
from hub_quickbooks.rows import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hub.sdk import End, Intent
    from hub_quickbooks.books import Books
    from hub_quickbooks.clashes import Clashes
    from hub_quickbooks.faults import Fault
    from hub_quickbooks.payloads import Document
    from hub_quickbooks.wire import Wire

_PRIVATE = ("Description", "PrivateNote", "CustomerMemo")
_TRIES_WHEN_STALE = 2
_CREDITS = frozenset({Kind.WRITE_OFF, Kind.CREDIT_NOTE})
_SALES = frozenset({"Invoice", "CreditMemo"})


class Item:
    """One intent on its way: what is sent for it, and how that ended."""

    def __init__(self, intent: Intent, entity: str, document: Document) -> None:
        self.intent = intent
        self.entity = entity
        self.document = document
        self.number = item_id(intent.key)

    @property
    def operation(self) -> str:
        """What the batch is asked to do with it."""
        return "create" if self.intent.action is Action.CREATE else "update"


class Writer:
    """Writes to one company."""

    def __init__(
        self,
        wire: Wire,
        books: Books,
        clashes: Clashes,
        *,
        wrote: Callable[[str, Mapping[str, Any]], None],
        too_long: Callable[[], None],
    ) -> None:
        self._wire = wire
        self._books = books
        self._clashes = clashes
        self._wrote = wrote
        self._too_long = too_long

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Make one call for all of them, and say how each ended."""
        voids = [one for one in intents if one.action is Action.VOID]
        for intent in voids:
            yield Outcome(intent.key, self._void(intent))
        items: list[Item] = []
        for intent in intents:
            if intent.action is not Action.VOID:
                made = self._made(intent)
                if isinstance(made, Item):
                    items.append(made)
                else:
                    yield Outcome(intent.key, made)
        if items:
            yield from self._batch(items)

    def _made(self, intent: Intent) -> Item | End:
        """The item of an intent; or its end, where it cannot be sent as things are."""
        try:
            entity, document = document_of(intent, self._books)
        except Unfit as unfit:
            return unfit.end
        except HubError as error:
            return _not_sent(error)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            return _incomplete(error)
        if intent.action is Action.UPDATE:
            if intent.source in _SALES and intent.source != entity:
                return _turned(intent)
            document = _changes(intent, document)
            entity = "Vendor" if intent.source == "Vendor" else entity
        return Item(intent, entity, document)

    def _batch(self, items: Sequence[Item]) -> Iterator[Outcome]:
        answers = self._call(request_id(items[0].intent), items)
        ends = {item.intent.key: self._end(item, answers) for item in items}
        ends |= self._linked([item for item in items if _is_to_link(item, ends[item.intent.key])], ends)
        for item in items:
            yield Outcome(item.intent.key, ends[item.intent.key])

    def _call(self, name: str, items: Sequence[Item]) -> Mapping[str, Mapping[str, Any]] | NotSent | Unknown:
        """One batch; the answers by item id, or how the whole call ended."""
        body = {"BatchItemRequest": [_asked(item) for item in items]}
        private = _texts_in([item.document for item in items])
        try:
            answer = self._wire.post("batch", body, private=private, requestid=name)
        except HubError as error:
            return _not_sent(error)
        if isinstance(answer, Unknown):
            self._too_long()
            return answer
        if isinstance(answer, NotSent):
            return answer
        responses = answer.document.get("BatchItemResponse") if isinstance(answer.document, dict) else None
        if answer.status < HTTPStatus.BAD_REQUEST and isinstance(responses, list):
            return {str(one.get("bId")): one for one in responses if isinstance(one, dict)}
        return whole_call(answer.status, answer.faults)

    def _end(self, item: Item, answers: Mapping[str, Mapping[str, Any]] | NotSent | Unknown) -> End:
        if isinstance(answers, NotSent | Unknown):
            return answers
        answer = answers.get(item.number)
        if answer is None:
            return Unknown("QuickBooks' answer says nothing of it")
        faults = faults_in(answer, _texts_in([item.document]))
        if faults:
            return self._refused(item, faults[0])
        found = next((one for one in answer.values() if isinstance(one, dict) and "Id" in one), None)
        return self._written(item, found) if found else Unknown("QuickBooks' answer does not say its id")

    def _written(self, item: Item, found: Mapping[str, Any]) -> End:
        self._wrote(item.entity, found)
        return written(item.intent.kind, item.entity, found)

    def _refused(self, item: Item, fault: Fault) -> End:
        """What a refusal means; what is stale is read again, a name or number that is used is looked at."""
        if fault.meaning.means is Means.STALE and item.intent.action is Action.UPDATE:
            return self._again(item)
        renamed = self._clashes.renamed(item, fault)
        if renamed is not None:
            return self._single(renamed, call_id(f"{item.intent.key} renamed"))
        known = self._clashes.known(item, fault) if item.intent.action is Action.CREATE else None
        return known or fault.end()

    def _again(self, item: Item) -> End:
        """Read what somebody changed meanwhile, and send our own fields once more, and no others.

        What is empty with us may be what was just filled in there: it is left alone.
        """
        end: End = Unknown("")
        for attempt in range(_TRIES_WHEN_STALE):
            try:
                found = self._wire.get(f"{item.entity.lower()}/{item.intent.external_id}")[item.entity]
            except SourceFailed as error:
                return _not_sent(error)
            fresh = {**_filled(item.document), "SyncToken": str(found["SyncToken"])}
            again = Item(item.intent, item.entity, fresh)
            end = self._single(again, call_id(f"{item.intent.key} {attempt} {fresh['SyncToken']}"))
            if not (isinstance(end, Rejected) and end.code == "5010"):
                break
        return end

    def _single(self, item: Item, name: str) -> End:
        """Write one object by itself."""
        answer = self._post(item.entity, item.document, name)
        if not isinstance(answer, dict):
            return answer
        found = answer.get(item.entity)
        return self._written(item, found) if found else Unknown("QuickBooks' answer does not say its id")

    def _post(self, entity: str, document: Document, name: str, **params: str) -> Document | End:
        try:
            answer = self._wire.post(
                entity.lower(), document, private=_texts_in([document]), requestid=name, **params
            )
        except HubError as error:
            return _not_sent(error)
        if isinstance(answer, NotSent | Unknown):
            return answer
        if answer.status < HTTPStatus.BAD_REQUEST and not answer.faults and isinstance(answer.document, dict):
            return answer.document
        one = answer.faults[0] if answer.faults else None
        return one.end() if one and _speaks(answer.status) else whole_call(answer.status, answer.faults)

    # Voids.

    def _void(self, intent: Intent) -> End:
        """Void an invoice or payment: its amounts become zero, its number stays."""
        entity, token = intent.source, intent.version or "0"
        if entity == "CreditMemo":
            return _by_hand("an invoice below zero is a credit memo there, which only a person can void")
        end: End = Unknown("")
        for attempt in range(_TRIES_WHEN_STALE + 1):
            document: Document = {"Id": intent.external_id, "SyncToken": token}
            params = {"operation": "void"}
            if entity == "Payment":
                document["sparse"] = True
                params = {"operation": "update", "include": "void"}
            name = call_id(f"{intent.key} void {attempt} {token}")
            answer = self._post(entity, document, name, **params)
            if isinstance(answer, dict):
                found = answer.get(entity) or {"Id": intent.external_id}
                self._wrote(entity, found)
                return written(intent.kind, entity, found)
            end = answer
            if not (isinstance(end, Rejected) and end.code == "5010"):
                break
            token = self._token_of(entity, intent.external_id) or token
        return end

    def _token_of(self, entity: str, number: str) -> str:
        try:
            return str(self._wire.get(f"{entity.lower()}/{number}")[entity]["SyncToken"])
        except SourceFailed:
            return ""

    # Credits, which are applied to their invoices by a payment of nothing.

    def _linked(self, items: Sequence[Item], ends: Mapping[str, End]) -> dict[str, End]:
        if not items:
            return {}
        links = []
        for item in items:
            end = ends[item.intent.key]
            assert isinstance(end, Written), "only what is written is linked"
            links.append(Item(item.intent, "Payment", link_of(item.intent, end.external_id)))
        answers = self._call(request_id(items[0].intent, "link"), links)
        return {link.intent.key: _end_of_link(link, ends[link.intent.key], answers) for link in links}


def _is_to_link(item: Item, end: End) -> bool:
    is_credit = item.intent.kind in _CREDITS and item.intent.action is Action.CREATE
    return is_credit and isinstance(end, Written) and bool(applications(item.intent.payload))


def _end_of_link(link: Item, end: End, answers: Mapping[str, Mapping[str, Any]] | NotSent | Unknown) -> End:
    """How a credit ends that is there: its own version is another one since it was applied.

    One that was not applied is only half of what was asked for: looking it up says so, until it is.
    """
    answer = None if isinstance(answers, NotSent | Unknown) else answers.get(link.number)
    if answer is None:
        return Unknown("it is there, and nobody knows whether it was applied")
    if faults := faults_in(answer):
        return Unknown(f"it is there, but not applied: {faults[0].told()}")
    assert isinstance(end, Written), "only what is written is linked"
    return replace(end, version=None)


def _not_sent(error: HubError) -> NotSent:
    """What was raised before a call was made (nobody is signed in, no token can be kept): not sent."""
    return NotSent(reason=str(error).rstrip("."))


def _turned(intent: Intent) -> Rejected:
    """What was a charge is a credit now, or the other way round: QuickBooks has two record types for it."""
    what = "an invoice" if intent.source == "Invoice" else "a credit memo"
    return _by_hand(f"it stands there as {what}, and its total has the other sign now")


def _by_hand(told: str) -> Rejected:
    return Rejected("by-hand", told, remedy="Correct it there by hand, then accept.")


def whole_call(status: int, faults: Sequence[Fault]) -> NotSent | Unknown:
    """How all of a call ended that was answered as a whole: it was not done, or nobody knows."""
    told = f"QuickBooks says that {faults[0].reason}" if faults else f"QuickBooks answers {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or (faults and faults[0].meaning.means is Means.LATER):
        return NotSent(BREATH, reason=told)
    # A page of HTML says nothing of what happened behind it (seen with 404 on batches).
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not faults:
        return Unknown(told)
    return Unknown(told) if faults[0].meaning.means is Means.DOUBT else NotSent(reason=told)


def _speaks(status: int) -> bool:
    """Whether an answer speaks about the record, and not about the caller."""
    about_caller = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in about_caller


def request_id(intent: Intent, what: str = "") -> str:
    """The request id of the batch that an intent was first sent in."""
    return call_id(f"{intent.call or intent.key} {what}")


def call_id(text: str) -> str:
    """A request id, of 32 characters: no other call of the company has it."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def item_id(key: str) -> str:
    """The id of an item in its batch, of ten characters."""
    return hashlib.blake2b(key.encode(), digest_size=5).hexdigest()


def _incomplete(error: Exception) -> Rejected:
    """A payload that lacks a field that every object of its sort needs, or has something odd in it."""
    field = str(error.args[0]) if isinstance(error, KeyError) else ""
    told = f"the mapping does not give {field}" if field else "the mapping gives a value of the wrong sort"
    return Rejected("payload", told, field, "Correct mappings/quickbooks.toml.")


def _asked(item: Item) -> Document:
    return {"bId": item.number, "operation": item.operation, item.entity: item.document}


def _changes(intent: Intent, document: Document) -> Document:
    """Only what the hub owns: all else at the object stays as it is."""
    kept = {name: value for name, value in document.items() if name != "PrivateNote"}
    return {**kept, "Id": intent.external_id, "SyncToken": intent.version or "0", "sparse": True}


def _filled(document: Document) -> Document:
    """A document without its empty texts, and without parts that hold nothing else."""
    parts = {name: _filled(value) if isinstance(value, dict) else value for name, value in document.items()}
    return {name: value for name, value in parts.items() if value not in ("", {})}


def _texts_in(documents: Iterable[Any]) -> set[str]:
    """The texts that no message may quote."""
    found: set[str] = set()
    for one in documents:
        if isinstance(one, dict):
            found |= {str(one[name]) for name in _PRIVATE if isinstance(one.get(name), str) and one[name]}
            found |= _texts_in(one.values())
        elif isinstance(one, list):
            found |= _texts_in(one)
    return found
