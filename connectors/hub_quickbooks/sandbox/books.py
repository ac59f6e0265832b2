"""The books of one company: every write is checked here, whoever makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.document import dumps
from hub_quickbooks.sandbox.fields import ReadOnly, clean_all
from hub_quickbooks.sandbox.moments import local_day
from hub_quickbooks.sandbox.renaming import show_name
from hub_quickbooks.sandbox.rules import RULES
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.entity import Entity
    from hub_quickbooks.sandbox.moments import Now
    from hub_quickbooks.sandbox.store import Row, Store

_CURRENCIES = {
    "USD": "United States Dollar",
    "CAD": "Canadian Dollar",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
}
_TAX_WORDS = ("TAX", "NON")


@dataclass(slots=True)
class Switches:
    """What nobody knows about QuickBooks, or what only sometimes happens there."""

    remembers: timedelta = timedelta(hours=24)
    """How long a requestid is known. Intuit does not say."""
    rotate_always: bool = False
    """Whether each refresh gives a new refresh token, instead of one a day."""
    tax_shift: Decimal = Decimal(0)
    """By how much automated sales tax moves a tax that was given (facts 2.4: cent differences occur)."""
    read_allowance: int | None = None
    """How many metered reads a month has."""
    limits: bool = True
    """Whether too many requests are answered with 429."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a request asks for beside its body."""

    duplicate_number: bool = False
    """``include=allowduplicatedocnum``."""


@dataclass(slots=True)
class Change:
    """A write while it is checked.

    Args:
        entity: of what.
        number: the id that the object has, or gets.
        body: the object as it will be stored.
        old: the object as it was; ``None`` for a new one.
        sent: the names of the fields that were sent.
        options: what else was asked for.

    """

    entity: Entity
    number: int
    body: Body
    old: Body | None = None
    sent: frozenset[str] = frozenset()
    options: Options = field(default_factory=Options)


