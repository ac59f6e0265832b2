"""One call of a connector's ``write``: whatever it does or does not say, every intent has an end."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.sdk import Delivered, NotSent, Rejected, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import OpenIntent
    from hub.sdk import End
    from hub.sync.session import Peer


def named(opened: Sequence[OpenIntent]) -> list[OpenIntent]:
    """A new batch, its call named after all the intents that are in it."""
    keys = "\n".join(one.intent.key for one in opened)
    call_name = hashlib.blake2b(keys.encode(), digest_size=16).hexdigest()
    return [replace(one, intent=replace(one.intent, call=call_name)) for one in opened]


def call(peer: Peer, opened: Sequence[OpenIntent]) -> dict[str, End]:
    """Make one call. What the connector does not say, or breaks off before saying, is unknown."""
    ends: dict[str, End] = {}
    keys = {one.intent.key for one in opened}
    try:
        for outcome in peer.connector.write([one.intent for one in opened]):
            if outcome.key in keys:
                ends[outcome.key] = _one_end(ends.get(outcome.key), outcome.end)
    except Exception as error:  # noqa: BLE001 -- whatever it was, the rest of the batch is unknown
        reason = f"the connector {peer.connector.name} raised {type(error).__name__}"
        return {key: ends.get(key, Unknown(reason)) for key in keys}
    return ends


def _one_end(first: End | None, said: object) -> End:
    """What a connector says of an intent, where it says two things or none that is known.

    That it is there outweighs that it is not; else nobody knows.
    """
    if not isinstance(said, Written | Delivered | Rejected | NotSent | Unknown):
        return first or Unknown("the connector gave an end that is none of the five")
    if first is None or first == said:
        return said
    arrived = [end for end in (first, said) if isinstance(end, Written | Delivered)]
    return arrived[0] if arrived else Unknown("the connector gave two ends")
