"""What writing takes and gives: intents in, one of five ends for each out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from hub.model import Kind


class Action(StrEnum):
    """What a write does."""

    CREATE = "create"
    UPDATE = "update"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to happen, already committed to the ledger.

    Args:
        key: names this intent; the same after a crash, so that a system that honours keys can
            answer a repeat with its first answer, and a connector can stamp it where the system
            has room for a reference.
        kind: what is written.
        action: create, update or void.
        payload: the record in the system's own spelling, frozen when the intent was committed.
        source: the record type that ``external_id`` belongs to (update, void), or that the
            mapping gives (create).
        external_id: what to update or void.
        version: the version token last seen there.
        call: names the call that it was first sent in: the same for all intents of that call, and after
            a crash, whatever part of it is sent again; no other call has it.

    """

    key: str
    kind: Kind
    action: Action
    payload: Mapping[str, Any] = field(repr=False)
    source: str = ""
    external_id: str = ""
    version: str | None = None
    call: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """It is there: the system's id for it, its version, and the record as the system gave it back.

    ``digest`` is the digest that a later reading of the same bytes will have, where the
    connector knows it; with ``raw`` or ``digest`` the hub recognises its own echo.
    """

    external_id: str
    version: str | None = None
    raw: Mapping[str, Any] | None = field(default=None, repr=False)
    source: str = ""
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is handed over but not yet seen there: an import file, a mail, a portal upload.

    Never sent again. ``receipt`` is what a person can look for (a file name, a message id).
    """

    receipt: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The system refuses it, for certain; the same payload would be refused again."""

    code: str
    message: str
    field: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It did not reach the system, for certain (no connection, a rate limit): safe to repeat.

    ``until`` says what a person has to do there first (load a file that still waits): the records
    then wait for that, which is no failure of the run, and are not tried again in it.
    """

    retry_after: timedelta | None = None
    reason: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it happened (a time-out after sending, a 5xx on a create)."""

    reason: str


End = Written | Delivered | Rejected | NotSent | Unknown
"""The five ends of a write."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one intent of a batch ended; an intent without an outcome is Unknown."""

    key: str
    end: End


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a delivery that is not seen yet.

    ``told`` says where it stands, and whose turn it is ("waits in …, to be loaded by a person").
    ``refused`` is set where the system has refused it for certain.
    """

    receipt: str
    told: str
    refused: Rejected | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """By what a doubtful create is looked up: the key it was sent with, and its payload."""

    key: str
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A record that ``find`` saw. ``receipt`` is set where what was found is a delivery."""

    external_id: str
    version: str | None = None
    raw: Mapping[str, Any] | None = field(default=None, repr=False)
    source: str = ""
    receipt: str = ""
    digest: bytes | None = None
