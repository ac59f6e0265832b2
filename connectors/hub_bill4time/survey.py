"""The choices that only the firm can make, with samples of its own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import FieldChoice, Kind
from hub_bill4time.resources import PROJECTS, USERS
from hub_bill4time.spelling import respelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub_bill4time.paging import Row
    from hub_bill4time.wire import Wire

_SAMPLES = 3
_LONGEST = 30
_CUSTOM = "customfield"


def choices(wire: Wire) -> Sequence[FieldChoice]:
    """What a user is at portals, and where the client's own id of a matter stands.

    Raises:
        SourceFailed: the account could not be read.

    """
    return [
        *_classification(_some(wire, USERS.name, USERS.own)),
        *_matter_id(_some(wire, PROJECTS.name, PROJECTS.own)),
    ]


def _some(wire: Wire, resource: str, own: str) -> list[Row]:
    return [respelt(row, own) for row in wire.ask(resource, orderby="id", top="100").rows]


def _classification(users: Iterable[Row]) -> Iterator[FieldChoice]:
    types: dict[str, list[str]] = {}
    for user in users:
        sort, name = (
            _text(user.get("userType")),
            f"{_text(user.get('fname'))} {_text(user.get('lname'))}".strip(),
        )
        if sort:
            _add(types.setdefault(sort, []), name)
    if types:
        yield FieldChoice(
            Kind.TIMEKEEPER,
            "classification",
            "Which LEDES classification (such as PARTNR, ASSOC, PARALG) does each type of user have?",
            candidates={"userType": list(types)},
            values=types,
            suggested="userType",
        )


def _matter_id(projects: Iterable[Row]) -> Iterator[FieldChoice]:
    fields: dict[str, list[str]] = {}
    for project in projects:
        for name, value in project.items():
            if name == "clientMatterId" or name.casefold().startswith(_CUSTOM):
                _add(fields.setdefault(name, []), _text(value))
    if any(fields.values()):
        yield FieldChoice(
            Kind.MATTER,
            "client_matter_id",
            "In which field of a project does the client's own id for it stand?",
            candidates=fields,
            suggested="clientMatterId",
        )


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _add(samples: list[str], text: str) -> None:
    if text and text not in samples and len(samples) < _SAMPLES:
        samples.append(text[:_LONGEST])
