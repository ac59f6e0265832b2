"""The conformance kit's one class: what every connector passes, ours and strangers'."""

from __future__ import annotations

import re

from hub.model import Kind
from hub.sdk import Access, Connector, Health, Settings
from hub.testing.base import SuiteBase
from hub.testing.reading import ReadingContract
from hub.testing.repeating import Idempotence
from hub.testing.running import Runs
from hub.testing.silence import Silence
from hub.testing.writing import WritingContract

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Declaration(SuiteBase):
    """Checks of what a connector says of itself."""

    def test_it_is_declared_as_the_hub_expects(self) -> None:
        """Name, title, settings and access are there, and what access promises is written."""
        connector = self.connector
        told = f"{connector.name!r} is no name: small letters, digits, - and _."
        assert _NAME.fullmatch(connector.name), told
        assert connector.title, "The title is empty."
        assert issubclass(connector.settings, Settings), "The settings are no Settings of hub.sdk."
        for kind, access in connector.access.items():
            assert isinstance(kind, Kind), f"{kind!r} is no kind."
            assert isinstance(access, Access), f"The access to {kind} is no Access."
            assert access.batch >= 1, f"A batch of {kind.words} holds at least one."
            promised = {"read": access.read, "write": access.writes, "find": access.find}
            for method, promise in promised.items():
                own = getattr(connector, method) is not getattr(Connector, method)
                assert own or not promise, f"access promises to {method} a {kind.words}: write {method}()."

    def test_its_plugin_is_loaded(self) -> None:
        """The plugin host takes the connector, and has nothing to say against its plugin."""
        host = self.stand.open().plugins
        problems = " ".join(report.problem for report in host.reports if report.problem)
        given = host.connectors.get(self.connector.name)
        assert given is self.connector, f"No plugin gives this {self.connector.name}. {problems}"
        for report in host.reports:
            is_mine = self.connector.name in report.gives.get("connectors", ())
            assert not (is_mine and report.problem), report.problem

    def test_trust_money_is_never_written(self) -> None:
        """Trust transactions are read and reported; no connector writes them."""
        access = self.stand.access(Kind.TRUST_TRANSACTION)
        assert not access.writes, "The connector offers to write trust transactions."

    def test_its_check_finds_the_sandbox_well(self) -> None:
        """``check`` says that the sandbox can be used, and the same again."""
        first, again = self.stand.connect().check(), self.stand.connect().check()
        assert isinstance(first, Health), f"check() gives a {type(first).__name__}."
        assert first.ok, f"check() finds the sandbox unusable: {' '.join(first.notes)}"
        assert first.identity == again.identity, "The sandbox is another company from one check to the next."


class ConnectorSuite(Declaration, ReadingContract, WritingContract, Idempotence, Runs, Silence):
    """Everything that a connector has to keep, as tests.

    A connector's author derives one class from it, names the connector, and says how to start a
    sandbox of its system and with which settings to connect to it::

        class TestAcme(ConnectorSuite):
            connector = Acme

            def settings(self, sandbox):
                return {"folder": "acme"}

    ``sandbox``, ``samples``, ``count``, ``break_source`` and ``lose_answers`` have defaults, or
    skip the checks that need them. A check that a connector promises nothing about is skipped.
    """
