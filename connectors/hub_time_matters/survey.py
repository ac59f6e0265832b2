"""What ``hub connect`` shows of a firm's tables: what will be in the way, and what the firm has to choose."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from hub.sdk import FieldChoice, Kind, SourceFailed
from hub_time_matters import billing, people
from hub_time_matters.guess import Known, guessed
from hub_time_matters.slots import CLASSIFICATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hub.sdk import Upsert
    from hub_time_matters.guess import Guess
    from hub_time_matters.settings import TimeMattersSettings
    from hub_time_matters.tables import Tables

_SAMPLES = 5
_LOOKED_AT = 2000
"""How many records are looked at for samples."""
_LONGEST_NAME = 80
"""What is longer on average is no name but somebody's notes."""
_OF_THE_HUB = (people.MATTER, people.CONTACT, people.STAFF, people.RELATED)
_KNOWN = {"sysid", "mat_no", CLASSIFICATION, "archive", "status", "created_by", "client", "whole_name"}
"""Columns that are something else than a name or a number of a client's."""
_NAMELIKE = ("regard", "descr", "name", "title", "caption", "subject")


def surveyed(tables: Tables, settings: TimeMattersSettings, connection: str) -> Iterator[str]:
    """Read all tables and say what will be in the way, and what to put into hub.toml."""
    yield from _about_clients(tables, settings)
    yield from _unusable("matter", people.matters(tables, settings))
    yield from _unusable("client", people.clients(tables, settings))
    yield from _unusable("timekeeper", people.timekeepers(tables))
    if settings.billing is None:
        yield from _about_billing(tables, settings, connection)
    else:
        for kind in (Kind.TIME_ENTRY, Kind.EXPENSE):
            yield from _unusable(kind.words, billing.entries(tables, settings, kind))
        yield from _strangers(tables, settings)
    yield from tables.notices


def _unusable(what: str, items: Iterable[Upsert]) -> Iterator[str]:
    """Count what will be held, by its reason's first words; the reason of the first one in full."""
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    for item in items:
        if told := item.problem or item.unsettled:
            sort = "problem" if item.problem else "doubt"
            found[sort] += 1
            first.setdefault(sort, f"{item.external_id}: {told}")
    for sort, count in found.items():
        yield f"{count} × {what} will be held. The first: {first[sort]}"


def _about_clients(tables: Tables, settings: TimeMattersSettings) -> Iterator[str]:
    """Ask which classifications are clients, where contacts of several are linked to matters."""
    codes = people.Clients(tables, settings).codes()
    if len(codes) > 1 and not (settings.client_codes or settings.client_column):
        yield (
            f"The contacts linked to matters have these classifications: {', '.join(codes)}. If only some of "
            f'them are clients, say so in hub.toml, as in client_codes = ["{codes[0]}"].'
        )


def _strangers(tables: Tables, settings: TimeMattersSettings) -> Iterator[str]:
    """Count entries of staff that Time Matters does not list."""
    known = set(people.initials(tables).values())
    entries = billing.entries(tables, settings, Kind.TIME_ENTRY)
    found = Counter(item.raw["staff"] for item in entries if item.raw["staff"] not in known)
    for staff, count in sorted(found.items()):
        yield f"{count} × time entry of {staff or 'nobody'}, whose initials are not in the table staff: held."


# ---------------------------------------------------------------- the billing table


def _about_billing(tables: Tables, settings: TimeMattersSettings, connection: str) -> Iterator[str]:
    known = Known.of(tables)
    named = settings.billing_table
    names = [named] if named else [one for one in tables.names() if one not in _OF_THE_HUB]
    guesses = sorted(_guesses(tables, names, known), key=lambda one: one.likeness, reverse=True)
    for guess in guesses:
        yield f"The table {guess.table} refers to matters. Its columns: {', '.join(guess.all_columns)}."
    likely = [one for one in guesses if one.is_likely]
    if likely:
        yield _proposal(likely[0], connection)
        return
    listed = ", ".join(sorted(tables.names(), key=str.lower))
    yield (
        "No table seems to hold time and expenses: none has the ids of matters, initials of staff, a Clarion "
        f"date and hours. The tables are: {listed}. If it is one of them, set billing_table and billing in "
        "hub.toml; docs/time_matters.md says how. Clients and matters can be read without it."
    )


def _guesses(tables: Tables, names: Iterable[str], known: Known) -> Iterator[Guess]:
    for name in names:
        try:
            guess = guessed(tables, name, known)
        except SourceFailed:  # a view that fails is none of ours
            continue
        if "matter" in guess.columns:
            yield guess


def _proposal(guess: Guess, connection: str) -> str:
    """The settings to paste, each with samples; never of a narrative."""
    told = (
        f"The table {guess.table} seems to hold time and expenses. If that is right, put this into hub.toml, "
        f"correct it, and run hub connect {connection} again:"
    )
    lines = [
        told,
        f"under [connections.{connection}]:",
        f'billing_table = "{guess.table}"',
        f"[connections.{connection}.billing]",
        *guess.lines(),
    ]
    return "\n    ".join(lines)


# ---------------------------------------------------------------- what a mapping cannot know


def choices(tables: Tables, settings: TimeMattersSettings) -> Iterator[FieldChoice]:
    """Ask what only the firm knows: a matter's name, the client's id for it, a client's e-mail address."""
    matters = _samples(people.matters(tables, settings), _is_text)
    yield from _choice(
        Kind.MATTER, "name", "Which column of matter holds the matter's name?", matters, _namelike(matters)
    )
    yield from _choice(
        Kind.MATTER,
        "client_matter_id",
        "Which column holds the client's own id for the matter? A custom field is named for its "
        "classification and its place; choose one, and give those of others as `else` in the mapping.",
        {column: samples for column, samples in matters.items() if any(map(_has_digit, samples))},
    )
    addresses = _samples(people.clients(tables, settings), lambda text: "@" in text)
    yield from _choice(
        Kind.CLIENT,
        "email",
        "Which column of contact holds the client's e-mail address?",
        addresses,
        next(iter(addresses), ""),
    )


def _choice(
    kind: Kind, field: str, question: str, candidates: Mapping[str, Sequence[str]], suggested: str = ""
) -> Iterator[FieldChoice]:
    if candidates:
        yield FieldChoice(kind, field, question, candidates=candidates, suggested=suggested)


def _samples(items: Iterable[Upsert], fits: Callable[[str], bool]) -> dict[str, list[str]]:
    """The columns of which nearly all values fit, each with a few of them."""
    values: dict[str, list[str]] = {}
    for item in islice(items, _LOOKED_AT):
        for column, text in item.raw.items():
            if text and column not in _KNOWN:
                values.setdefault(column, []).append(text)
    return {
        column: list(dict.fromkeys(texts))[:_SAMPLES]
        for column, texts in sorted(values.items())
        if sum(map(fits, texts)) * 10 >= len(texts) * 9 and sum(map(len, texts)) <= _LONGEST_NAME * len(texts)
    }


def _is_text(text: str) -> bool:
    return any(map(str.isalpha, text)) and "\n" not in text


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _namelike(candidates: Iterable[str]) -> str:
    return next((one for one in candidates if any(word in one for word in _NAMELIKE)), "")
