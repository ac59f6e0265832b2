"""The contract of a connector: code for one system, and for nothing but transport.

Glossary
    kind         what a record is (client, matter, …)
    source       the system's own record type, such as a table's name
    external id  the system's id for a record within a source
    raw          a record as the system spells it
    page         part of a listing, committed together with its cursor
    intent       a write that is about to happen, already committed to the ledger
    end          how a write ended: written, delivered, rejected, not sent, unknown
"""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from dataclasses import field as part
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.sdk.access import Access, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.model import Kind
    from hub.sdk.clock import Clock
    from hub.sdk.http import Session
    from hub.sdk.pages import Cursor, Page
    from hub.sdk.sign_in import Authorized, Secrets, SignInUI
    from hub.sdk.writes import Followed, Found, Intent, Outcome, Reference


class Settings(BaseModel):
    """Base of a connector's settings. ``SecretStr`` fields live in the keyring, not in hub.toml.

    A field's docstring is what ``hub connect`` asks for it. One that signing in gives is marked with
    ``Field(json_schema_extra={"sign_in": True})`` and not asked for (``Connector.authorize``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


S = TypeVar("S", bound=Settings)


_NO_ACCESS = Access()


@dataclass(frozen=True, slots=True)
class Health:
    """What ``check`` found.

    Args:
        ok: whether the system can be used.
        identity: who is at the other end (a company id, a folder's mark). A run stops when it is
            not the one it was last time. Empty where the system has none.
        title: that company's name, for a person to confirm.
        notes: what will be in the way, each a sentence with its remedy.

    """

    ok: bool
    identity: str = ""
    title: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A mapping choice that only the firm can make, offered by ``hub connect`` with samples.

    Args:
        kind: the kind whose field is chosen.
        field: the canonical field.
        question: what to ask, in the firm's words.
        candidates: vendor field → sample values from the firm's own data.
        values: vendor value → sample labels, where a value table has to be filled.
        suggested: the vendor field of the shipped mapping.

    """

    kind: Kind
    field: str
    question: str
    candidates: Mapping[str, Sequence[str]] = part(default_factory=dict)
    values: Mapping[str, Sequence[str]] = part(default_factory=dict)
    suggested: str = ""


class Surroundings(Protocol):
    """What the hub hands a connector: where it stands, what time it is, its secrets, a way to the network."""

    @property
    def connection(self) -> str:
        """The name of the connection in hub.toml."""
        ...

    @property
    def folder(self) -> Path:
        """The workspace's folder; relative paths in settings start here."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock to use instead of the machine's own."""
        ...

    @property
    def secrets(self) -> Secrets:
        """The connection's secrets, where they change while it works: settings hold those of its start."""
        ...

    def http(self) -> Session:
        """The session for this connection: time-outs, safe retries, rate limit, redaction."""
        ...


class Connector(ABC, Generic[S]):
    """Speaks to one system and hands over that system's own records, spelt its own way.

    A subclass declares ``name``, ``title``, ``settings`` and ``access``, and overrides the
    methods for what its ``access`` promises. It writes no retry loop, makes no judgement about
    a record, and never translates: mappings do.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    settings: ClassVar[type[Settings]]
    access: ClassVar[Mapping[Kind, Access]]
    role: ClassVar[Role] = Role.PRACTICE
    allowance: ClassVar[int | None] = None
    """How many metered reads the system allows in a month; ``None`` where it meters none."""
    metered: int = 0
    """How many metered reads this connector has made: since it was made, which is in this run."""

    def __init__(self, config: S, surroundings: Surroundings) -> None:
        self.config = config
        self.surroundings = surroundings

    def access_to(self, kind: Kind) -> Access:
        """What can be done with a kind here, as the connection is set up."""
        return self.access.get(kind, _NO_ACCESS)

    def authorize(self, ui: SignInUI) -> Authorized | None:  # noqa: ARG002 -- the contract
        """Let a person sign in at the system, where it wants that; else ``None``.

        ``hub connect`` asks for it where a secret that signing in gives is not known, and where
        ``check`` was refused; the connector is then made anew with what the sign-in gave.

        Raises:
            AuthenticationFailed: the system refuses the program itself, such as its client secret.
            HubError: nothing came of it.

        """
        return None

    def check(self) -> Health:
        """Try the connection without changing anything; asked in every run, so it is quick.

        Raises:
            SourceFailed: the system did not answer.
            AuthenticationFailed: it did, and refused us.

        """
        return Health(ok=True)

    def survey(self) -> Sequence[str]:
        """Look closer, and say in sentences what will be in the way; asked by ``connect`` and ``doctor``.

        Raises:
            SourceFailed: the system did not answer.

        """
        return ()

    def choices(self) -> Sequence[FieldChoice]:
        """Name the mapping choices that only the firm can make; ``hub connect`` asks them."""
        return ()

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List the records of a kind, from a cursor or from the start, page by page.

        Raises:
            SourceFailed: the listing broke off. Never end a listing early without raising.
            SourceMissing: the system has no such table; nothing is said about its rows.

        """
        raise NotImplementedError

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Make one call for at most one batch and say how each intent ended.

        Every outcome names its intent; one without an outcome is Unknown. An exception leaves
        the rest of the batch Unknown: raise only where that is true.
        """
        raise NotImplementedError

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Look up what a doubtful create may have left behind: none, one, or several.

        Raises:
            SourceFailed: the look-up could not be made; that is not "not there".

        """
        raise NotImplementedError

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:  # noqa: ARG002 -- the contract
        """Say where deliveries stand that were not seen in any listing yet.

        What is not spoken of is simply on its way.

        Raises:
            SourceFailed: nothing can be said at present.

        """
        return iter(())
