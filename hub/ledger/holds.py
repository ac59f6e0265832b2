"""Holds (why a record does not move), findings that only warn, and what people decided."""

from __future__ import annotations

import getpass
import json
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field as part
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from hub.ledger.digests import body_text
from hub.ledger.schema import decision, hold
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.ledger.ledger import Ledger

BLOCKS = "block"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something does not move, or what is to be known about it.

    Args:
        scope: what has to be looked at again before the hold can go (``pull:billing:client``).
        cause: what is mended once for all holds that share it.
        code: the rule, or the hub's own reason (``unreadable``, ``rejected``, ``unknown``).
        subject: what is held: a record's id, or a source and external id; unique in its cause.
        label: how a person knows the subject.
        connection: the target, or the connection it was read from, by number.
        facts: what a decision needs, such as the candidates of a match; never a narrative.
        severity: ``block`` holds; ``warn`` and ``info`` only tell.

    """

    scope: str
    cause: str
    code: str
    subject: str
    label: str
    message: str
    remedy: str = ""
    field: str = ""
    connection: int | None = None
    kind: Kind | None = None
    record: int | None = None
    severity: str = BLOCKS
    facts: Mapping[str, Any] = part(default_factory=dict)
    id: int = 0
    since: int = 0


@dataclass(frozen=True, slots=True)
class HoldGroup:
    """Holds with one cause: mended, or decided, once."""

    holds: tuple[Hold, ...]

    @property
    def first(self) -> Hold:
        """The oldest; its number names the group."""
        return self.holds[0]

    @property
    def count(self) -> int:
        """How many are held."""
        return len(self.holds)


class Holds:
    """What is held in a workspace."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def place(self, held: Hold, run: int) -> None:
        """Hold something, or confirm in this run that it is still held."""
        mine = (
            (hold.c.workspace == self._ledger.workspace)
            & (hold.c.scope == held.scope)
            & (hold.c.cause == held.cause)
            & (hold.c.subject == held.subject)
        )
        row = {
            "run": run,
            "code": held.code,
            "severity": held.severity,
            "connection": held.connection,
            "kind": None if held.kind is None else held.kind.number,
            "record": held.record,
            "field": held.field,
            "message": held.message,
            "remedy": held.remedy,
            "facts": body_text({"label": held.label, **held.facts}),
        }
        if not self._ledger.connection.execute(update(hold).where(mine).values(**row)).rowcount:
            self._ledger.connection.execute(
                insert(hold).values(
                    workspace=self._ledger.workspace,
                    since=run,
                    scope=held.scope,
                    cause=held.cause,
                    subject=held.subject,
                    **row,
                ),
            )

    def sweep(self, scope: str, run: int) -> None:
        """Lift the holds of a scope that this run, having looked at all of it, did not confirm."""
        self._ledger.connection.execute(
            delete(hold).where(
                hold.c.workspace == self._ledger.workspace,
                hold.c.scope == scope,
                hold.c.run < run,
            ),
        )

    def note(self, scope: str, cause: str, subject: str, facts: Mapping[str, Any]) -> None:
        """Add facts to a hold."""
        mine = (
            (hold.c.workspace == self._ledger.workspace)
            & (hold.c.scope == scope)
            & (hold.c.cause == cause)
            & (hold.c.subject == subject)
        )
        row = self._ledger.connection.execute(select(hold.c.facts).where(mine)).one_or_none()
        if row is not None:
            told = body_text({**json.loads(row.facts), **facts})
            self._ledger.connection.execute(update(hold).where(mine).values(facts=told))

    def retell(self, held: Hold, message: str, remedy: str, facts: Mapping[str, Any]) -> None:
        """Word a hold anew, now that more is known of it."""
        told = body_text({"label": held.label, **held.facts, **facts})
        self._ledger.connection.execute(
            update(hold).where(hold.c.id == held.id).values(message=message, remedy=remedy, facts=told),
        )

    def first_of(self, scope: str, record: int) -> tuple[str, str, str] | None:
        """Scope, cause and subject of the oldest hold of a record in a scope."""
        row = self._ledger.connection.execute(
            select(hold.c.scope, hold.c.cause, hold.c.subject)
            .where(
                hold.c.workspace == self._ledger.workspace,
                hold.c.scope == scope,
                hold.c.record == record,
                hold.c.severity == BLOCKS,
            )
            .order_by(hold.c.id)
            .limit(1),
        ).one_or_none()
        return None if row is None else (row.scope, row.cause, row.subject)

    def clear(self, scope: str, subject: str) -> None:
        """Lift what is held of one subject in a scope, its cause being gone."""
        self._ledger.connection.execute(
            delete(hold).where(
                hold.c.workspace == self._ledger.workspace,
                hold.c.scope == scope,
                hold.c.subject == subject,
            ),
        )

    def clear_row(self, scope: str, subject: str) -> None:
        """Lift what is held of a row, in any of its fields."""
        self._ledger.connection.execute(
            delete(hold).where(
                hold.c.workspace == self._ledger.workspace,
                hold.c.scope == scope,
                (hold.c.subject == subject) | hold.c.subject.startswith(f"{subject}:", autoescape=True),
            ),
        )

    def scopes(self) -> list[str]:
        """All scopes in which something is held."""
        query = select(hold.c.scope).where(hold.c.workspace == self._ledger.workspace).distinct()
        return [row.scope for row in self._ledger.connection.execute(query)]

    def drop(self, scope: str) -> None:
        """Lift all of a scope that nobody will look at again."""
        self._ledger.connection.execute(
            delete(hold).where(hold.c.workspace == self._ledger.workspace, hold.c.scope == scope),
        )

    def in_scope(self, scope: str) -> list[Hold]:
        """All holds of a scope."""
        rows = self._ledger.connection.execute(
            select(hold).where(hold.c.workspace == self._ledger.workspace, hold.c.scope == scope),
        )
        return [_hold(row) for row in rows]

    def lift(self, held: Iterable[Hold]) -> None:
        """Lift holds that a person has decided."""
        self._ledger.connection.execute(delete(hold).where(hold.c.id.in_([one.id for one in held])))

    def all(self) -> list[Hold]:
        """All holds, oldest first."""
        rows = self._ledger.connection.execute(
            select(hold).where(hold.c.workspace == self._ledger.workspace).order_by(hold.c.id),
        )
        return [_hold(row) for row in rows]

    def groups(self) -> list[HoldGroup]:
        """All holds by cause, oldest first."""
        by_cause: dict[tuple[str, int | None], list[Hold]] = defaultdict(list)
        for one in self.all():
            by_cause[one.cause, one.connection].append(one)
        return [HoldGroup(tuple(holds)) for holds in by_cause.values()]

    def count(self) -> int:
        """How many things are held."""
        query = select(func.count()).where(
            hold.c.workspace == self._ledger.workspace,
            hold.c.severity == BLOCKS,
        )
        return int(self._ledger.connection.execute(query).scalar() or 0)

    def any_in(self, scope: str) -> bool:
        """Whether anything is held in a scope."""
        mine = (hold.c.workspace == self._ledger.workspace) & (hold.c.scope == scope)
        return self._ledger.connection.execute(select(hold.c.id).where(mine).limit(1)).first() is not None

    def held_records(self, scope: str) -> frozenset[int]:
        """The records held in a scope."""
        rows = self._ledger.connection.execute(
            select(hold.c.record).where(
                hold.c.workspace == self._ledger.workspace,
                hold.c.scope == scope,
                hold.c.severity == BLOCKS,
            ),
        )
        return frozenset(row.record for row in rows if row.record is not None)


