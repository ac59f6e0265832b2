"""Silence: secrets and narratives stand in no log, no error, no repr and nothing that is printed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.mapping import Untranslatable
from hub.model import privileged_fields
from hub.sdk import HubError, Reference
from hub.testing.base import SuiteBase
from hub.testing.engine import run
from hub.testing.samples import MARK
from hub.testing.stand import PLANTED, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from hub.model import Kind
    from hub.sdk import Upsert

_SHORTEST = 12
"""A shorter narrative may stand anywhere by chance."""


class Silence(SuiteBase):
    """Checks what is told in passing while a connector works."""

    def test_secrets_and_narratives_are_told_nowhere(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """While a connector is tried, read, written to and searched, nothing privileged gets out."""
        caplog.set_level(logging.DEBUG)
        told = {"a repr": "\n".join(self._work()), "an error": "\n".join(self._fail())}
        out, err = capfd.readouterr()
        told |= {"a log": caplog.text, "the output": out, "the error output": err}
        for place, text in told.items():
            for what, value in self._privileged():
                assert value not in text, f"{what} stands in {place}."

    def _work(self) -> Iterator[str]:
        """Do everything once; gives what a careless log would show."""
        connector = self.stand.connect()
        yield from map(repr, (connector, connector.config, connector.check()))
        yield str(connector.config)
        self._seen: list[tuple[Kind, Upsert]] = []
        for kind in self.stand.moved:
            if not self.stand.is_written(kind):
                yield from map(repr, self.stand.create(kind))
            for intent in self.stand.intents(kind) if self.stand.access(kind).find else ():
                yield repr(connector.find(kind, Reference(intent.key, intent.payload)))
        for kind in self.stand.listed:
            yield from map(repr, self.stand.pages(kind))
            self._seen += [(kind, row) for row in self.stand.rows(kind)]
        if self.stand.moved:
            yield run(self.stand, Way.IN).told()

    def _fail(self) -> Iterator[str]:
        """Do what cannot be done; gives what is said about it."""
        for kind in self.stand.moved:
            whole = self.stand.intents(kind)[0]
            yield from map(repr, self.stand.write([replace(whole, payload=_bare(whole.payload))]))
        try:
            self.break_source(self.system)
        except NotImplementedError:
            return
        for kind in self.stand.listed:
            try:
                self.stand.pages(kind)
            except HubError as error:
                yield f"{error!r} {error}"

    def _privileged(self) -> Iterator[tuple[str, str]]:
        """What must not get out, and how to call it."""
        yield "A planted secret", PLANTED
        yield from ((f"The secret {name}", value) for name, value in self.stand.secrets.items())
        yield "A narrative", MARK
        for kind, row in self._seen:
            for field, text in self._narratives(kind, row):
                yield f"The {field} of {kind.words} {row.external_id}", text

    def _narratives(self, kind: Kind, row: Upsert) -> Iterator[tuple[str, str]]:
        inward = self.stand.mapping.inward(kind, row.source)
        try:
            values = inward.translate(row.raw) if inward else {}
        except Untranslatable:
            return
        yield from _texts(values, privileged_fields(kind))


def _bare(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A record of which only the narratives are left."""
    return {name: value for name, value in payload.items() if MARK in str(value)}


def _texts(values: Mapping[str, Any], fields: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, str) and name in fields and len(value) >= _SHORTEST:
            yield name, value
        for part in value if _is_list_of_parts(value) else ():
            yield from _texts(part, fields)


def _is_list_of_parts(value: object) -> bool:
    return isinstance(value, Sequence) and all(isinstance(part, Mapping) for part in value)
