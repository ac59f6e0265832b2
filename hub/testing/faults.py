"""What connectors get wrong, to be planted into those of a ``MemoryStore``: each fault once, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from hub.sdk import Action, Outcome, Page, Rejected, SourceFailed, Unknown, Upsert, Written

if TYPE_CHECKING:
    from hub.sdk import End, Intent, Item

Write = Callable[[Sequence["Intent"]], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """A wrong way to hand over pages."""

    apply: Callable[[Iterator[Page]], Iterator[Page]]

    def plant(self, reading: list[ReadingFault], _writing: list[WritingFault]) -> None:
        """Put it among a system's faults."""
        reading.append(self)


@dataclass(frozen=True, slots=True)
class WritingFault:
    """A wrong way to write a batch, given the right one."""

    apply: Callable[[Write, Sequence[Intent]], Iterator[Outcome]]

    def plant(self, _reading: list[ReadingFault], writing: list[WritingFault]) -> None:
        """Put it among a system's faults."""
        writing.append(self)

    def around(self, write: Write) -> Write:
        """A wrong way to write, around another one."""
        return lambda intents: self.apply(write, intents)


# Reading.


@ReadingFault
def page_twice(pages: Iterator[Page]) -> Iterator[Page]:
    """Hand the first page over twice, as where a listing moves under its reader."""
    first = next(pages)
    yield replace(first, complete=False)
    yield first
    yield from pages


@ReadingFault
def cut_called_complete(pages: Iterator[Page]) -> Iterator[Page]:
    """Stop after the first page and call the listing complete."""
    yield replace(next(pages), complete=True)


@ReadingFault
def complete_too_early(pages: Iterator[Page]) -> Iterator[Page]:
    """Call every page the last one."""
    for page in pages:
        yield replace(page, complete=True)


@ReadingFault
def ends_when_it_fails(pages: Iterator[Page]) -> Iterator[Page]:
    """End the listing where the system failed."""
    try:
        yield from pages
    except SourceFailed:
        yield Page((), complete=True)


_readings = count(1)


@ReadingFault
def renumbered(pages: Iterator[Page]) -> Iterator[Page]:
    """Give every row another id in every reading."""
    reading = next(_readings)
    for page in pages:
        yield replace(page, items=[_renamed(item, f"{item.external_id}-{reading}") for item in page.items])


def _renamed(item: Item, name: str) -> Item:
    return (
        Upsert(item.source, name, item.raw) if isinstance(item, Upsert) else replace(item, external_id=name)
    )


@ReadingFault
def floats(pages: Iterator[Page]) -> Iterator[Page]:
    """Hand amounts over as binary fractions."""
    for page in pages:
        yield replace(page, items=[_floating(item) for item in page.items])


def _floating(item: Item) -> Item:
    if not isinstance(item, Upsert):
        return item
    raw = {name: float(value) if name == "amount" else value for name, value in item.raw.items()}
    return Upsert(item.source, item.external_id, raw)


# Writing.


@WritingFault
def retried(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Send once more what got no answer."""
    for intent in intents:
        (outcome,) = write([intent])
        yield from write([intent]) if isinstance(outcome.end, Unknown) else [outcome]


@WritingFault
def lost_called_rejected(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Report a time-out as a refusal."""
    for outcome in write(intents):
        lost = isinstance(outcome.end, Unknown)
        yield replace(outcome, end=Rejected("time-out", "it took too long")) if lost else outcome


@WritingFault
def swallowed(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Write all, and say nothing of the last one."""
    yield from list(write(intents))[:-1]


@WritingFault
def claimed(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Say of the last one that it is written, and write it not."""
    yield from write(intents[:-1])
    yield Outcome(intents[-1].key, Written("claimed", source=intents[-1].kind.value))


@WritingFault
def another_echo(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Give back another record than the next reading will."""
    for outcome in write(intents):
        yield replace(outcome, end=_stamped(outcome.end))


def _stamped(end: End) -> End:
    if isinstance(end, Written) and end.raw is not None:
        return replace(end, raw={**end.raw, "took_ms": "12"})
    return end


@WritingFault
def all_or_nothing(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Refuse the whole batch for one that cannot be written."""
    outcomes = list(write(intents))
    bad = [one.end for one in outcomes if isinstance(one.end, Rejected)]
    for outcome in outcomes:
        yield replace(outcome, end=bad[0]) if bad else outcome


@WritingFault
def raising(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Let an error of the system out, where it refuses a record."""
    for outcome in write(intents):
        end = outcome.end
        if isinstance(end, Rejected):
            raise LookupError(end.code)  # noqa: TRY004 -- the fault: it is a refusal, and no bug of a type
        yield outcome


@WritingFault
def spills_over(write: Write, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Let every update make a further record too."""
    for intent in intents:
        yield from write([intent])
        if intent.action is Action.UPDATE:
            list(write([replace(intent, action=Action.CREATE, key=f"{intent.key}-again")]))
