"""Crosswalks as files: read by a system's column, and written by what a person accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.app.crosswalks import Pair, add_pairs, read_crosswalk
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.text("AB cdé,\"'", min_size=1, max_size=6).map(str.strip).filter(bool)


def file_of(folder: Path) -> Path:
    return folder / "mappings" / "crosswalks" / "timekeeper.csv"


def pair(spelling: str, canonical: str, name: str = "") -> Pair:
    return Pair("timekeeper", "capture", spelling, canonical, name)


def test_a_file_is_made_with_the_first_pair(tmp_path: Path) -> None:
    add_pairs(tmp_path, [pair("JD", "1"), pair("KL", "7")])
    assert file_of(tmp_path).read_text(encoding="utf-8") == "timekeeper,capture\n1,JD\n7,KL\n"


def test_what_is_there_is_kept_and_what_is_new_is_named(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir(parents=True)
    file_of(tmp_path).write_text("number,name,other\n1,Doyle,x\n9,,y\n", encoding="utf-8-sig")
    add_pairs(tmp_path, [pair("JD", "1", "Jane Doyle"), pair("J.D.", "1"), pair("KL", "7", "Kim Lee")])
    assert file_of(tmp_path).read_text(encoding="utf-8").splitlines() == [
        "number,name,other,capture",
        "1,Doyle,x,JD | J.D.",
        "9,,y",
        "7,Kim Lee,,KL",
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"\xff\xfe1", "not UTF-8"), (b",capture\n1,JD\n", "no heading"), (b"\n\n", "no heading")],
)
def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path, data: bytes, told: str) -> None:
    file_of(tmp_path).parent.mkdir(parents=True)
    file_of(tmp_path).write_bytes(data)
    with pytest.raises(ConfigurationError, match=told):
        add_pairs(tmp_path, [pair("JD", "1")])
    assert file_of(tmp_path).read_bytes() == data


@given(st.dictionaries(NAMES, st.sampled_from(["1", "7", "12"]), max_size=6))
def test_what_was_accepted_is_read_so(
    tmp_path_factory: pytest.TempPathFactory, pairs: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("firm")
    wanted = {spelling.casefold(): canonical for spelling, canonical in pairs.items()}
    add_pairs(folder, [pair(spelling, canonical) for spelling, canonical in wanted.items()])
    if not wanted:
        return
    text = file_of(folder).read_text(encoding="utf-8")
    walk = read_crosswalk("timekeeper", [("timekeeper.csv", text)], ("capture", "acme"))
    assert {spelling: walk.canonical(spelling) for spelling in wanted} == wanted


def test_a_later_file_says_more_and_otherwise() -> None:
    shipped = ("shipped", "number,acme\n1,JD\n7,KL | K\n")
    own = ("own", "number,acme\n2,JD\n*,*\n")
    walk = read_crosswalk("timekeeper", [shipped, own], ("capture", "acme"))
    assert [walk.canonical(one) for one in ("jd", "k", "ZZ")] == ["2", "7", "ZZ"]
    assert [walk.spelling(one) for one in ("2", "7", "9")] == ["JD", "KL", "9"]
    assert walk.system == "acme"


def test_a_mark_for_anything_beside_one_thing_opens_nothing() -> None:
    walk = read_crosswalk("timekeeper", [("own", "number,acme\n7,*\n")], ("acme",))
    assert (walk.canonical("ZZ"), walk.spelling("7")) == (None, None)
