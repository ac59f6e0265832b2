"""A workspace, opened: the composition root, where what a run works with is put together."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.app.config import FILE_NAME, load_config
from hub.app.connections import open_connector, secret_fields
from hub.app.crosswalks import add_pairs, pairs_of
from hub.app.mappings import MappingFiles, system_mapping
from hub.app.plugins import PluginHost, open_plugins
from hub.app.secrets import SecretStore
from hub.ledger import Ledger
from hub.ledger.engine import sqlite_path
from hub.sdk import ConfigurationError, HubError, Role, SourceFailed, Subject, SystemClock
from hub.sync import Brakes, Flow, Limit, Options, Peer, Session
from hub.sync.check import Context, LooseContext, run_rules
from hub.sync.review import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from hub.app.config import Config
    from hub.app.config_schema import Flow as ConfiguredFlow
    from hub.app.config_schema import Limit as ConfiguredLimit
    from hub.ledger import Hold, StoredRecord
    from hub.model import Kind, Record, RecordId
    from hub.sdk import Clock, Connector, Finding, RuleContext


class OpenWorkspace:
    """A firm's workspace.

    Args:
        folder: where its hub.toml stands.
        clock: where the time comes from.
        extra: plugins that no distribution declares.

    """

    def __init__(self, folder: Path, *, clock: Clock | None = None, extra: Iterable[object] = ()) -> None:
        self.folder = folder
        self.clock = clock or SystemClock()
        self._extra = tuple(extra)
        self._ledger: Ledger | None = None

    def __enter__(self) -> OpenWorkspace:  # noqa: PYI034 -- Self would need another import for no gain
        return self

    def __exit__(self, *_: object) -> None:
        if self._ledger is not None:
            self._ledger.close()

    @cached_property
    def config(self) -> Config:
        """The checked hub.toml."""
        return load_config(self.folder / FILE_NAME)

    @cached_property
    def plugins(self) -> PluginHost:
        """The loaded plugins; without a hub.toml, all that are installed."""
        if not (self.folder / FILE_NAME).exists():
            return PluginHost(extra=self._extra)
        return open_plugins(self.config, extra=self._extra)

    @cached_property
    def files(self) -> MappingFiles:
        """The mapping files, shipped and the workspace's own."""
        return MappingFiles(self.plugins.mapping_roots, self.folder)

    @cached_property
    def secrets(self) -> SecretStore:
        """Where the connections' secrets are kept."""
        return SecretStore(self.folder)

    @property
    def today(self) -> date:
        """The firm's local date."""
        return self.clock.now().astimezone(ZoneInfo(self.config.hub.timezone)).date()

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened when it is first needed."""
        if self._ledger is None:
            self._ledger = Ledger(self.config.ledger_url, self.config.hub.firm, self.clock)
        return self._ledger

    @property
    def has_ledger(self) -> bool:
        """Whether anything was ever kept; asking makes nothing."""
        path = sqlite_path(self.config.ledger_url)
        return path is None or path.exists()

    def connector(self, name: str) -> Connector[Any]:
        """The connector of a connection, ready to work."""
        return open_connector(self.config, name, self.plugins, self.secrets, self.clock)

    def allowance(self, name: str) -> int | None:
        """How many metered reads a connection's system allows in a month, where it meters any."""
        known = self.config.connections.get(name)
        connector = self.plugins.connectors.get(known.connector) if known else None
        return connector.allowance if connector else None

    def peer(self, name: str) -> Peer:
        """A connection with its mapping."""
        connector = self.connector(name)
        connection = self.config.connection(name)
        with self.ledger.transaction():
            number = self.ledger.streams.connection(name)
        hidden = secret_fields(type(connector.config))
        settings = connector.config.model_dump(mode="json", exclude=set(hidden))
        portal = settings.get("portal")
        return Peer(
            name=name,
            number=number,
            connector=connector,
            mapping=system_mapping(self.files, connection, self.plugins),
            settings=settings,
            profile=self.files.profile(portal) if portal else {},
        )

    def session(
        self,
        flows: Sequence[str] = (),
        options: Options | None = None,
        *,
        confirm: Callable[[str, Mapping[str, Any]], bool] | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Session:
        """A run's session for the named flows, or for all.

        Raises:
            ConfigurationError: there is no such flow, or none at all.

        """
        chosen = [self.config.flow(name) for name in flows] or list(self.config.flows.values())
        if not chosen:
            raise ConfigurationError(
                f"{FILE_NAME} has no flows.",
                remedy="Add one: a table [flows.NAME] with from, to and kinds.",
            )
        names = dict.fromkeys(name for flow in chosen for name in (flow.source, flow.to) if name)
        peers, not_opened = self._peers(names)
        session = Session(
            ledger=self.ledger,
            peers=peers,
            not_opened=not_opened,
            not_loaded=[one for one in self.plugins.reports if one.problem],
            flows=[self._flow(flow) for flow in chosen],
            all_flows=[self._flow(flow) for flow in self.config.flows.values()],
            rules=self.plugins.rules,
            clock=self.clock,
            today=self.today,
            brakes=self._brakes(),
            authority=self.config.authority,
            codes=self.codes,
            currency=self.config.hub.currency,
            options=options or Options(),
        )
        session.confirm = confirm or session.confirm
        session.progress = progress or session.progress
        return session

    def _flow(self, flow: ConfiguredFlow) -> Flow:
        source = self.plugins.connectors.get(self.config.connection(flow.source).connector)
        return Flow(
            name=flow.name,
            source=flow.source,
            target=flow.to,
            kinds=flow.kinds,
            start=flow.start,
            clients=frozenset(flow.where.client),
            apply_voids=flow.voids == "apply",
            secure=flow.secure,
            source_role=source.role if source else Role.PRACTICE,
        )

    def _peers(self, names: Iterable[str]) -> tuple[dict[str, Peer], dict[str, HubError]]:
        """The connections that can be made; a connector that raises is one connection's failure."""
        peers: dict[str, Peer] = {}
        failed: dict[str, HubError] = {}
        for name in names:
            try:
                peers[name] = self.peer(name)
            except HubError:
                raise
            except Exception as error:  # noqa: BLE001 -- a connector's bug
                connector = self.config.connection(name).connector
                failed[name] = SourceFailed(
                    f"The connector {connector} cannot be made: {type(error).__name__}.",
                    remedy="This is a bug in the connector; see `hub plugins`.",
                )
        return peers, failed

    def _brakes(self) -> Brakes:
        brakes = self.config.brakes
        return Brakes(
            changed=_limit(brakes.changed, fewest=10),
            voided=_limit(brakes.voided),
            shrunk=_limit(brakes.shrunk),
        )

    def codes(self, name: str) -> frozenset[str]:
        """The codes of a code list."""
        return frozenset(one.code for one in self.files.codes(name))

    def records(self, kind: Kind) -> Iterator[tuple[RecordId, Record]]:
        """All records of a kind in the ledger; none where there is no ledger."""
        if not self.has_ledger:
            return
        with self.ledger.reading():
            for stored in self.ledger.records.of_kind(kind):
                yield stored.id, stored.model()

    def run_rules(self, kind: Kind, record: Record, *, connection: str = "") -> Iterable[Finding]:
        """What the loaded rules say of a record, at a connection or, without one, at any portal."""
        context = self._context(connection)
        rules = [rule for rule in self.plugins.rules if kind in rule.kinds]
        return run_rules(rules, Subject(0, kind, record), context)

    def _context(self, connection: str) -> RuleContext:
        if connection:
            session = self.session()
            return Context(session, session.peers.get(connection) or self.peer(connection))
        return LooseContext(self.files.profile("default"), self.clock.now().date(), self.codes)

    def mapping_data(self, name: str) -> Mapping[str, Any]:
        """A data file of the shared mappings, overridden by the workspace's own."""
        return self.files.data(name)

    def decide(
        self,
        hold: int,
        action: str,
        reason: str,
        *,
        record: int | None = None,
        one: bool = False,
        meant: str = "",
    ) -> Sequence[Hold]:
        """Record a person's decision about a hold; what pairs stands in the crosswalks before.

        Raises:
            HubError: nothing of the sort can be decided about it.

        """
        return decide(
            self.ledger,
            hold,
            action,
            reason,
            record=record,
            one=one,
            meant=meant,
            first=lambda holds: add_pairs(self.folder, pairs_of(holds)),
        )

    def find(self, kind: Kind, text: str) -> list[StoredRecord]:
        """The records that a person may mean.

        Raises:
            HubError: there is none.

        """
        with self.ledger.reading():
            found = self.ledger.records.find(kind, text)
        if not found:
            raise HubError(f"There is no {kind.words} {text}.", remedy="Give its number or its ledger id.")
        return found


def _limit(limit: ConfiguredLimit, fewest: int = 2) -> Limit:
    return Limit(share=limit.share, count=limit.count, fewest=fewest)
