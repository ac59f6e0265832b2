"""What Tabs3's own lists say beforehand, whatever they are laid out like."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.model import Kind
from hub_tabs3.device import DeviceSettings
from hub_tabs3.device.line import LineWriter
from hub_tabs3.device.lists import Lists

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tabs3.device.conftest import Desk

CLIENTS = "100.00\r\n101.00\r\n"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def refused_field(desk: Desk, kind: Kind = Kind.TIME_ENTRY, /, **changes: Any) -> str:
    """The field that the lists refuse, if any."""
    by = changes.pop("timekeeper", "number")
    settings = DeviceSettings(folder="drop", timekeeper=by)
    (intent,) = (desk.fees if kind is Kind.TIME_ENTRY else desk.costs)("a", **changes)
    rejected = Lists(desk.drop, settings).refusal(LineWriter(settings).line(kind, intent.payload))
    if rejected is None:
        return ""
    assert "made again" in rejected.remedy
    assert rejected.code == "not-in-list"
    return rejected.field


def put(folder: Path, name: str, text: str, at: datetime = NOW) -> None:
    path = folder / name
    path.write_bytes(text.encode("cp1252"))
    os.utime(path, (at.timestamp(), at.timestamp()))


@pytest.mark.parametrize(
    "layout",
    [
        CLIENTS,
        "Client ID,Name\r\n" + "".join(f'"{client}","Acme, Inc."\r\n' for client in ("100.00", "101.00")),
        "  Client    Name\r\n\r\n  100.00    Acme 7\r\n  101.00    Börse\r\n",
        "\ufeff100.00\tAcme\n101.00\tBeta\n".replace("\ufeff", ""),
        "100.00|x\n101.00|y",
    ],
)
def test_a_client_that_is_not_in_the_list_is_refused(desk: Desk, layout: str) -> None:
    put(desk.drop, "CLIENT.TXT", layout)
    assert refused_field(desk) == ""
    assert refused_field(desk, CLIENT_ID="102.00") == "CLIENT_ID"


def test_timekeepers_and_codes_are_looked_up_too(desk: Desk) -> None:
    put(desk.drop, "EMPL.TXT", "001 MD Doyle, Margaret\n002 ÍV Vance, Íde\n")
    put(desk.drop, "TCODE.TXT", "1,Fee\n$51,Copies\n")
    assert refused_field(desk) == ""
    assert refused_field(desk, TIMEKEEPER="3") == "TIMEKEEPER"
    assert refused_field(desk, TCODE="2") == "TCODE"
    assert refused_field(desk, Kind.EXPENSE) == ""
    assert refused_field(desk, Kind.EXPENSE, TCODE="52") == "TCODE"


def test_initials_may_stand_anywhere_in_a_line(desk: Desk) -> None:
    put(desk.drop, "EMPL.TXT", "1 Doyle MD\n2 Vance IV\n")
    assert refused_field(desk, timekeeper="initials", INITIALS="md") == ""
    assert refused_field(desk, timekeeper="initials", INITIALS="SP") == "INITIALS"


@pytest.mark.parametrize("layout", ["", "Acme 100.00\nBeta 101.00\nGamma 102.00\n", "\r\n\r\n"])
def test_a_list_of_another_layout_refuses_nothing_and_is_told(desk: Desk, layout: str) -> None:
    put(desk.drop, "CLIENT.TXT", layout)
    assert refused_field(desk, CLIENT_ID="999.00") == ""
    notes = " ".join(Lists(desk.drop, DeviceSettings(folder="x")).notes(NOW))
    assert "CLIENT.TXT is not laid out as expected" in notes


def test_the_age_of_lists_is_told(desk: Desk) -> None:
    put(desk.drop, "CLIENT.TXT", CLIENTS, NOW - timedelta(days=12))
    put(desk.drop, "EMPL.TXT", "1\n2\n", NOW - timedelta(days=1))
    put(desk.drop, "TCODE.TXT", "1\n", NOW)
    old, younger = Lists(desk.drop, DeviceSettings(folder="x")).notes(NOW)
    assert old.startswith("CLIENT.TXT is 12 days old")
    assert younger.startswith("EMPL.TXT is 1 day old")


def test_lists_that_are_not_there_are_told(desk: Desk) -> None:
    (note,) = Lists(desk.drop, DeviceSettings(folder="x")).notes(NOW)
    assert note.startswith("CLIENT.TXT, EMPL.TXT and TCODE.TXT cannot be read in")
