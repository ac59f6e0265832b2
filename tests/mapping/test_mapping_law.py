"""The law: reading what was written gives the same values on every field that goes both ways."""

import json
from collections.abc import Mapping
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.mapping import (
    ForeignId,
    Layer,
    Outward,
    SystemMapping,
    Untranslatable,
    compile_mapping,
    link_to,
)
from hub.mapping.slots import Slot, Sort, anatomy
from hub.model import MODELS, InvoiceLine, Kind

Spec = dict[str, Any]

CODES = {"A101": "A101", "Plan": "A101", "A103": "A103"}
WORDS = ("PARTNR", "ASSOC", "A101", "A103", "x")
VENDOR_WORDS = ("1", "2", "3", "4", "5")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.strip)
days = st.dates(date(1970, 1, 1), date(2068, 12, 31))
VALUES: Mapping[Sort, st.SearchStrategy[Any]] = {
    Sort.TEXT: texts | st.sampled_from(WORDS),
    Sort.DECIMAL: st.integers(-99_999, 99_999).map(lambda cents: Decimal(f"{cents / 100:g}")),
    Sort.INTEGER: st.integers(1, 10**6),
    Sort.DATE: days,
    Sort.DATETIME: st.datetimes(timezones=st.just(UTC)),
    Sort.FLAG: st.booleans(),
    Sort.REFERENCE: st.integers(1, 999),
}
HOWS: Mapping[Sort, tuple[Spec, ...]] = {
    Sort.TEXT: (
        {},
        {"as": "text"},
        {"codes": "list"},
        {"values": dict(zip(VENDOR_WORDS, WORDS, strict=True))},
        {"values": {"1": "x", "2": "x", "3": "ASSOC"}, "inverse": {"x": "2"}},
        {"values": {"1": "x", "2": "x", "3": "ASSOC"}},
        {"values": {"9": ""}, "default": "x"},
        {"default": "x"},
        {"empty": ["0", "x"]},
    ),
    Sort.DECIMAL: ({}, {"as": "decimal:2"}, {"as": "decimal:4"}, {"empty": ["0"]}, {"as": "cents"}),
    Sort.INTEGER: ({}, {"as": "integer"}),
    Sort.DATE: ({}, {"as": "date:%m/%d/%Y"}, {"as": "date:%d.%m.%y"}, {"empty": ["1970-01-01"]}),
    Sort.DATETIME: ({}, {"as": "datetime:%Y%m%d %H:%M:%S.%f %z"}),
    Sort.FLAG: (
        {},
        {"as": "flag:not"},
        {"as": "flag:Y/N"},
        {"values": {"H": True}},
        {"values": {"H": True, "P": False}},
        {"default": True},
    ),
}
CONVERTERS = {"cents": (lambda text: Decimal(text).scaleb(-2), lambda number: int(number * 100))}


def how(slot: Slot) -> st.SearchStrategy[Spec]:
    if slot.sort is Sort.REFERENCE:
        leading = [str(kind) for kind in Kind if kind not in slot.kinds and link_to(kind, slot.kinds)]
        return st.sampled_from(["", *leading]).map(lambda kind: {"ref": [*slot.kinds, *filter(None, [kind])]})
    if slot.words[-1] == "currency":
        return st.just({})
    if slot.sort is Sort.CHOICE:
        table = {f"v{number}": word for number, word in enumerate(slot.choices)}
        return st.sampled_from([{}, {"values": table}])
    return st.sampled_from([spec for spec in HOWS[slot.sort] if not (slot.needed and _bounded(spec))])


def _bounded(spec: Spec) -> bool:
    """Whether some values of the model can neither be written nor be left out."""
    return bool(set(spec) & {"values", "codes", "empty", "default"})


@st.composite
def specs(draw: st.DrawFn, slots: Mapping[str, Slot]) -> dict[str, Spec]:
    """A spec for each slot: a column, plain or nested or with a dot, alone or shared, or several."""
    return {name: draw(_many(name) if slot.many else _one(name, slot)) for name, slot in slots.items()}


