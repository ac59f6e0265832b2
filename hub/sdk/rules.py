"""Rules: small pure functions that say what is wrong with a record, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from hub.sdk.access import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from hub.model import Invoice, Kind, Record, RecordId


class Severity(StrEnum):
    """What a finding does."""

    BLOCK = "block"
    """The record is held for that target until it is mended or waived."""
    WARN = "warn"
    """The record goes; a person is told."""
    INFO = "info"


class Scope(StrEnum):
    """What a rule has to look at, so that the hub knows when to ask it again."""

    RECORD = "record"
    INVOICE = "invoice"
    TIMEKEEPER_DAY = "timekeeper_day"
    MATTER = "matter"
    CLOCK = "clock"


class Applies(StrEnum):
    """Which targets a rule speaks about."""

    ANY = "any"
    PORTALS = "portals"
    BOOKS = "books"

    def covers(self, role: Role) -> bool:
        """Whether a target of this role is meant."""
        return (
            self is Applies.ANY or {Role.PORTAL: Applies.PORTALS, Role.BOOKS: Applies.BOOKS}.get(role) is self
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a record.

    Args:
        message: what is wrong, for a billing specialist; never quotes a narrative.
        field: the canonical field, such as ``lines[3].task_code``.
        remedy: what to do about it and where.
        about: the record at fault, where it is not the one checked (the timekeeper of a line);
            findings about one record are one cause, mended once.
        rule: the rule's name; filled in by the hub.
        severity: filled in by the hub from the rule, unless the finding sets it.

    """

    message: str
    field: str = ""
    remedy: str = ""
    about: RecordId | None = None
    rule: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that is checked, with its id."""

    id: RecordId
    kind: Kind
    record: Record


class History(Protocol):
    """What the ledger knows of other records, for rules that look beyond one."""

    def hours(self, timekeeper: RecordId, day: date) -> Decimal:
        """All hours of a timekeeper on a day, over all matters and invoices."""
        ...

    def invoices_numbered(self, number: str) -> Sequence[tuple[RecordId, Invoice]]:
        """The invoices with this number."""
        ...


class RuleContext(Protocol):
    """What a rule may ask for."""

    @property
    def connection(self) -> str:
        """The target connection's name."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The target connection's settings, without its secrets."""
        ...

    @property
    def profile(self) -> Mapping[str, Any]:
        """The portal profile of the target; empty where it has none."""
        ...

    @property
    def today(self) -> date:
        """The firm's local date."""
        ...

    @property
    def history(self) -> History:
        """Other records."""
        ...

    def record(self, identifier: RecordId) -> Record:
        """A record that the subject refers to."""
        ...

    def codes(self, name: str) -> frozenset[str]:
        """The codes of a shipped or workspace code list, such as ``utbms/activity``."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it looks at, whom it concerns, where it comes from, its check.

    ``summary`` is the rule in a lawyer's words (the check's docstring). ``source`` is the
    document that demands it.
    """

    name: str
    kinds: frozenset[Kind]
    scope: Scope
    applies_to: Applies
    severity: Severity
    source: str
    summary: str
    check: Callable[[Subject, RuleContext], Iterable[Finding]] = field(repr=False)

    def findings(self, subject: Subject, context: RuleContext) -> Iterator[Finding]:
        """Run the check; findings come out signed with the rule's name and severity."""
        for found in self.check(subject, context):
            yield Finding(
                message=found.message,
                field=found.field,
                remedy=found.remedy,
                about=found.about,
                rule=self.name,
                severity=found.severity or self.severity,
            )


def rule(
    name: str,
    *kinds: Kind,
    source: str,
    applies_to: Applies = Applies.ANY,
    severity: Severity = Severity.BLOCK,
    scope: Scope = Scope.RECORD,
) -> Callable[[Callable[[Any, RuleContext], Iterable[Finding]]], Rule]:
    """Make a rule of a function that takes a Subject and a RuleContext and gives Findings."""

    def make(check: Callable[[Any, RuleContext], Iterable[Finding]]) -> Rule:
        summary = (check.__doc__ or "").strip().partition("\n")[0]
        return Rule(name, frozenset(kinds), scope, applies_to, severity, source, summary, check)

    return make
