"""Check: what the rules say of a record at a target, and whether a person has waived it."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.ledger import Hold
from hub.model import Invoice, Kind
from hub.sdk import Finding, Severity, Subject
from hub.sync import causes
from hub.sync.verify import foots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from hub.ledger import StoredRecord
    from hub.model import Record, RecordId
    from hub.sdk import History, Rule, RuleContext
    from hub.sync.session import Peer, Session

_SHARED = frozenset({Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER})
_KEPT = 50_000


class LedgerHistory:
    """Other records, for rules that look beyond one."""

    def __init__(self, session: Session) -> None:
        self._ledger = session.ledger
        self._numbers: dict[str, list[int]] | None = None

    def hours(self, timekeeper: RecordId, day: date) -> Decimal:
        """All hours of a timekeeper on a day."""
        return sum(
            (
                Decimal(stored.values["hours"])
                for stored in self._ledger.records.of_kind(Kind.TIME_ENTRY)
                if stored.values["timekeeper"] == timekeeper and stored.values["worked_on"] == day.isoformat()
            ),
            Decimal(0),
        )

    def invoices_numbered(self, number: str) -> Sequence[tuple[RecordId, Invoice]]:
        """The live invoices with this number."""
        if self._numbers is None:
            self._numbers = defaultdict(list)
            for stored in self._ledger.records.of_kind(Kind.INVOICE):
                if not stored.state:
                    self._numbers[stored.values["number"]].append(stored.id)
        return [
            (identifier, record)
            for identifier in self._numbers.get(number, ())
            if isinstance(record := self._ledger.records.get(identifier).model(), Invoice)
        ]


class Context:
    """What a rule may ask for, at one target."""

    def __init__(self, session: Session, peer: Peer) -> None:
        self._session = session
        self._kept: dict[int, Record] = {}
        self.connection = peer.name
        self.settings: Mapping[str, Any] = peer.settings
        self.profile: Mapping[str, Any] = peer.profile
        self.today = session.today
        self.history: History = LedgerHistory(session)
        self.codes = session.codes

    def record(self, identifier: RecordId) -> Record:
        """A record that the subject refers to."""
        if identifier not in self._kept:
            if len(self._kept) > _KEPT:
                self._kept.clear()
            self._kept[identifier] = self._session.ledger.records.get(identifier).model()
        return self._kept[identifier]


class NoHistory:
    """The history of a document that stands alone."""

    def hours(self, timekeeper: RecordId, day: date) -> Decimal:  # noqa: ARG002 -- the protocol
        """None."""
        return Decimal(0)

    def invoices_numbered(self, number: str) -> Sequence[tuple[RecordId, Invoice]]:  # noqa: ARG002 -- as above
        """None."""
        return ()


class LooseContext:
    """What a rule may ask for where there is a document and no workspace."""

    def __init__(
        self,
        profile: Mapping[str, Any],
        today: date,
        codes: Callable[[str], frozenset[str]],
    ) -> None:
        self.connection = ""
        self.settings: Mapping[str, Any] = {}
        self.profile = profile
        self.today = today
        self.history: History = NoHistory()
        self.codes = codes

    def record(self, identifier: RecordId) -> Record:
        """Nothing else is known.

        Raises:
            LookupError: always.

        """
        raise LookupError(identifier)


def run_rules(rules: Sequence[Rule], subject: Subject, context: RuleContext) -> Iterator[Finding]:
    """What rules say of a record; one that fails says so, and holds the record."""
    for rule in rules:
        try:
            yield from rule.findings(subject, context)
        except Exception as error:  # noqa: BLE001 -- a rule's bug holds the record, and is said
            yield Finding(
                f"The rule {rule.name} failed: {type(error).__name__}.",
                remedy="This is a bug in the rule; waive it, or disable its plugin.",
                rule=rule.name,
                severity=Severity.BLOCK,
            )


class Checker:
    """Runs the rules that apply at one target."""

    def __init__(self, session: Session, peer: Peer) -> None:
        self._session = session
        self._peer = peer
        self._rules: dict[Kind, list[Rule]] = defaultdict(list)
        for rule in session.rules:
            if rule.applies_to.covers(peer.role):
                for kind in rule.kinds:
                    self._rules[kind].append(rule)
        self._context = Context(session, peer)
        self._decisions = session.ledger.decisions.taken()

    def concerns(self, kind: Kind) -> bool:
        """Whether any rule looks at this kind here."""
        return kind is Kind.INVOICE or bool(self._rules[kind])

    def blocks(self, stored: StoredRecord, flow: str) -> bool:
        """Check a record, hold it where a rule says so, and tell of what only warns."""
        blocked = False
        for finding in self._findings(stored):
            hold = self._hold(stored, finding, flow)
            if self._is_waived(hold):
                continue
            self._session.hold(hold)
            blocked = blocked or hold.severity == Severity.BLOCK
        return blocked

    def _findings(self, stored: StoredRecord) -> Iterator[Finding]:
        record = stored.model()
        subject = Subject(stored.id, stored.kind, record)
        if isinstance(record, Invoice):
            yield from foots(record)
        yield from run_rules(self._rules[stored.kind], subject, self._context)

    def _is_waived(self, hold: Hold) -> bool:
        return (hold.cause, hold.subject) in self._decisions or (hold.cause, "") in self._decisions

    def _hold(self, stored: StoredRecord, finding: Finding, flow: str) -> Hold:
        about = finding.about
        known = {} if about is None else self._session.ledger.records.many([about])
        blamed = known.get(about or 0)
        pattern = re.sub(r"\[\d+\]", "[]", finding.field)
        shared = blamed is not None and blamed.kind in _SHARED
        which = f"{blamed.kind.value}:{about}" if blamed is not None and shared else pattern
        return Hold(
            scope=causes.plan_scope(self._peer, flow),
            cause=f"{finding.rule}:{self._peer.name}:{which}",
            code=finding.rule,
            subject=f"{stored.id}:{about or ''}:{finding.field}",
            label=f"{stored.kind.words} {stored.label}",
            message=finding.message,
            remedy=finding.remedy,
            field=finding.field,
            connection=self._peer.number,
            kind=stored.kind,
            record=stored.id,
            severity=str(finding.severity or Severity.BLOCK),
        )
