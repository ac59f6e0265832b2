"""The shipped mapping: every field, as the page of columns says, and the law kept through files."""

import json
import re
import tomllib
import uuid
from datetime import UTC, date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.mapping import ForeignId, SystemMapping, compile_mapping, load_layers
from hub.mapping.slots import Slot, Sort, anatomy, slot_of
from hub.model import KIND_ORDER, MODELS, Kind
from hub_folder.shelf import PARTS

TEXT = files("hub_mappings").joinpath("folder.toml").read_text(encoding="utf-8")
PAGE = Path(__file__).parents[2] / "docs" / "folder.md"


def compiled(*more: str) -> SystemMapping:
    layers = load_layers([(f"folder{number}.toml", text) for number, text in enumerate((TEXT, *more))])
    return compile_mapping(layers, codes=dict[str, dict[str, str]]().__getitem__, converters={}, shapes={})


MAPPING = compiled()


@pytest.mark.parametrize("kind", KIND_ORDER)
def test_every_field_is_mapped_both_ways(kind: Kind) -> None:
    table = tomllib.loads(TEXT)[kind]
    assert set(table["fields"]) == set(leaves(MODELS[kind]))
    for name, model in anatomy(MODELS[kind]).lists.items():
        lines = table["lines"][name]
        assert (lines["each"], lines["into"]) == (name, name)
        assert set(lines["fields"]) == set(leaves(model))
        assert PARTS[kind][name] == f"{kind}_{name.removesuffix('s')}"
    inward = MAPPING.inward(kind, kind.value)
    assert inward is not None
    assert inward.two_way == inward.covers
    assert set(MODELS[kind].model_fields) == inward.covers


def leaves(model: Any) -> list[str]:
    names = anatomy(model)
    inner = (f"{part}.{name}" for part, inside in names.parts.items() for name in anatomy(inside).slots)
    return [*names.slots, *inner]


def test_the_page_of_columns_says_what_the_mapping_says() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("\n## Columns\n")[2]
    told = {section.split("\n", 1)[0]: columns(section) for section in page.split("\n### ")[1:]}
    meant = {}
    for kind, table in tomllib.loads(TEXT).items():
        meant[kind] = needed_and_possible("id", table["fields"])
        for name, lines in table.get("lines", {}).items():
            meant[PARTS[Kind(kind)][name]] = needed_and_possible(kind, lines["fields"])
    assert told == meant


def columns(section: str) -> tuple[list[str], list[str]]:
    items = section.split("\n\n")[1].removeprefix("- ").split("\n- ")
    listed = {item.partition(":")[0]: re.findall(r"`(\w+)`", item) for item in items}
    return listed["Needed"], listed.get("Possible", [])


def needed_and_possible(first: str, fields: dict[str, Any]) -> tuple[list[str], list[str]]:
    needed = [spec["field"] for spec in fields.values() if spec.get("required")]
    possible = [spec["field"] for spec in fields.values() if spec.get("optional")]
    return [first, *needed], possible


def test_the_example_of_the_page_can_be_read(sheets: Any) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"`(\w+\.csv)`\n\n```csv\n(.*?)```", page, re.DOTALL):
        sheets.put(name, content)
    assert len(sheets.names()) == 4
    for kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY):
        (item,) = sheets.items(kind)
        inward = MAPPING.inward(kind, item.source)
        assert inward is not None
        values = swapped(inward.translate(item.raw))
        assert MODELS[kind].model_validate(values).label()


