"""Clarion dates: the vectors that public SQL gives, a law, and what is no such thing."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_time_matters.clarion import read_date, read_time, write_date, write_time


@pytest.mark.parametrize(
    ("days", "day"),
    [
        ("75293", date(2007, 2, 19)),
        ("77246", date(2012, 6, 25)),
        ("36163", date(1900, 1, 1)),
        ("36163.0", date(1900, 1, 1)),
        ("1", date(1800, 12, 29)),
        ("0", None),
    ],
)
def test_known_days(days: str, day: date | None) -> None:
    assert read_date(days) == day


@given(st.dates(min_value=date(1800, 12, 29)))
def test_every_day_comes_back(day: date) -> None:
    assert read_date(write_date(day)) == day


@pytest.mark.parametrize("text", ["2026-01-15", "-5", "75293.5", "1/15/2026", "seven", "9999999", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_date(text)


def test_a_day_before_the_first_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="no day before"):
        write_date(date(1800, 12, 28))


@pytest.mark.parametrize(
    ("number", "spelt"),
    [(4254001, "11:49:00"), (1, "00:00:00"), (8640000, "23:59:59"), ("4254001.00", "11:49:00"), (0, None)],
)
def test_times_are_hundredths_of_a_second_from_one_on(number: str | int, spelt: str | None) -> None:
    assert read_time(number) == spelt


@pytest.mark.parametrize("wrong", ["-1", "8640001", "noon", "1.5", ""])
def test_what_is_no_time_of_a_day_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="hundredths"):
        read_time(wrong)


@given(st.times().map(lambda moment: moment.replace(microsecond=0, tzinfo=None)))
def test_a_time_that_was_written_reads_as_the_same(moment: time) -> None:
    assert read_time(write_time(moment.isoformat())) == moment.isoformat()
