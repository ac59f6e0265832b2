"""The stand-in's connectors classify what the server does, and come in like a stranger's plugin."""

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses
from hub_standin import StandInBlind, StandInSettings, StandInWithFind, StandInWithKeys, hub_connectors
from standin_process import Server, install_plugin

from hub.sdk import Action, Clock, Intent, Kind, NotSent, Reference, Rejected, SystemClock, Unknown, Written
from hub.sdk.http import Session

INTENTS = [
    Intent(key, Kind.TIME_ENTRY, Action.CREATE, {"narrative": f"Entry {key}", "hours": "1.5"}, source="time")
    for key in ("k1", "k2", "k3")
]


class Surroundings:
    connection = "standin"
    clock: Clock = SystemClock()

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def http(self) -> Session:
        return Session(self.clock)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "memory.db", "--keys", "--find") as running:
        yield running


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


def test_a_batch_is_written_with_ids_and_references(server: Server, surroundings: Surroundings) -> None:
    connector = StandInBlind(StandInSettings(url=server.url), surroundings)
    outcomes = list(connector.write(INTENTS))
    assert [outcome.key for outcome in outcomes] == ["k1", "k2", "k3"]
    kept = server.records()
    assert [outcome.end for outcome in outcomes] == [Written(record["id"], raw=record) for record in kept]
    assert [record["reference"] for record in kept] == ["k1", "k2", "k3"]
    assert kept[0]["narrative"] == "Entry k1"


def test_the_same_batch_is_written_once_where_keys_are_known(
    server: Server, surroundings: Surroundings
) -> None:
    connector = StandInWithKeys(StandInSettings(url=server.url), surroundings)
    assert list(connector.write(INTENTS)) == list(connector.write(INTENTS))
    assert server.count() == 3


def test_the_blind_one_writes_a_repeat_again(server: Server, surroundings: Surroundings) -> None:
    connector = StandInBlind(StandInSettings(url=server.url), surroundings)
    for _ in range(2):
        list(connector.write(INTENTS))
    assert server.count() == 6


def test_find_sees_records_of_its_kind(server: Server, surroundings: Surroundings) -> None:
    connector = StandInWithFind(StandInSettings(url=server.url), surroundings)
    list(connector.write(INTENTS))
    reference = Reference("k2", INTENTS[1].payload)
    (found,) = connector.find(Kind.TIME_ENTRY, reference)
    assert found.raw
    assert found.raw["narrative"] == "Entry k2"
    assert connector.find(Kind.CLIENT, reference) == []
    assert connector.find(Kind.TIME_ENTRY, Reference("k9", {})) == []


@pytest.mark.parametrize(
    ("status", "body", "end"),
    [(429, "", NotSent), (422, "", Rejected), (503, "", Unknown), (201, "{", Unknown), (201, "[]", Unknown)],
)
def test_an_end_that_is_no_success_is_every_intents_end(
    surroundings: Surroundings, status: int, body: str, end: type
) -> None:
    connector = StandInBlind(StandInSettings(url="http://standin.test"), surroundings)
    with responses.RequestsMock() as network:
        network.post("http://standin.test/records", body=body, status=status)
        outcomes = list(connector.write(INTENTS))
    assert [outcome.key for outcome in outcomes] == ["k1", "k2", "k3"]
    assert {type(outcome.end) for outcome in outcomes} == {end}


def test_a_server_that_is_gone_was_sent_nothing(tmp_path: Path, surroundings: Surroundings) -> None:
    with Server(tmp_path / "memory.db") as server:
        connector = StandInBlind(StandInSettings(url=server.url), surroundings)
        assert connector.check().ok
    (first, *_) = connector.write(INTENTS)
    assert isinstance(first.end, NotSent)


def test_each_declares_the_way_in_which_a_doubt_is_settled() -> None:
    ways = {
        connector.name: (access.idempotency is not None, access.find)
        for connector in hub_connectors()
        for access in [connector.access[Kind.TIME_ENTRY]]
    }
    assert ways == {
        "standin-keys": (True, False),
        "standin-find": (False, True),
        "standin-blind": (False, False),
    }


def test_the_plugin_is_found_by_entry_point(tmp_path: Path) -> None:
    folder = install_plugin(tmp_path / "site")
    (found,) = importlib.metadata.distributions(name="hub-standin", path=[str(folder)])
    (point,) = found.entry_points.select(group="hub.plugins")
    assert (point.name, point.value) == ("standin", "hub_standin")
    assert (folder / "hub_standin.py").is_file()


@pytest.mark.parametrize("other", [INTENTS[::-1], INTENTS[:2]], ids=["another order", "fewer"])
def test_another_batch_is_another_call(
    server: Server, surroundings: Surroundings, other: list[Intent]
) -> None:
    connector = StandInWithKeys(StandInSettings(url=server.url), surroundings)
    list(connector.write(INTENTS))
    list(connector.write(other))
    assert server.count() == len(INTENTS) + len(other)