def _hold(row: Any) -> Hold:  # noqa: ANN401 -- a row of the hold table
    facts = json.loads(row.facts)
    return Hold(
        scope=row.scope,
        cause=row.cause,
        code=row.code,
        subject=row.subject,
        label=facts.pop("label", ""),
        message=row.message,
        remedy=row.remedy,
        field=row.field,
        connection=row.connection,
        kind=None if row.kind is None else Kind.of_number(row.kind),
        record=row.record,
        severity=row.severity,
        facts=facts,
        id=row.id,
        since=row.since,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about a cause, for one subject or (empty) for all that share it."""

    cause: str
    subject: str
    action: str
    reason: str
    who: str
    at: str
    facts: Mapping[str, Any]


class Decisions:
    """What people decided; kept for ever, and never overwritten by a reading."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(
        self,
        held: Hold,
        action: str,
        reason: str,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a decision about a hold."""
        self._ledger.connection.execute(
            insert(decision).values(
                workspace=self._ledger.workspace,
                cause=held.cause,
                subject=held.subject,
                action=action,
                reason=reason,
                who=_user(),
                at=self._ledger.clock.now().isoformat(),
                facts=body_text({**held.facts, **(facts or {})}),
            ),
        )

    def taken(self) -> dict[tuple[str, str], Decision]:
        """The latest decision for each cause and subject."""
        rows = self._ledger.connection.execute(
            select(decision).where(decision.c.workspace == self._ledger.workspace).order_by(decision.c.id),
        )
        return {(row.cause, row.subject): _decision(row) for row in rows}

    def about(self, subjects: Sequence[str]) -> list[Decision]:
        """All decisions about subjects, oldest first."""
        rows = self._ledger.connection.execute(
            select(decision)
            .where(decision.c.workspace == self._ledger.workspace, decision.c.subject.in_(list(subjects)))
            .order_by(decision.c.id),
        )
        return [_decision(row) for row in rows]


def _decision(row: Any) -> Decision:  # noqa: ANN401 -- a row of the decision table
    return Decision(row.cause, row.subject, row.action, row.reason, row.who, row.at, json.loads(row.facts))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, such as a service's
        return "unknown"
