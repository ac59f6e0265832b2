"""Crosswalks at work: what no row names, and with what it seems to pair."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.ledger import RecordState
from hub.mapping import UNPAIRED
from hub.model import Kind
from hub.sync import causes
from hub.sync.similar import likeness, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.ledger import Hold
    from hub.mapping import Crosswalk
    from hub.sync.session import Peer, Session

_KINDS = frozenset({Kind.CLIENT.value, Kind.MATTER.value, Kind.TIMEKEEPER.value})
"""The crosswalks that are named for the records whose numbers they give."""
_SEEMS = " It seems to be "
_ALIKE = 88
"""So like, of 100, is what a code's name seems to be, if nothing else is."""


class Candidate(NamedTuple):
    """Something that may be meant: what the hub calls it, and what is known of it."""

    canonical: str
    known: Mapping[str, Any]


def tell_what_is_unpaired(session: Session) -> None:
    """Tell what crosswalks lack, and for each with what it seems to pair; a person accepts that once."""
    with session.ledger.transaction():
        for peer in session.peers.values():
            _tell_what_is_read_as_nothing(session, peer)
        _propose(session, list(_unpaired(session)))


def _tell_what_is_read_as_nothing(session: Session, peer: Peer) -> None:
    """What was unpaired in an earlier run is so until a row names it: unchanged rows are not read again."""
    scope, walks = causes.pairs_scope(peer), peer.mapping.crosswalks
    before = [(held.facts["crosswalk"], held.subject) for held in session.ledger.holds.in_scope(scope)]
    now = [(walk.name, spelling) for walk in walks.values() for spelling in walk.unpaired]
    for name, spelling in dict.fromkeys([*before, *now]):
        if name in walks and walks[name].canonical(spelling) is None:
            held = causes.unpaired(peer, walks[name], spelling)
            # A firm that does not use the crosswalk is not told of all that it could list.
            if walks[name].inward or _pair_of(session, walks[name], held):
                session.hold(held)
    session.ledger.holds.sweep(scope, session.run)


def _unpaired(session: Session) -> Iterator[tuple[Hold, Crosswalk]]:
    """What is unpaired at the connections of this run, each with its crosswalk."""
    peers = {peer.number: peer for peer in session.peers.values()}
    for held in session.ledger.holds.all():
        if held.code != UNPAIRED or held.connection not in peers:
            continue
        walk = peers[held.connection].mapping.crosswalks.get(held.facts["crosswalk"])
        spelling = held.facts["spelling"]
        if walk is not None and spelling and walk.canonical(spelling) is None:
            yield held, walk


def _propose(session: Session, unpaired: Sequence[tuple[Hold, Crosswalk]]) -> None:
    found = {held.id: _pair_of(session, walk, held) for held, walk in unpaired}
    # What two records of one system seem to be, nobody knows of either.
    claims = {
        (held.connection, one.canonical, held.facts["spelling"])
        for held, walk in unpaired
        if walk.name in _KINDS and (one := found[held.id]) is not None
    }
    times = Counter((where, canonical) for where, canonical, _ in claims)
    for held, walk in unpaired:
        one = found[held.id]
        is_doubtful = one is not None and times[held.connection, one.canonical] > 1
        _tell(session, held, walk, None if is_doubtful else one)


def _tell(session: Session, held: Hold, walk: Crosswalk, found: Candidate | None) -> None:
    session.ledger.holds.retell(
        held,
        _worded(held, found),
        f"{'Accept that, or say' if found else 'Say'} what it is: hub review ID accept --one --as …; "
        f"or give it a row in mappings/{walk.title}, in the column {walk.system}.",
        {"proposed": found.canonical if found else "", "name": _name(found) if found else ""},
    )


def _worded(held: Hold, found: Candidate | None) -> str:
    """What is said of it, with its own name and that of what it seems to be."""
    name = str(held.facts["known"].get("name", ""))
    said = held.message.partition(_SEEMS)[0].removeprefix(f"{name}: ")
    seems = "" if found is None else f"{_SEEMS}{found.canonical} {_name(found)}".rstrip(" .") + "."
    return f"{name}: {said}{seems}" if name else f"{said}{seems}"


def _name(candidate: Candidate) -> str:
    return str(candidate.known.get("name", ""))


def _pair_of(session: Session, walk: Crosswalk, held: Hold) -> Candidate | None:
    """What it seems to be, if that is obvious."""
    if walk.name not in _KINDS:
        codes = [Candidate(code, {"name": name}) for name, code in walk.names.items()]
        return _alike(held.facts["spelling"], codes)
    listed = _records(session, Kind(walk.name))
    if not listed:
        # No other system has any: it is called what it is called there.
        return Candidate(held.facts["spelling"], held.facts["known"])
    free = [one for one in listed if one.canonical not in walk.outward]
    known = {**held.facts["known"]}
    known.setdefault("initials", held.facts["spelling"])
    return _same(known, free)


def _records(session: Session, kind: Kind) -> list[Candidate]:
    return [
        Candidate(str(stored.values["number"]), stored.values)
        for stored in session.ledger.records.of_kind(kind)
        if stored.state is RecordState.LIVE and stored.values.get("number")
    ]


def _same(known: Mapping[str, Any], candidates: Sequence[Candidate]) -> Candidate | None:
    """The one that has the same address, else the same name, else the same initials."""
    for sort in ("email", "name", "initials"):
        mine = _told(sort, known)
        found = [one for one in candidates if mine and _told(sort, one.known) == mine]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _told(sort: str, known: Mapping[str, Any]) -> str:
    text = str(known.get(sort) or "")
    return name_of(text).text if sort == "name" else text.casefold()


def _alike(spelling: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """The one whose name is most like it, if no other one's is as much."""
    mine = name_of(spelling)
    scored = sorted(
        ((likeness(mine, name_of(one.known["name"])), one) for one in candidates), key=lambda pair: pair[0]
    )
    best = [one for score, one in scored if score >= _ALIKE and score == scored[-1][0]]
    return best[0] if len({one.canonical for one in best}) == 1 else None
