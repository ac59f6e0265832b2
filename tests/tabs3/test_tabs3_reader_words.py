"""What the reader says: how values are spelt, and what it makes of a driver's errors."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from hub_tabs3_reader import program
from hub_tabs3_reader.reading import Reading, State
from hub_tabs3_reader.request import Wanted, parsed
from hub_tabs3_reader.spelling import speller, text

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = dt.datetime(2026, 1, 31)  # noqa: DTZ001 -- a driver knows no zones


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        (Decimal("120.10"), "120.10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.005"), "-0.005"),
        (1234567.89, "1234567.89"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (9999999.99, "9999999.99"),
        (4711, "4711"),
        (True, "1"),
        (False, "0"),
        (None, None),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (DAY, "2026-01-31"),
        (DAY.replace(hour=8, minute=30), "2026-01-31 08:30:00"),
        (dt.time(8, 30), "08:30:00"),
        (" 110.00 ", " 110.00 "),
        ("110.00\0\0", "110.00"),
        (b"M\xc3\xbcller", "Müller"),
        (bytearray(b"M\xfcller \x93\x81"), "Müller “\x81"),
    ],
)
def test_a_value_is_spelt_without_loss(value: object, spelt: str | None) -> None:
    assert speller(type(value), None)(value) == spelt


@pytest.mark.parametrize("figure", ["10.1", "12345.67", "0.05", "0.3", "1000000"])
def test_a_number_of_four_bytes_is_the_shortest_decimal_that_it_can_be(figure: str) -> None:
    (single,) = struct.unpack("f", struct.pack("f", float(figure)))
    assert speller(float, 7)(single) == figure


def test_a_double_that_is_called_a_single_is_spelt_as_what_it_is() -> None:
    assert speller(float, 24)(1234567.89) == "1234567.89"
    assert speller(float, 24)(None) is None


def test_every_byte_is_a_character() -> None:
    assert len(text(bytes(range(1, 256)))) == 255


def test_a_request_is_put_into_the_order_of_reading() -> None:
    wanted = parsed(b'{"tables": [{"name": "ledger"}, {"name": "fee"}, {"name": "TCODE", "optional": true}]}')
    assert wanted == [Wanted("TCODE", optional=True), Wanted("FEE"), Wanted("LEDGER")]


def printed(*arguments: str, monkeypatch: pytest.MonkeyPatch, asked: bytes = b"") -> dict[str, Any]:
    stream = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked)))
    program.main(arguments)
    (line,) = stream.buffer.getvalue().splitlines()
    return dict(json.loads(line))


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"[]",
        b'{"tables": []}',
        b'{"tables": [{"name": "FEE"}, {"name": "fee"}]}',
        b'{"tables": [{"name": "FEE", "where": "1=1"}]}',
        b'{"tables": [{"name": "FEE", "column": "A", "values": [1]}]}',
        b'{"tables": [{"name": "FEE", "column": "A", "values": "1"}]}',
    ],
)
def test_what_is_no_request_is_told(asked: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyodbc", exc_type=ImportError)
    frame = printed("--dsn=Tabs3", "--request=-", monkeypatch=monkeypatch, asked=asked)
    assert frame["error"]["code"] == "bad_request"


def test_a_wrong_command_line_is_told_as_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed("--frob", monkeypatch=monkeypatch)["error"]["code"] == "bad_request"


def test_without_pyodbc_the_reader_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("work", "doctor", "database", "driver", "sources"):
        monkeypatch.delitem(sys.modules, f"hub_tabs3_reader.{name}", raising=False)
        monkeypatch.delattr(f"hub_tabs3_reader.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    assert printed("--dsn=Tabs3", monkeypatch=monkeypatch)["error"]["code"] == "no_pyodbc"
    assert printed("--doctor", monkeypatch=monkeypatch)["doctor"]["error"]["code"] == "no_pyodbc"


@pytest.mark.parametrize(
    ("state", "said", "code"),
    [
        (
            "IM014",
            "The specified DSN contains an architecture mismatch between the Driver and Application",
            "bitness",
        ),
        ("IM003", "Specified driver could not be loaded due to system error 193: (C:\\x.dll)", "bitness"),
        (
            "IM003",
            "Specified driver could not be loaded due to system error 126: (C:\\x.dll)",
            "driver_missing",
        ),
        ("IM002", "Data source name not found and no default driver specified", "no_such_dsn"),
        ("28000", "Login failed for user geheim", "login"),
        ("08001", "Unable to connect to server geheim", "driver"),
        ("HY000", "Row of Doe v. Roe, geheim (133) (SQLExecDirectW)", "driver"),
    ],
)
def test_an_error_of_the_driver_is_named_and_not_quoted(state: str, said: str, code: str) -> None:
    pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError)
    from hub_tabs3_reader.driver import driver_errors  # noqa: PLC0415 -- needs pyodbc
    from hub_tabs3_reader.problems import ReaderError  # noqa: PLC0415 -- with it

    with pytest.raises(ReaderError) as caught, driver_errors("reading FEE"):
        raise pyodbc.Error(state, f"[{state}] {said}")
    assert caught.value.code == code
    assert "geheim" not in str(caught.value.told())
    if state == "HY000":
        assert "SQLSTATE HY000, code 133" in caught.value.message


class Shrunken:
    """A database whose driver gives fewer rows than it counts, without an error."""

    def product(self) -> str:
        return "none"

    def state(self, table: str) -> State:
        return State(3, 3)

    def rows(self, table: str, column: str, values: tuple[str, ...]) -> Iterator[dict[str, str]]:
        yield {"_SEQUENCE_NO": "1"}


def test_fewer_rows_than_were_counted_are_told() -> None:
    *_, done = Reading(Shrunken(), [Wanted("FEE")]).frames()  # type: ignore[arg-type]
    assert done["done"]["tables"]["FEE"] == {"rows": 1, "changed": True, "grown": False}
