"""Mappings compiled from text, and a ledger of other records to look up."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from hub.mapping import SystemMapping, Unbound, compile_mapping, load_layers
from hub.model import Kind, RecordId

ACTIVITIES = {"A101": "A101", "Plan and prepare for": "A101", "A103": "A103", "Draft/revise": "A103"}


class Ledger:
    """Other records, by id: their kind, stored values, and id at the target where they have one."""

    def __init__(self, records: Mapping[RecordId, tuple[Kind, Mapping[str, Any]]]) -> None:
        self.records = dict(records)
        self.bound: dict[RecordId, str] = {}
        self.asked: list[tuple[tuple[Kind, ...], RecordId, str]] = []

    def external_id(self, kinds: tuple[Kind, ...], record_id: RecordId, source: str) -> str:
        self.asked.append((kinds, record_id, source))
        if record_id not in self.bound:
            raise Unbound(record_id)
        return self.bound[record_id]

    def values(self, record_id: RecordId) -> tuple[Kind, Mapping[str, Any]]:
        return self.records[record_id]


@pytest.fixture
def mapping() -> Callable[..., SystemMapping]:
    """Compile mapping texts, each a layer over the ones before it."""

    def compiled(*texts: str, converters: Any = None, shapes: Any = None) -> SystemMapping:
        named = [(f"layer{number}.toml", text) for number, text in enumerate(texts, 1)]
        lists = {"utbms/activity": ACTIVITIES}
        return compile_mapping(
            load_layers(named),
            codes=lists.__getitem__,
            converters=converters or {},
            shapes=shapes or {},
        )

    return compiled


@pytest.fixture
def ledger() -> Ledger:
    """A client 1, its matter 2, a timekeeper 3, a time entry 4 and an expense 5."""
    found = Ledger(
        {
            1: (Kind.CLIENT, {"number": "100", "name": "Acme", "address": {"city": "Lincoln"}}),
            2: (Kind.MATTER, {"client": 1, "number": "100.00", "client_matter_id": "CM-9"}),
            3: (Kind.TIMEKEEPER, {"number": "7", "name": "Vance", "classification": "PARTNR"}),
            4: (Kind.TIME_ENTRY, {"matter": 2, "timekeeper": 3, "hours": "1.5", "task_code": "L120"}),
            5: (Kind.EXPENSE, {"matter": 2, "amount": "12.00", "task_code": "L110"}),
        },
    )
    found.bound = {1: "ext-1", 2: "ext-2", 3: "ext-3", 4: "ext-4", 5: "ext-5"}
    return found