@st.composite
def _one(draw: st.DrawFn, name: str, slot: Slot) -> Spec:
    spec = {"field": draw(st.sampled_from([name, f"in.{name}", f'"{name}. "']))} | draw(how(slot))
    alone = set(spec) & {"values", "codes", "as", "ref"} or slot.needed or slot.sort is Sort.CHOICE
    if not alone and draw(st.booleans()):
        spec["field"] = f"shared.{slot.sort.name}"
    elif not slot.needed and slot.default in (None, ""):
        spec["optional"] = draw(st.booleans())
    return spec


def _many(name: str) -> st.SearchStrategy[Spec]:
    columns = [f"{name}{number}" for number in range(3)]
    return st.sampled_from([{"fields": columns}, {"field": name}, {"field": name, "join": "| "}])


@st.composite
def canonical(draw: st.DrawFn, slots: Mapping[str, Slot]) -> dict[str, Any]:
    """Values for a model: all that it needs, and some of the others."""
    return {name: draw(_value(slot)) for name, slot in slots.items() if slot.needed or draw(st.booleans())}


def _value(slot: Slot) -> st.SearchStrategy[Any]:
    if slot.words[-1] == "currency":
        return st.sampled_from(["USD", "EUR"])
    if slot.many and slot.sort is Sort.TEXT:
        return st.lists(st.sampled_from(WORDS), max_size=3)
    if slot.words[-1] in ("share", "tax_rate"):
        return st.integers(0, 100).map(lambda hundredths: Decimal(hundredths) / 100)
    one = st.sampled_from(slot.choices) if slot.sort is Sort.CHOICE else VALUES[slot.sort]
    one = one.filter(bool) if slot.needed and slot.sort is Sort.TEXT else one
    return st.lists(one, max_size=3) if slot.many else one


class Ids:
    """Every record is bound, to an id that names it."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: int, source: str) -> str:
        return f"id {record_id}"

    def values(self, record_id: int) -> tuple[Kind, Mapping[str, Any]]:
        raise AssertionError(record_id)


def swapped(values: Any) -> Any:
    """What was read, with record ids in the place of foreign ones."""
    if isinstance(values, ForeignId):
        return int(values.external_id.removeprefix("id "))
    if isinstance(values, dict):
        return {name: swapped(value) for name, value in values.items()}
    return [swapped(value) for value in values] if isinstance(values, list | tuple) else values


def compiled(kind: Kind, table: dict[str, Any]) -> SystemMapping:
    layer = Layer("law.toml", {str(kind): table})
    return compile_mapping([layer], codes=lambda _: CODES, converters=CONVERTERS, shapes={})


def stored(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    model = MODELS[kind].model_validate(values)
    found: dict[str, Any] = json.loads(model.model_dump_json(exclude_defaults=True))
    return found


def at(values: Any, name: str) -> Any:
    for word in name.split("."):
        values = (values or {}).get(word)
    return values


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Set a field, or take it out where there is no value."""
    *before, last = name.split(".")
    for word in before:
        values = values.setdefault(word, {})
    if value is None:
        values.pop(last, None)
    else:
        values[last] = value


def refused(outward: Outward, values: dict[str, Any]) -> set[str]:
    """The fields that cannot be written, and say so."""
    try:
        outward.render(values, Ids())
    except Untranslatable as error:
        return {problem.field for problem in error.problems}
    return set()


def never_read(spec: Spec, value: Any) -> bool:
    """Whether the field cannot have come by this value by reading."""
    empty = {"0", "x", "1970-01-01", "0.00"} if "empty" in spec else set()
    return str(value) in empty or ("default" in spec and value in (None, "", []))


