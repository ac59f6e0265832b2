"""Dates in the spellings of an ODBC export, and in no other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_tabs3 import hub_converters
from hub_tabs3.dates import read_date, write_date


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "01/31/2026",
        "1/31/2026",
        " 2026-01-31 ",
        "2026-01-31 00:00:00",
        "2026-01-31T00:00:00.000",
        "2026-01-31T00:00:00Z",
        "1/31/2026 12:00:00 AM",
        "01/31/2026 00:00",
    ],
)
def test_what_odbc_exports_is_a_date(text: str) -> None:
    assert read_date(text) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02/30/2026",
        "31/01/2026",
        "01/31/26",
        "2026-1-31",
        "20260131",
        "Jan 31 2026",
        "46053",
        "2026-01-31 x",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_is_written_is_read_back(day: date) -> None:
    inward, outward = hub_converters()["tabs3-date"]
    assert inward(outward(day)) == day
    assert outward is write_date
