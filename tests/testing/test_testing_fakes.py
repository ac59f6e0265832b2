"""The kit's fakes: the clock, the sample records, the plain mapping, and the system in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub.mapping import ForeignId, compile_mapping, load_layers
from hub.model import KIND_ORDER, Invoice, Kind, line_references, privileged_fields, references
from hub.sdk import (
    Action,
    Deleted,
    End,
    Intent,
    NotSent,
    Outcome,
    Reference,
    Rejected,
    SourceFailed,
    Unknown,
    Upsert,
    Written,
)
from hub.sync.verify import foots
from hub.testing import (
    MARK,
    FakeClock,
    MemoryBlind,
    MemoryIncremental,
    MemoryStore,
    MemorySystem,
    MemoryWithKeys,
    faults,
    sample_records,
    stored_values,
)
from hub.testing.memory import MemorySettings
from hub.testing.plain import plain_mapping
from hub.testing.stand import Ids, needed

if TYPE_CHECKING:
    from hub.sdk.http import Session

SAMPLES = sample_records()


def test_a_fake_clock_moves_by_being_waited_for() -> None:
    clock = FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    clock.sleep(90)
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 3, 1, 1, 1, 30, tzinfo=UTC)
    assert clock.slept == [90]


# Sample records.


def test_there_are_samples_of_every_kind_with_ids_of_their_own() -> None:
    assert set(SAMPLES) == set(KIND_ORDER)
    ids = [number for records in SAMPLES.values() for number in records]
    assert len(ids) == len(set(ids)) == 3 * len(KIND_ORDER)


@pytest.mark.parametrize("kind", KIND_ORDER)
def test_samples_refer_to_samples_of_the_right_kind(kind: Kind) -> None:
    kind_of = {number: kind for kind, records in SAMPLES.items() for number in records}
    for record in SAMPLES[kind].values():
        values = stored_values(record)
        found = [(values.get(name), kinds) for name, kinds in references(kind).items()]
        for line in line_references(kind):
            found += [(one.get(line.field), line.kinds) for one in values.get(line.lines, ())]
        assert all(kind_of[number] in kinds for number, kinds in found if number is not None)


@pytest.mark.parametrize("kind", [kind for kind in KIND_ORDER if privileged_fields(kind)])
def test_every_narrative_of_a_sample_is_marked(kind: Kind) -> None:
    for record in SAMPLES[kind].values():
        texts = [getattr(record, name, "") for name in privileged_fields(kind)]
        assert any(texts)
        assert all(MARK in text for text in texts if text)


def test_the_sample_invoices_add_up() -> None:
    for invoice in SAMPLES[Kind.INVOICE].values():
        assert isinstance(invoice, Invoice)
        assert list(foots(invoice)) == []


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (Kind.CLIENT, []),
        (Kind.TIME_ENTRY, [Kind.CLIENT, Kind.TIMEKEEPER, Kind.MATTER]),
        (Kind.SUBMISSION, list(KIND_ORDER[:6])),
    ],
)
def test_what_a_kind_refers_to_comes_in_its_order(kind: Kind, parents: list[Kind]) -> None:
    assert needed(kind) == parents


@pytest.mark.parametrize("kind", KIND_ORDER)
def test_the_plain_mapping_loses_nothing(kind: Kind) -> None:
    mapping = compile_mapping(
        load_layers([("plain.toml", plain_mapping())]), codes=lambda _name: {}, converters={}, shapes={}
    )
    ids = Ids(SAMPLES)
    for other, records in SAMPLES.items():
        for number in records:
            ids.learn(other, number, f"X{number}")
    inward, outward = mapping.inward(kind, ""), mapping.outward(kind)
    assert inward
    assert outward
    for record in SAMPLES[kind].values():
        again = inward.translate(outward.render(stored_values(record), ids))
        assert type(record).model_validate(_with_records(again)) == record


def _with_records(value: Any) -> Any:
    """Put the sample records' ids in the place of the system's."""
    if isinstance(value, ForeignId):
        return int(value.external_id.removeprefix("X"))
    if isinstance(value, dict):
        return {name: _with_records(inner) for name, inner in value.items()}
    return [_with_records(inner) for inner in value] if isinstance(value, list) else value


# The system in memory.


class Here:
    connection = "memory"
    folder = Path()

    def __init__(self) -> None:
        self.clock = FakeClock()

    def http(self) -> Session:
        raise AssertionError("nothing here goes online")


Connect = Callable[[type[MemorySystem]], MemorySystem]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def here() -> Here:
    return Here()


@pytest.fixture
def connect(store: MemoryStore, here: Here) -> Connect:
    return lambda connector: connector(MemorySettings(store=store.name), here)


def create(key: str, **payload: str) -> Intent:
    return Intent(key, Kind.CLIENT, Action.CREATE, payload)


def ends(outcomes: Iterator[Outcome]) -> list[End]:
    return [outcome.end for outcome in outcomes]


def rows(system: MemorySystem, cursor: str | None = None) -> list[Upsert | Deleted]:
    return [item for page in system.read(Kind.CLIENT, cursor) for item in page.items]


def written(system: MemorySystem, *intents: Intent) -> list[Written]:
    found = ends(system.write(intents))
    assert all(isinstance(end, Written) for end in found)
    return [end for end in found if isinstance(end, Written)]


def test_a_store_is_known_by_its_name(store: MemoryStore) -> None:
    assert MemoryStore.named(store.name) is store
    with pytest.raises(KeyError):
        MemoryStore.named("nowhere")


def test_rows_that_it_starts_with_are_listed() -> None:
    store = MemoryStore({Kind.CLIENT: [{"number": "1"}, {"number": "2"}]})
    assert [row.values["number"] for row in store.rows(Kind.CLIENT).values()] == ["1", "2"]


def test_what_was_written_is_listed_as_it_was_told(connect: Connect) -> None:
    system = connect(MemorySystem)
    told = written(system, *(create(f"k{n}", number=str(n)) for n in range(3)))
    listed = [row for row in rows(system) if isinstance(row, Upsert)]
    assert [(row.external_id, row.raw) for row in listed] == [(end.external_id, end.raw) for end in told]


def test_pages_are_small_and_the_last_one_is_complete(connect: Connect) -> None:
    system = connect(MemorySystem)
    written(system, *(create(f"k{n}") for n in range(3)))
    assert [(len(page.items), page.complete) for page in system.read(Kind.CLIENT, None)] == [
        (2, False),
        (1, False),
        (0, True),
    ]


@pytest.mark.parametrize(("connector", "there"), [(MemorySystem, 2), (MemoryWithKeys, 1), (MemoryBlind, 2)])
def test_a_repeat_makes_one_record_where_keys_are_known(
    connect: Connect, store: MemoryStore, connector: type[MemorySystem], there: int
) -> None:
    system = connect(connector)
    for _ in range(2):
        written(system, create("k"))
    assert len(store.rows(Kind.CLIENT)) == there


def test_a_forgotten_key_makes_another_record(connect: Connect, store: MemoryStore) -> None:
    system = connect(MemoryWithKeys)
    written(system, create("k"))
    store.forget_keys()
    written(system, create("k"))
    assert len(store.rows(Kind.CLIENT)) == 2


def test_a_create_is_found_once_it_can_be_seen(connect: Connect, store: MemoryStore, here: Here) -> None:
    store.lag = timedelta(seconds=5)
    system = connect(MemorySystem)
    (end,) = written(system, create("k"))
    assert system.find(Kind.CLIENT, Reference("k", {})) == []
    here.clock.sleep(5)
    (found,) = system.find(Kind.CLIENT, Reference("k", {}))
    assert (found.external_id, found.raw) == (end.external_id, end.raw)


def test_a_lost_answer_leaves_a_record_and_a_refusal_none(connect: Connect, store: MemoryStore) -> None:
    system = connect(MemorySystem)
    store.lose_answers(1)
    store.refuse(0)
    assert isinstance(ends(system.write([create("k")]))[0], Unknown)
    store.refuse(1)
    assert isinstance(ends(system.write([create("l")]))[0], NotSent)
    assert isinstance(ends(system.write([create("l")]))[0], Written)
    assert len(store.rows(Kind.CLIENT)) == 2


def test_a_listing_breaks_off_where_it_was_told_to(connect: Connect, store: MemoryStore) -> None:
    system = connect(MemorySystem)
    written(system, *(create(f"k{n}") for n in range(5)))
    store.break_source(after=4)
    pages = system.read(Kind.CLIENT, None)
    assert [len(next(pages).items) for _ in range(2)] == [2, 2]
    with pytest.raises(SourceFailed):
        next(pages)
    with pytest.raises(SourceFailed):
        system.find(Kind.CLIENT, Reference("k1", {}))


def test_an_incremental_listing_tells_changes_and_voids(connect: Connect) -> None:
    system = connect(MemoryIncremental)
    first, second = written(system, create("k1", name="A"), create("k2", name="B"))
    cursor = next(page.cursor for page in system.read(Kind.CLIENT, None))
    assert rows(system, cursor) == []
    written(system, change(Action.UPDATE, first, name="C"), change(Action.VOID, second))
    updated, gone = rows(system, cursor)
    assert isinstance(updated, Upsert)
    assert updated.raw["name"] == "C"
    assert gone == Deleted("client", second.external_id)


def change(action: Action, end: Written, **payload: str) -> Intent:
    return Intent(f"{action}-{end.external_id}", Kind.CLIENT, action, payload, "client", end.external_id)


def test_a_void_row_is_not_there_any_more(connect: Connect) -> None:
    system = connect(MemorySystem)
    (end,) = written(system, create("k"))
    written(system, change(Action.VOID, end))
    assert rows(system) == []
    assert isinstance(ends(system.write([change(Action.UPDATE, end)]))[0], Rejected)


def test_faults_add_up(connect: Connect, store: MemoryStore) -> None:
    system = connect(MemorySystem)
    written(system, *(create(f"k{n}") for n in range(3)))
    store.misbehave(faults.page_twice, faults.renumbered, faults.swallowed)
    assert _ids(rows(system)) != _ids(rows(system))
    assert len(rows(system)) == 5
    assert ends(system.write([create("l")])) == []
    assert len(store.rows(Kind.CLIENT)) == 4


def _ids(items: Sequence[Upsert | Deleted]) -> list[str]:
    return [item.external_id for item in items]
