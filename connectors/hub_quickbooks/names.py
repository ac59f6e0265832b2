"""Names as QuickBooks takes them, and the hub's marks in its memos.

A display name is unique over customers, vendors and employees, has at most 500 characters, and no colon, tab
or line break (Intuit's Customer reference). So the firm's own number stands in front of every name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 500
_NUMBERED = re.compile(r"(?P<number>\d[\d.\-/]*)(?:\s*[-–—]\s+|\s+)(?P<name>\S.*)", re.DOTALL)
_ONLY_NUMBER = re.compile(r"\d[\d.\-/]*")
_DELETED = re.compile(r" \(deleted(?:-\d+)?\)(?: ?\(?\d+\)?)?$")
_MARK = re.compile(r"\[hub (?P<sort>[a-z_]+) (?P<key>\S+)\]")


class Numbered(NamedTuple):
    """A display name, taken apart."""

    number: str
    name: str


def composed(number: str, name: str) -> str:
    """The display name of a client or matter."""
    whole = legal(f"{number} {name}")
    return whole[:LONGEST].rstrip()


def suffixed(display_name: str, what: str) -> str:
    """A display name beside that of a vendor or employee: it says what it is the name of."""
    suffix = f" ({what})"
    return display_name[: LONGEST - len(suffix)].rstrip() + suffix


def legal(name: str) -> str:
    """A name without what QuickBooks forbids in it: a colon becomes a dash, and blanks are single."""
    return " ".join(re.sub(r"\s*:\s*", " - ", name).split()).removesuffix(" -").removeprefix("- ")


def taken_apart(display_name: str) -> Numbered:
    """Number and name of a display name; one that does not begin with a number has none."""
    found = _NUMBERED.fullmatch(display_name)
    if found:
        return Numbered(found["number"], found["name"])
    if _ONLY_NUMBER.fullmatch(display_name):
        return Numbered(display_name, display_name)
    return Numbered("", display_name)


def inactive(display_name: str) -> str:
    """The name that QuickBooks gives what is made inactive."""
    return f"{display_name} (deleted)"


def standing(display_name: str) -> str:
    """The name of what was made inactive, without what QuickBooks appends to it then."""
    return _DELETED.sub("", display_name)


def mark(sort: str, key: str) -> str:
    """What the hub writes into the memo of what it makes, so that it is found again.

    ``sort`` tells apart what becomes one record type there, such as write-offs and credit notes.
    """
    return f"[hub {sort} {key}]"


class Mark(NamedTuple):
    """The hub's mark in a memo."""

    sort: str
    key: str


def mark_in(memo: str) -> Mark | None:
    """The hub's mark in a memo, if there is one."""
    found = _MARK.search(memo)
    return Mark(found["sort"], found["key"]) if found else None
