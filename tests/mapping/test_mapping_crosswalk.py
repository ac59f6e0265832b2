"""Crosswalks: what one thing is called in each system; and fields read from one of several places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping import UNPAIRED, Crosswalk, SystemMapping, Untranslatable, compile_mapping, load_layers
from hub.model import Kind
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from hub.mapping import Lookup

PEOPLE = Crosswalk("timekeeper", "capture", {"jd": "1", "j.doyle": "1", "kl": "7"}, {"1": "JD", "7": "KL"})
CODES = {"A103": "A103", "A104": "A104", "Draft/revise": "A103"}
TIMEKEEPER = """
[timekeeper.fields]
number = { field = "INIT", crosswalk = "timekeeper" }
name = { field = "NAME" }
"""
ENTRY = """
[time_entry.fields]
matter = { field = "M", ref = "matter" }
timekeeper = { field = "T", ref = "timekeeper" }
worked_on = { field = "D" }
hours = { field = "H" }
"""
ACTIVITY = """
[time_entry.fields.activity_code]
field = "CODE"
codes = "utbms/activity"
crosswalk = "activity"
"""


def compiled(text: str, **walks: Crosswalk) -> SystemMapping:
    return compile_mapping(
        load_layers([("own.toml", text)]),
        codes={"utbms/activity": CODES}.__getitem__,
        converters={},
        shapes={},
        crosswalks=lambda name: walks.get(name) or Crosswalk(name, "capture"),
    )


def read(mapping: SystemMapping, kind: Kind, **raw: Any) -> dict[str, Any]:
    inward = mapping.inward(kind, "")
    assert inward is not None
    return inward.translate(raw)


def entry(text: str, walk: Crosswalk | None = None, **raw: Any) -> Any:
    """What is read of a field of a time entry that lacks all else."""
    walks = {"activity": walk} if walk else {}
    usual = {"M": "1", "T": "1", "D": "2026-07-01", "H": "1"}
    return read(compiled(ENTRY + text, **walks), Kind.TIME_ENTRY, **usual, **raw).get("activity_code")


@pytest.mark.parametrize("spelt", ["JD", "jd", " J.Doyle "])
def test_every_spelling_of_a_row_is_what_the_hub_calls_it(spelt: str) -> None:
    assert (
        read(compiled(TIMEKEEPER, timekeeper=PEOPLE), Kind.TIMEKEEPER, INIT=spelt, NAME="X")["number"] == "1"
    )


def test_the_first_spelling_of_a_row_is_written(ledger: Lookup) -> None:
    outward = compiled(TIMEKEEPER, timekeeper=PEOPLE).outward(Kind.TIMEKEEPER)
    assert outward is not None
    assert outward.render({"number": "1", "name": "X"}, ledger)["INIT"] == "JD"
    with pytest.raises(Untranslatable) as caught:
        outward.render({"number": "2", "name": "X"}, ledger)
    assert [(one.code, one.crosswalk) for one in caught.value.problems] == [(UNPAIRED, "timekeeper")]


def test_what_a_needed_field_has_in_no_row_holds_the_record_and_says_where_to_mend_it() -> None:
    with pytest.raises(Untranslatable) as caught:
        read(compiled(TIMEKEEPER, timekeeper=PEOPLE), Kind.TIMEKEEPER, INIT="ZZ", NAME="Zoe Zahn")
    (problem,) = caught.value.problems
    assert (problem.code, problem.crosswalk, problem.value) == (UNPAIRED, "timekeeper", "ZZ")
    assert problem.message == 'INIT is "ZZ", which is in no row of crosswalks/timekeeper.csv.'
    assert problem.remedy == "Give it a row in mappings/crosswalks/timekeeper.csv, in the column capture."
    assert caught.value.values["name"] == "Zoe Zahn"


def test_a_text_in_no_row_is_no_value_and_is_noted() -> None:
    walk = Crosswalk("activity", "capture", {"drafting": "A103"}, {"A103": "Drafting"})
    assert entry(ACTIVITY, walk, CODE="Drafting") == "A103"
    assert entry(ACTIVITY, walk, CODE="A104") == "A104"  # a code is itself
    assert entry(ACTIVITY, walk, CODE="draft/REVISE") == "A103"  # and so is its name
    assert walk.unpaired == {}
    assert entry(ACTIVITY, walk, CODE="Golf") is None
    assert list(walk.unpaired) == ["Golf"]


def test_same_takes_what_is_in_no_row_as_it_is() -> None:
    text = ACTIVITY.replace('codes = "utbms/activity"', 'unknown = "same"')
    assert entry(text, CODE="X001") == "X001"


def test_an_open_crosswalk_takes_everything_as_it_is() -> None:
    walk = Crosswalk("timekeeper", "capture", open=True)
    assert read(compiled(TIMEKEEPER, timekeeper=walk), Kind.TIMEKEEPER, INIT="JD", NAME="X")["number"] == "JD"


@given(
    st.dictionaries(
        st.text("ABCDEFXYZ0123456789", min_size=1, max_size=4), st.sampled_from("123456"), max_size=8
    )
)
def test_what_was_written_reads_as_the_same(pairs: dict[str, str]) -> None:
    back = {canonical: spelt for spelt, canonical in reversed(list(pairs.items()))}
    walk = Crosswalk("timekeeper", "capture", {one.casefold(): other for one, other in pairs.items()}, back)
    for canonical in set(pairs.values()):
        spelt = walk.spelling(canonical)
        assert spelt is not None
        assert walk.canonical(spelt) == canonical


def test_an_edited_crosswalk_is_another_mapping() -> None:
    one, same = compiled(TIMEKEEPER, timekeeper=PEOPLE), compiled(TIMEKEEPER, timekeeper=PEOPLE)
    other = compiled(TIMEKEEPER, timekeeper=Crosswalk("timekeeper", "capture", {"jd": "2"}, {"2": "JD"}))
    assert one.digest == same.digest != other.digest


# ------------------------------------------------------------ else

EITHER = """
[time_entry.fields.activity_code]
field = "CODE"
optional = true
else = { field = "TCODE", crosswalk = "activity", optional = true }
"""
TCODES = Crosswalk("activity", "billing", {"10": "A103"}, {"A103": "10"})


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({"CODE": "X001", "TCODE": "10"}, "X001"),
        ({"CODE": "", "TCODE": "10"}, "A103"),
        ({"TCODE": "10"}, "A103"),
        ({"TCODE": "11"}, None),
        ({}, None),
    ],
)
def test_where_a_field_is_empty_it_is_read_from_elsewhere(raw: dict[str, str], found: str | None) -> None:
    assert entry(EITHER, TCODES, **raw) == found


def test_what_is_read_from_one_of_two_fields_is_not_written() -> None:
    outward = compiled(EITHER).outward(Kind.TIME_ENTRY)
    assert outward is None or "activity_code" not in outward.fields


def test_of_two_places_the_one_that_is_wrong_is_named() -> None:
    text = TIMEKEEPER.replace(
        'crosswalk = "timekeeper" }',
        'crosswalk = "timekeeper", else = { field = "ID", crosswalk = "timekeeper" } }',
    )
    with pytest.raises(Untranslatable) as caught:
        read(compiled(text, timekeeper=PEOPLE), Kind.TIMEKEEPER, INIT="", ID="ZZ", NAME="X")
    assert [(one.vendor_field, one.value) for one in caught.value.problems] == [("ID", "ZZ")]
    with pytest.raises(Untranslatable) as caught:
        read(compiled(text, timekeeper=PEOPLE), Kind.TIMEKEEPER, INIT="", NAME="X")
    assert [one.code for one in caught.value.problems] == ["missing"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('{ field = "A", else = "B" }', "is not a table"),
        ('{ field = "A", default = "x", else = { field = "B" } }', "exclude each other"),
        ('{ field = "A", way = "both", else = { field = "B" } }', "cannot go out"),
        ('{ field = "A", unknown = "same" }', "means nothing without"),
        ('{ field = "A", values = { "a" = "b" }, crosswalk = "activity" }', "exclude each other"),
        ('{ field = "A", values = { "a" = "b" }, unknown = "same" }', 'is "same"'),
    ],
)
def test_what_makes_no_sense_is_refused(said: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        compiled(f"[time_entry.fields]\nactivity_code = {said}\n")


def test_only_text_is_called_by_a_crosswalk() -> None:
    with pytest.raises(ConfigurationError, match="holds a number"):
        compiled('[time_entry.fields]\nhours = { field = "H", crosswalk = "hours" }\n')


# ------------------------------------------------------------ chosen

CHOSEN = """
[time_entry.chosen]
TCODE = [
    { of = "transaction_code" },
    { of = "activity_code", crosswalk = "activity" },
    { is = false },
]
"""


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({"transaction_code": "51", "activity_code": "A103"}, {"TCODE": "51"}),
        ({"activity_code": "A103"}, {"TCODE": "10"}),
        ({"activity_code": "A104"}, {}),
        ({}, {}),
    ],
)
def test_a_row_gives_the_value_of_a_field_as_the_system_spells_it(
    values: dict[str, str], written: dict[str, str], ledger: Lookup
) -> None:
    outward = compiled(CHOSEN, activity=TCODES).outward(Kind.TIME_ENTRY)
    assert outward is not None
    assert outward.render(values, ledger) == written


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{ of = "activity_code", is = "x" }', "does not say what is written"),
        ('{ is = "x", crosswalk = "activity" }', "means nothing without `of`"),
        ('{ of = "hours" }', "holds no text"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        compiled(f"[time_entry.chosen]\nTCODE = [{row}]\n")
