"""Lists the kinds of one account, with the parts of a document put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Page, SourceMissing, Upsert
from hub_bill4time.amounts import add_parts, number, with_amount
from hub_bill4time.paging import Pager
from hub_bill4time.resources import APPLIED, EXPENSES, INVOICES, OF_KIND, PAYMENTS, TIME, Resource
from hub_bill4time.spool import Spool
from hub_bill4time.window import Window, window
from hub_bill4time.wire import Unanswerable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from hub.sdk import Clock, Cursor
    from hub_bill4time.paging import Batch, Row
    from hub_bill4time.settings import Bill4TimeSettings
    from hub_bill4time.wire import Wire

_LINES = (TIME, EXPENSES)
_PAGE = 500
_OWNER_IN_V2 = {"invoiceId": "internalInvoiceId"}
"""How version 2 calls a system's id where it has a firm's number beside it."""
BALANCE_ADJUSTMENTS = "balanceAdjustments"
"""The source of those rows of payments that are none."""


class Listing:
    """What one run reads of an account."""

    def __init__(self, wire: Wire, config: Bill4TimeSettings, clock: Clock) -> None:
        self._wire = wire
        self._config = config
        self._clock = clock
        self._pager = Pager(wire, config.page_size)
        self._names: dict[str, str] = {}
        self._spool: Spool | None = None
        self._swept: set[str] = set()
        """The resources of which every billed row is in the spool."""
        self._flat: set[str] = set()
        """The projects that are billed at a flat fee."""
        self._paid: tuple[date | None, bool] | None = None
        """Since when payments are put aside with what they were applied to, and whether all were seen."""

    def close(self) -> None:
        """Remove what was put aside."""
        if self._spool is not None:
            self._spool.close()

    def pages(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """A kind: what was created lately, or all of it.

        Raises:
            SourceFailed: the listing broke off.
            SourceMissing: the account has no such resource.

        """
        today = self._clock.now().date()
        days, sweep = self._config.window_days, self._config.sweep_days
        span = window(cursor, today, days=days, sweep_days=sweep if OF_KIND[kind].created else 0)
        try:
            yield from self._pages(kind, span)
        except Unanswerable:
            if span.since is None:
                raise
            # It cannot be asked for what was created since a day.
            yield from self._pages(kind, window(None, today, days=days, sweep_days=sweep))

    def _pages(self, kind: Kind, span: Window) -> Iterator[Page]:
        match kind:
            case Kind.INVOICE:
                yield from self._invoices(span)
            case Kind.PAYMENT | Kind.WRITE_OFF:
                yield from self._payments(span, kind)
            case Kind.TRUST_TRANSACTION:
                yield from self._plain(OF_KIND[kind], span, _with_direction)
            case Kind.TIME_ENTRY | Kind.EXPENSE:
                yield from self._entries(OF_KIND[kind], span)
            case Kind.MATTER:
                yield from self._plain(OF_KIND[kind], span, self._project)
            case _:
                yield from self._plain(OF_KIND[kind], span, dict)

    def _project(self, row: Row) -> Row:
        if str(row.get("billingMethod") or "").casefold() == "flat fee":
            self._flat.add(str(row["id"]))
        return row

    def _plain(self, resource: Resource, span: Window, finish: Callable[[Row], Row]) -> Iterator[Page]:
        """Each row is a record."""
        sound = True
        for batch in self._batches(resource, span.conditions(resource.created)):
            sound &= batch.sound
            yield Page(
                [_upsert(resource.name, finish(row)) for row in batch.rows],
                changes_only=_only(resource.name, span),
            )
        yield _last(resource.name, span, sound=sound)

    def _entries(self, resource: Resource, span: Window) -> Iterator[Page]:
        """Each row is a record; those on an invoice are put aside for it."""
        sound = True
        for batch in self._batches(resource, span.conditions(resource.created)):
            sound &= batch.sound
            rows = [with_amount(row) for row in batch.rows]
            self._aside.put(resource.name, "invoiceId", rows)
            yield Page([_upsert(resource.name, row) for row in rows], changes_only=_only(resource.name, span))
        if sound and span.since is None:
            self._swept.add(resource.name)
        yield _last(resource.name, span, sound=sound)

    def _invoices(self, span: Window) -> Iterator[Page]:
        """Each row with the time entries and expenses that it bills."""
        sound = self._put_aside(INVOICES, span)
        for resource in _LINES:
            if resource.name not in self._swept:
                sound &= self._put_parts_aside(INVOICES, resource, "invoiceId")
        yield from self._documents(INVOICES.name, INVOICES, span, self._with_lines)
        yield _last(INVOICES.name, span, sound=sound)

    def _with_lines(self, invoice: Row) -> Row:
        for resource in _LINES:
            invoice[resource.name] = self._aside.of(resource.name, int(invoice["id"]))
        add_parts(invoice, flat=str(invoice.get("projectId")) in self._flat)
        return invoice

    def _payments(self, span: Window, kind: Kind) -> Iterator[Page]:
        """Each row with what it was applied to; those that only set a balance right are write-offs."""
        if self._paid is None or self._paid[0] != span.since:
            sound = self._put_aside(PAYMENTS, span)
            self._paid = span.since, self._put_parts_aside(PAYMENTS, APPLIED, "paymentId") and sound
        sound = self._paid[1]
        is_wanted = kind is Kind.WRITE_OFF
        source = BALANCE_ADJUSTMENTS if is_wanted else PAYMENTS.name
        finish = self._with_applications
        yield from self._documents(source, PAYMENTS, span, finish, lambda row: _adjusts(row) is is_wanted)
        yield _last(source, span, sound=sound)

    def _with_applications(self, payment: Row) -> Row:
        payment["applications"] = self._aside.of(APPLIED.name, int(payment["id"]))
        payment["_amount"] = amount = number(payment, "paymentAmount", "credit")
        payment["_fromTrust"] = _is_from_trust(payment)
        if _adjusts(payment) and (amount < 0 or number(payment, "debit") > 0):
            raise ValueError("This adjustment raises what the client owes: it is no write-off.")
        return payment

    @property
    def _aside(self) -> Spool:
        if self._spool is None:
            self._spool = Spool()
        return self._spool

    def _put_aside(self, resource: Resource, span: Window) -> bool:
        """Put the rows of a resource aside; says whether all of them were seen."""
        sound, kept = True, f"{resource.name} whole"
        self._aside.clear(kept)
        for batch in self._batches(resource, span.conditions(resource.created)):
            sound &= batch.sound
            self._aside.put(kept, "id", batch.rows)
        return sound

    def _put_parts_aside(self, whole: Resource, part: Resource, owner: str) -> bool:
        """Put aside what belongs to the rows that were: in as few questions as there are pages of it."""
        bounds = self._aside.bounds(f"{whole.name} whole")
        if bounds is None:
            return True
        asked = _OWNER_IN_V2.get(owner, owner) if self._config.version == "v2" else owner
        between = (f"{asked} ge {bounds[0]}", f"{asked} le {bounds[1]}")
        try:
            return self._put_all_aside(part, owner, between)
        except Unanswerable:
            return self._put_all_aside(part, owner, ())

    def _put_all_aside(self, part: Resource, owner: str, conditions: Sequence[str]) -> bool:
        sound = True
        for batch in self._batches(part, conditions):
            sound &= batch.sound
            self._aside.put(part.name, owner, [with_amount(row) for row in batch.rows])
        return sound

    def _documents(
        self,
        source: str,
        resource: Resource,
        span: Window,
        finish: Callable[[Row], Row],
        wanted: Callable[[Row], bool] = bool,
    ) -> Iterator[Page]:
        items: list[Upsert] = []
        for row in self._aside.all(f"{resource.name} whole"):
            if wanted(row):
                items.append(_finished(source, row, finish))
            if len(items) == _PAGE:
                yield Page(items, changes_only=_only(source, span))
                items = []
        yield Page(items, changes_only=_only(source, span))

    def _batches(self, resource: Resource, conditions: Sequence[str]) -> Iterator[Batch]:
        """All batches of a resource, by whichever of its names is known here."""
        if resource.name in self._names or not self._other_names(resource):
            yield from self._pager.batches(
                self._names.get(resource.name, resource.name), resource.own, conditions
            )
            return
        for name in self._other_names(resource):
            batches = self._pager.batches(name, resource.own, conditions)
            try:
                first = next(batches, None)
            except SourceMissing:
                continue
            self._names[resource.name] = name
            if first is not None:
                yield first
                yield from batches
            return
        names = " or ".join(self._other_names(resource))
        raise SourceMissing(f"This account has no {names}.")

    def _other_names(self, resource: Resource) -> tuple[str, ...]:
        return resource.other_names if self._config.version == "v2" else ()


def _upsert(source: str, row: Row, problem: str = "") -> Upsert:
    return Upsert(source, str(row["id"]), row, problem=problem)


def _finished(source: str, row: Row, finish: Callable[[Row], Row]) -> Upsert:
    try:
        return _upsert(source, finish(row))
    except ValueError as error:
        return _upsert(source, row, str(error))


def _only(source: str, span: Window) -> frozenset[str]:
    """The source, if only part of it is shown."""
    return frozenset() if span.since is None else frozenset({source})


def _last(source: str, span: Window, *, sound: bool) -> Page:
    notices = () if sound else (_UNSOUND.format(source=source),)
    return Page(
        (), span.cursor if sound else None, complete=sound, notices=notices, changes_only=_only(source, span)
    )


_UNSOUND = "{source} changed while they were listed: what is missing there is known with the next run."


def _with_direction(row: Row) -> Row:
    """A trust transaction with which way the money went: a deposit and a withdrawal differ by their sign."""
    if _is_true(row.get("isTransfer")):
        row["_direction"] = "transfer"
    elif _is_true(row.get("isPayment")):
        row["_direction"] = "payment"
    else:
        row["_direction"] = "withdrawal" if str(row.get("amount", "")).strip().startswith("-") else "deposit"
    row["_amount"] = str(row.get("amount", "")).strip().removeprefix("-")
    return row


def _is_from_trust(row: Row) -> bool:
    """Whether a payment came out of trust: version 2 names the movement, version 1 at most its sort."""
    sorts = " ".join(str(row.get(name) or "") for name in ("paymentType", "paymentMethod"))
    return str(row.get("trustAccountingId") or "0") != "0" or "trust" in sorts.casefold()


def _adjusts(row: Row) -> bool:
    return _is_true(row.get("isBalanceAdjustment"))


def _is_true(value: Any) -> bool:  # noqa: ANN401 -- any vendor value
    return str(value).strip().casefold() in {"true", "1", "yes", "y"}
