"""What a connector can do with each kind, declared as data."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a system is to the firm; rules say which roles they apply to."""

    PRACTICE = "practice"
    """Where the firm keeps matters, time and bills."""
    BOOKS = "books"
    PORTAL = "portal"
    """An e-billing system of a client."""


class Listing(StrEnum):
    """How a kind is read."""

    FULL = "full"
    """Every reading lists all there is; the hub sees what changed by digest."""
    INCREMENTAL = "incremental"
    """A reading with a cursor lists what changed since."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many calls in so much time."""

    calls: int
    per: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Access:
    """What a connector can do with one kind.

    Args:
        read: it can list them.
        create: it can make new ones.
        update: it can change them.
        void: it can void them.
        listing: what a listing holds.
        idempotency: for how long the system answers a repeated key with the first answer;
            ``None`` where it knows no keys.
        find: whether ``find`` sees what was created, so that a doubtful create can be looked up.
        visible_after: how long after a call began its effect may still be invisible to ``find``:
            the longest that a call takes, and the delay until a look-up shows it. "Not there" is
            believed only after that.
        batch: how many intents one call of ``write`` takes at most.
        rate: the system's documented limit.
        together: kinds that share this word are written in one call, since they go into one document
            there (an import file that holds time and costs).
        missing_for: for how long a row has to be missing before it counts as deleted. Where rows move
            between tables while they are read, one listing may lack a row that the next one shows.
        by_hand: a person enters, corrects and withdraws records of this kind there, from a list that
            the hub makes, since the system takes none from a program.
        changes: how many changes a listing of changes shows at most; a run that wrote more reads them back
            at once, so that the next one need not list everything anew.
        seen_within: how long it may take until what was delivered is seen there; after that a person
            is told.

    """

    read: bool = False
    create: bool = False
    update: bool = False
    void: bool = False
    listing: Listing = Listing.FULL
    idempotency: timedelta | None = None
    find: bool = False
    visible_after: timedelta = timedelta(seconds=10)
    batch: int = 1
    rate: RateLimit | None = None
    together: str = ""
    missing_for: timedelta = timedelta(0)
    by_hand: bool = False
    changes: int | None = None
    seen_within: timedelta | None = None

    @property
    def writes(self) -> bool:
        """Whether it can write at all."""
        return self.create or self.update or self.void