def test_the_override_of_the_page_fits(sheets: Any) -> None:
    override = re.search(r"```toml\n(\[time_entry.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert override is not None
    sheets.put("time_entry.csv", "id,matter,timekeeper,Date,Hrs\nE1,M1,T1,01/15/2026,1.5\n")
    (item,) = sheets.items(Kind.TIME_ENTRY)
    inward = compiled(override[1]).inward(Kind.TIME_ENTRY, item.source)
    assert inward is not None
    assert inward.translate(item.raw)["worked_on"] == date(2026, 1, 15)


# The law, through files

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=";"), max_size=8).map(
    str.strip
)
VALUES: dict[Sort, st.SearchStrategy[Any]] = {
    Sort.TEXT: WORDS | st.sampled_from(['say "x", twice', "two\nlines", "=1+1", "0100", "1E2", "§ 5"]),
    Sort.DECIMAL: st.integers(-99_999, 99_999).map(lambda cents: Decimal(cents).scaleb(-2)),
    Sort.INTEGER: st.integers(1, 10**6),
    Sort.DATE: st.dates(date(1970, 1, 1), date(2068, 12, 31)),
    Sort.DATETIME: st.datetimes(timezones=st.just(UTC)),
    Sort.FLAG: st.booleans(),
    Sort.REFERENCE: st.integers(1, 999),
}


def one(slot: Slot) -> st.SearchStrategy[Any]:
    if slot.words[-1] == "currency":
        return st.sampled_from(["USD", "EUR"])
    if slot.words[-1] in {"share", "tax_rate"}:
        return st.integers(0, 100).map(lambda cents: Decimal(cents).scaleb(-2))
    if slot.many and slot.sort is Sort.TEXT:
        return st.lists(WORDS.filter(bool), max_size=3)
    value = st.sampled_from(slot.choices) if slot.sort is Sort.CHOICE else VALUES[slot.sort]
    value = value.filter(bool) if slot.needed and slot.sort is Sort.TEXT else value
    return st.lists(value, max_size=3) if slot.many else value


@st.composite
def canonical(draw: st.DrawFn, model: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in leaves(model):
        words = tuple(name.split("."))
        slot = slot_of(model, words)
        if slot.needed or draw(st.booleans()):
            target = values if len(words) == 1 else values.setdefault(words[0], {})
            target[words[-1]] = draw(one(slot))
    for name, line in anatomy(model).lists.items():
        values[name] = draw(st.lists(canonical(line), max_size=2))
    return values


class Ids:
    """Every record is bound, to an id that names it."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: int, source: str) -> str:
        return f"X{record_id}"

    def values(self, record_id: int) -> Any:
        raise AssertionError(record_id)


def swapped(values: Any) -> Any:
    """What was read, with record ids in the place of foreign ones."""
    if isinstance(values, ForeignId):
        return int(values.external_id[1:])
    if isinstance(values, dict):
        return {name: swapped(value) for name, value in values.items()}
    return [swapped(value) for value in values] if isinstance(values, list | tuple) else values


def stored(kind: Kind, values: Any) -> Any:
    return json.loads(MODELS[kind].model_validate(values).model_dump_json(exclude_defaults=True))


@pytest.mark.parametrize("written", ["csv", "ndjson", "xlsx"])
@pytest.mark.parametrize("kind", [kind for kind in KIND_ORDER if kind is not Kind.TRUST_TRANSACTION])
def test_reading_what_was_written_gives_the_same_values(
    sheets: Any, create: Any, kind: Kind, written: str
) -> None:
    @settings(
        max_examples=2 if written == "xlsx" else 6,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
        deadline=None,
        database=None,
    )
    @given(st.lists(canonical(MODELS[kind]), min_size=1, max_size=3))
    def law(records: list[dict[str, Any]]) -> None:
        known = {f"k{number}": stored(kind, values) for number, values in enumerate(records)}
        outward, inward = MAPPING.outward(kind), MAPPING.inward(kind, kind.value)
        assert outward is not None
        assert inward is not None
        place = {"folder": uuid.uuid4().hex, "format": written}
        payloads = {key: outward.render(values, Ids()) for key, values in known.items()}
        sheets.write(*(create(key, kind, **payload) for key, payload in payloads.items()), **place)
        read = {
            key: stored(kind, swapped(inward.translate(raw)))
            for key, raw in sheets.raws(kind, **place).items()
        }
        assert read == known

    law()
