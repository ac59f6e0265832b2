"""Folders of tables for demonstrations, tests and benchmarks: as many entries as wanted, always the same."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final

_FIRST_DAY: Final = date(2025, 1, 6)
_DAYS: Final = 364

_CLIENTS: Final = (
    "Acme Holdings",
    "Bergstrom Dairy",
    "Calloway Rail",
    "Dunmore Foods",
    "Ellis & Sons",
    "Fairlane Hotels",
)
_MATTERS: Final = (
    "Supply contract",
    "Employment claim",
    "Patent licence",
    "Lease dispute",
    "Share purchase",
    "Tax audit",
)
_PEOPLE: Final = (
    ("Doyle", "Margaret", "PARTNR", 450),
    ("Vance", "Peter", "PARTNR", 425),
    ("Osei", "Ama", "ASSOC", 280),
    ("Lindqvist", "Karin", "ASSOC", 260),
    ("Park", "Daniel", "ASSOC", 240),
    ("Romero", "Elena", "PARALG", 135),
)
_WORK: Final = (
    ("Draft and revise", "A103"),
    ("Review and analyze", "A104"),
    ("Research law on", "A102"),
    ("Telephone conference with client regarding", "A106"),
    ("Correspond with opposing counsel on", "A107"),
    ("Prepare for hearing on", "A101"),
)
_PAPERS: Final = (
    ("motion to compel production of documents", "L350"),
    ("answers to second set of interrogatories", "L310"),
    ("deposition outline for plant manager", "L330"),
    ("summary judgment brief", "L240"),
    ("settlement proposal", "L160"),
    ("expert report on damages", "L340"),
    ("case strategy and budget", "L120"),
)
_ENDINGS: Final = (
    "",
    ", with exhibits",
    "; confer with team",
    " (first draft)",
    ", including cite check",
    " and next steps",
)

_ENTRY: Final = (
    "id",
    "matter",
    "timekeeper",
    "worked_on",
    "hours",
    "rate",
    "amount",
    "narrative",
    "task_code",
    "activity_code",
)


@dataclass(frozen=True, slots=True)
class Firm:
    """How many rows of each kind there are."""

    clients: int
    matters: int
    timekeepers: int
    entries: int


def write_firm(folder: Path, *, entries: int, seed: int = 1) -> Firm:
    """Write client, matter, timekeeper and time entry tables; equal arguments give equal bytes.

    Takes about three seconds and no memory to speak of for a million entries.
    """
    matters = max(6, min(5000, entries // 200))
    firm = Firm(max(3, matters // 4), matters, len(_PEOPLE) * max(1, min(10, matters // 40)), entries)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "client.csv", ("id", "number", "name", "currency"), map(_client, range(firm.clients)))
    _write(
        folder / "matter.csv",
        ("id", "client", "number", "name", "client_matter_id", "status", "opened_on"),
        (_matter(number, firm) for number in range(matters)),
    )
    _write(
        folder / "timekeeper.csv",
        ("id", "number", "name", "first_name", "last_name", "initials", "classification", "rates"),
        map(_timekeeper, range(firm.timekeepers)),
    )
    _write(folder / "time_entry.csv", _ENTRY, _entries(firm, Random(seed)))
    return firm


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(chain((header,), rows))


def _client(number: int) -> tuple[object, ...]:
    name = _CLIENTS[number % len(_CLIENTS)]
    again = number // len(_CLIENTS)
    return f"C{number + 1:04}", 100 + number, f"{name} {again + 1}" if again else name, "USD"


def _matter(number: int, firm: Firm) -> tuple[object, ...]:
    client, ordinal = number % firm.clients, number // firm.clients
    return (
        f"M{number + 1:05}",
        f"C{client + 1:04}",
        f"{100 + client}.{ordinal:02}",
        _MATTERS[(client + ordinal) % len(_MATTERS)],
        f"CM-{7000 + number}",
        "open",
        _FIRST_DAY.isoformat(),
    )


def _timekeeper(number: int) -> tuple[object, ...]:
    last, first, classification, rate = _PEOPLE[number % len(_PEOPLE)]
    return (
        f"T{number + 1:02}",
        number + 1,
        f"{first} {last}",
        first,
        last,
        first[0] + last[0],
        classification,
        rate,
    )


def _entries(firm: Firm, random: Random) -> Iterator[tuple[object, ...]]:
    pick = _picker(random)
    days = [(_FIRST_DAY + timedelta(day)).isoformat() for day in range(_DAYS)]
    works = [
        (f"{work} {paper}{ending}", task, activity)
        for work, activity in _WORK
        for paper, task in _PAPERS
        for ending in _ENDINGS
    ]
    for number in range(1, firm.entries + 1):
        matter, timekeeper, tenths = pick(firm.matters), pick(firm.timekeepers), 1 + pick(60)
        rate = _PEOPLE[timekeeper % len(_PEOPLE)][3]
        narrative, task, activity = works[pick(len(works))]
        whole, rest = divmod(tenths * rate, 10)
        yield (
            f"E{number:07}",
            f"M{matter + 1:05}",
            f"T{timekeeper + 1:02}",
            days[pick(_DAYS)],
            f"{tenths // 10}.{tenths % 10}",
            rate,
            f"{whole}.{rest}0",
            narrative,
            task,
            activity,
        )


def _picker(random: Random) -> Callable[[int], int]:
    """A number below a limit: three times as quick as ``randrange``, and even enough."""
    chance = random.random
    return lambda limit: int(chance() * limit)
