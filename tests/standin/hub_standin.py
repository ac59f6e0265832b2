"""Connectors to the stand-in server, as an author who has read only the SDK would write them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import requests

from hub.sdk import (
    Access,
    Connector,
    Found,
    Health,
    Kind,
    Outcome,
    Settings,
    Unknown,
    Written,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from hub.sdk import End, Intent, Reference

_KINDS = (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY)
_BATCH = 20


class StandInSettings(Settings):
    """Where the server is."""

    url: str


class _StandIn(Connector[StandInSettings]):
    settings = StandInSettings

    def check(self) -> Health:
        """Ask the server whether it is there."""
        self.surroundings.http().get(f"{self.config.url}/count")
        return Health(ok=True, identity="standin", title="Stand-in")

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Create one batch, with the intents' keys stamped on it as references."""
        body = {"records": [_record(intent) for intent in intents]}
        answer = self.surroundings.http().send(
            "POST", f"{self.config.url}/records", body, headers=self._headers(intents)
        )
        ends = _ends(answer, len(intents))
        for intent, end in zip(intents, ends, strict=True):
            yield Outcome(intent.key, end)

    def _headers(self, intents: Sequence[Intent]) -> dict[str, str]:
        return {}

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Look for what a create with this key left behind."""
        params = {"reference": reference.key}
        answer = self.surroundings.http().get(f"{self.config.url}/find", params=params)
        return [
            Found(record["id"], raw=record) for record in answer["records"] if record["type"] == kind.value
        ]


class StandInWithKeys(_StandIn):
    """The server honours idempotency keys: one for each call, whatever is in it."""

    name = "standin-keys"
    title = "Stand-in that honours keys"
    access: ClassVar[Mapping[Kind, Access]] = dict.fromkeys(
        _KINDS, Access(create=True, batch=_BATCH, idempotency=timedelta(hours=24))
    )

    def _headers(self, intents: Sequence[Intent]) -> dict[str, str]:
        """Name the call by its intents: the same batch in the same order is the same call."""
        keys = "\n".join(intent.key for intent in intents)
        return {"Idempotency-Key": hashlib.sha256(keys.encode()).hexdigest()}


class StandInWithFind(_StandIn):
    """The server knows no keys, but what was created can be looked up by its reference."""

    name = "standin-find"
    title = "Stand-in that can be searched"
    access: ClassVar[Mapping[Kind, Access]] = dict.fromkeys(
        _KINDS, Access(create=True, batch=_BATCH, find=True, visible_after=timedelta(seconds=2))
    )


class StandInBlind(_StandIn):
    """The server knows no keys and cannot be asked what is there."""

    name = "standin-blind"
    title = "Stand-in that tells nothing"
    access: ClassVar[Mapping[Kind, Access]] = dict.fromkeys(_KINDS, Access(create=True, batch=_BATCH))


@hookimpl
def hub_connectors() -> list[type[_StandIn]]:
    """Give the three stand-ins."""
    return [StandInWithKeys, StandInWithFind, StandInBlind]


def _record(intent: Intent) -> dict[str, Any]:
    return {**intent.payload, "type": intent.kind.value, "reference": intent.key}


def _ends(answer: requests.Response | End, count: int) -> list[End]:
    if not isinstance(answer, requests.Response):
        return [answer] * count
    try:
        made = answer.json()["records"]
        return [Written(record["id"], raw=record) for record in made]
    except (ValueError, LookupError, TypeError):
        return [Unknown("the answer cannot be read")] * count