class Books:
    """A company's objects, and the only way to change them."""

    def __init__(self, store: Store, clock: Now) -> None:
        self.store = store
        self.clock = clock
        self.switches = Switches()
        self._preferences: Body | None = None

    # ------------------------------------------------------------ what rules ask for

    def seconds(self) -> int:
        """The present instant in seconds since 1970."""
        return int(self.clock.now().timestamp())

    def today(self) -> date:
        """The present date of the company."""
        return local_day(self.clock.now())

    @property
    def preferences(self) -> Body:
        """The company's preferences; asked for at every write, and so kept."""
        if self._preferences is None:
            self._preferences = self.found(ENTITIES["Preferences"], 1).body
        return self._preferences

    def prefer(self, group: str, name: str, value: object) -> None:
        """Change a preference, as a person does; ``None`` takes it away."""
        row = self.found(ENTITIES["Preferences"], 1)
        body = row.body
        body.setdefault(group, {})[name] = value
        if value is None:
            del body[group][name]
        self.amend("Preferences", 1, lambda old: old.update(body))
        self._preferences = None

    def preference(self, group: str, name: str) -> Any:  # noqa: ANN401 -- a preference is any value
        """One preference; ``None`` where it is not set."""
        return self.preferences.get(group, {}).get(name)

    @staticmethod
    def entity(name: str) -> Entity:
        """An entity by its name."""
        return ENTITIES[name]

    def currency(self, code: str, place: str) -> Body:
        """A reference to a currency.

        Raises:
            Refused: there is none with this code.

        """
        if code not in _CURRENCIES:
            raise refusals.bad_reference(place, f"Currency element id {code}")
        return {"value": code, "name": _CURRENCIES[code]}

    def home_currency(self) -> str:
        """The code of the company's own currency."""
        home = self.preference("CurrencyPrefs", "HomeCurrency") or {"value": "USD"}
        return str(home["value"])

    def undeposited_funds(self) -> Body:
        """A reference to the account on which payments wait for a deposit."""
        (row,) = self.store.rows(
            "entity = 'Account' AND json_extract(keys, '$.AccountSubType') = 'UndepositedFunds'"
        )
        return self.reference(("Account",), str(row.id), "DepositToAccountRef")

    def discount_account(self) -> Body:
        """A reference to the account of discounts that name none."""
        number = str(self.preference("SalesFormsPrefs", "DefaultDiscountAccount"))
        return self.reference(("Account",), number, "DiscountAccountRef")

    def rename(self, entity: Entity, number: int) -> None:
        """Show the name that an object has now wherever it is referred to."""
        found = self._named((entity.name,), str(number))
        if found:
            show_name(self.store, entity.name, number, found[1])

    def reference(self, entities: tuple[str, ...], value: str, place: str) -> Body:
        """A reference with the name of what it refers to.

        Raises:
            Refused: there is no such object, or it is inactive.

        """
        if entities == ("Currency",):
            return self.currency(value, place)
        if entities == ("TaxCode",) and value in _TAX_WORDS:
            return {"value": value}
        found = self._named(entities, value)
        if found is None:
            raise refusals.bad_reference(place, f"{entities[0]} element id {value}")
        active, name = found
        if not active:
            raise refusals.not_found(place)
        return {"value": value, "name": name}

    def _named(self, entities: tuple[str, ...], value: str) -> tuple[int, str] | None:
        statement = (
            "SELECT active, coalesce(json_extract(keys, '$.FullyQualifiedName'), label) FROM object "
            "WHERE entity IN (SELECT value FROM json_each(?)) AND id = ?"
        )
        if not value.isdigit():
            return None
        found: tuple[int, str] | None = self.store.database.execute(
            statement, (dumps(entities), int(value))
        ).fetchone()
        return found

    def owned(self, customer: int, by: int) -> bool:
        """Whether a customer is another, or a sub-customer of it at any level."""
        seen: int | None = customer
        while seen is not None and seen != by:
            statement = "SELECT max(parent) FROM object WHERE entity = 'Customer' AND id = ?"
            seen = self.store.number(statement, (seen,)) or None
        return seen == by

    # ------------------------------------------------------------ writing

    def create(self, entity: Entity, sent: Body, options: Options) -> Row:
        """Create an object.

        Raises:
            Refused: it is not fit.

        """
        self._check_written(entity)
        body = clean_all(entity.fields, sent, self)
        change = Change(entity, self.store.next_id(entity.family), body, None, frozenset(sent), options)
        now = self.seconds()
        return self._settle(change, created=now, sync=0)

    def update(self, entity: Entity, sent: Body, options: Options) -> Row:
        """Change an object: wholly, or with ``sparse`` only the fields that are sent.

        Raises:
            Refused: it is not fit, not there, or was changed by somebody else.

        """
        self._check_written(entity)
        row = self.current(entity, sent)
        cleaned = clean_all(entity.fields, sent, self)
        old = row.body
        body = _merged(old, cleaned, sent) if _sparse(sent) else cleaned
        change = Change(entity, row.id, _keep_read_only(entity, old, body), old, frozenset(sent), options)
        return self._settle(change, created=row.created, sync=row.sync + 1)

    def _settle(self, change: Change, *, created: int, sync: int) -> Row:
        rules = RULES[change.entity.name]
        self._check_open(change.entity, change.old)
        rules.settle(self, change)
        self._check_open(change.entity, change.body)
        row = self.store.put(
            change.entity, change.number, change.body, created=created, updated=self.seconds(), sync=sync
        )
        rules.follow(self, change)
        return row

    def delete(self, entity: Entity, sent: Body) -> Row:
        """Delete a transaction; gives it as it was.

        Raises:
            Refused: it is none, not there, changed by somebody else, or something holds it.

        """
        self._check_written(entity)
        if entity.listed:
            raise refusals.unsupported(f"delete {entity.name}")
        row = self.current(entity, sent)
        self._check_open(entity, row.body)
        RULES[entity.name].release(self, row)
        self.store.link(entity.name, row.id, ())
        self.store.delete(row, self.seconds())
        return row

    def void(self, entity: Entity, sent: Body) -> Row:
        """Void a transaction: it stays, with nothing but zeros.

        Raises:
            Refused: it cannot be voided, is not there, changed by somebody else, or something holds it.

        """
        self._check_written(entity)
        rules = RULES[entity.name]
        row = self.current(entity, sent)
        body = row.body
        rules.void(self, body)
        self._check_open(entity, body)
        rules.release(self, row)
        self.store.link(entity.name, row.id, ())
        return self.store.put(
            entity, row.id, body, created=row.created, updated=self.seconds(), sync=row.sync + 1
        )

    def amend(self, entity: str, number: int, change: Callable[[Body], None]) -> None:
        """Change an object as a consequence of something else; it counts as changed now."""
        row = self.found(ENTITIES[entity], number)
        body = row.body
        change(body)
        self.store.put(
            ENTITIES[entity], number, body, created=row.created, updated=self.seconds(), sync=row.sync + 1
        )

    # ------------------------------------------------------------ finding

    def found(self, entity: Entity, number: int | str) -> Row:
        """Give an object.

        Raises:
            Refused: it is not there.

        """
        row = self.store.get(entity.name, int(number)) if str(number).isdigit() else None
        if row is None:
            raise refusals.not_found()
        return row

    def current(self, entity: Entity, sent: Body) -> Row:
        """Give the object that a request means.

        Raises:
            Refused: it is not there, or the request knows an older state of it.

        """
        for name in ("Id", "SyncToken"):
            if sent.get(name) in {None, ""}:
                raise refusals.missing(name)
        row = self.found(entity, str(sent["Id"]))
        if str(sent["SyncToken"]) != str(row.sync):
            raise refusals.stale()
        return row

    def _check_open(self, entity: Entity, body: Body | None) -> None:
        """Refuse what lies in a closed period, or did before.

        Raises:
            Refused: it does.

        """
        if body is None or not entity.transaction:
            return
        closed = self.preference("AccountingInfoPrefs", "BookCloseDate")
        if closed and body.get("TxnDate", "") <= closed:
            raise refusals.books_closed()

    @staticmethod
    def _check_written(entity: Entity) -> None:
        if not entity.written:
            raise refusals.unsupported(f"write {entity.name}")


def _sparse(sent: Body) -> bool:
    return str(sent.get("sparse", "")).lower() == "true"


def _merged(old: Body, cleaned: Body, sent: Body) -> Body:
    """What was, and what was sent instead; a field that was sent empty is gone."""
    return {name: value for name, value in {**old, **cleaned}.items() if name in cleaned or name not in sent}


def _keep_read_only(entity: Entity, old: Body, body: Body) -> Body:
    """An update never blanks what only QuickBooks writes."""
    fields: Mapping[str, Any] = entity.fields
    own = {
        name: value for name, value in old.items() if name not in fields or isinstance(fields[name], ReadOnly)
    }
    return {**own, **body}