def _slots(kind: Kind) -> dict[str, Slot]:
    parts = anatomy(MODELS[kind])
    inside = {
        f"{part}.{name}": slot
        for part, model in parts.parts.items()
        for name, slot in anatomy(model).slots.items()
    }
    return {**parts.slots, **inside}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Kind, dict[str, Spec], dict[str, Any]]:
    kind = draw(st.sampled_from(list(Kind)))
    slots = _slots(kind)
    values = draw(canonical(anatomy(MODELS[kind]).slots))
    for part, model in anatomy(MODELS[kind]).parts.items():
        values[part] = draw(canonical(anatomy(model).slots))
    return kind, draw(specs(slots)), values


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_reading_what_was_written_gives_the_same_values(
    case: tuple[Kind, dict[str, Spec], dict[str, Any]],
) -> None:
    kind, fields, values = case
    names = [name for name, slot in anatomy(MODELS[kind]).slots.items() if slot.sort is Sort.TEXT]
    condition = next(name for name in names if name != "currency")
    chosen = {"Chosen": [{condition: "", "is": "x"}, {"is": False}]}
    system = compiled(kind, {"fields": fields, "chosen": chosen})
    outward, inward = system.outward(kind), system.inward(kind, "")
    assert outward is not None
    assert inward is not None
    before = stored(kind, values)
    for name in refused(outward, before):
        put(before, name, None)
    read = inward.translate(outward.render(before, Ids()))
    law = [name for name in outward.two_way if not never_read(fields[name], at(before, name))]
    after = json.loads(json.dumps(before))
    for name in law:
        put(after, name, swapped(at(read, name)))
    assert stored(kind, after) == stored(kind, before)
    assert len(law) > 1


@st.composite
def line_cases(draw: st.DrawFn) -> tuple[dict[str, Spec], list[dict[str, Any]]]:
    slots = anatomy(InvoiceLine).slots
    lines = draw(st.lists(canonical(slots), max_size=4))
    return draw(specs(slots)), lines


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=line_cases(), apart=st.booleans())
def test_the_law_holds_in_lines(case: tuple[dict[str, Spec], list[dict[str, Any]]], *, apart: bool) -> None:
    fields, lines = case
    tables = _tables(fields) if apart else {"all": {"each": "doc.lines", "fields": fields}}
    head = {name: {"field": name} for name in ("number", "issued_on", "total")}
    system = compiled(
        Kind.INVOICE, {"fields": {**head, "client": {"field": "c", "ref": "client"}}, "lines": tables}
    )
    outward, inward = system.outward(Kind.INVOICE), system.inward(Kind.INVOICE, "")
    assert outward is not None
    assert inward is not None
    before = stored(Kind.INVOICE, {**HEAD, "lines": lines})
    before.setdefault("lines", [])
    if apart:
        before["lines"].sort(key=lambda line: LINE_TYPES.index(line["type"]))
    for place in refused(outward, before):
        number, name = place.removeprefix("lines[").split("].")
        put(before["lines"][int(number) - 1], name, None)
    read = inward.translate(outward.render(before, Ids()))
    back = [line for line in before["lines"] if not (apart and line["type"] == ONLY_OUT)]
    assert len(read["lines"]) == len(back)
    two_way = _two_way(fields)
    after = json.loads(json.dumps(before))
    for line, found in zip(after["lines"][: len(back)], read["lines"], strict=True):
        for name in [name for name in two_way if not never_read(fields[name], line.get(name))]:
            put(line, name, swapped(found.get(name)))
    assert stored(Kind.INVOICE, after) == stored(Kind.INVOICE, before)


HEAD = {"number": "7", "client": 1, "issued_on": date(2026, 1, 31), "total": Decimal(5)}
LINE_TYPES = anatomy(InvoiceLine).slots["type"].choices
ONLY_OUT = LINE_TYPES[-1]
CHOSEN = {"Chosen": [{"advance": True, "is": "A"}, {"task_code": "", "is": False}, {"is": "B"}]}


def _tables(fields: dict[str, Spec]) -> dict[str, Any]:
    """A table for each type of line, by `where` or by a constant; the last one only goes out."""
    others = {name: spec for name, spec in fields.items() if name != "type"}
    tables: dict[str, dict[str, Any]] = {
        word: {"where": {"type": word}, "fields": others}
        if number % 2
        else {"fields": {**others, "type": {"const": word}}}
        for number, word in enumerate(LINE_TYPES)
    }
    tables[ONLY_OUT]["way"] = "out"
    return {word: {"each": f"doc.{word}", "chosen": CHOSEN, **table} for word, table in tables.items()}


def _two_way(fields: dict[str, Spec]) -> frozenset[str]:
    """The fields of lines that go both ways, as the law has it."""
    owners: dict[str, str] = {}
    for name, spec in fields.items():
        words = list(spec.get("values", {}).values())
        if "inverse" in spec or len(set(words)) == len(words):
            owners.setdefault(spec["field"], name)
    return frozenset(owners.values())
