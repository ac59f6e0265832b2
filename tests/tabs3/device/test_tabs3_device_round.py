"""From a record through the shipped mapping into the sample practice, and back what it refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from hub.mapping import SystemMapping, compile_mapping, load_layers
from hub.model import Expense, Kind, TimeEntry
from hub.sdk import Action, Delivered, Intent, Rejected
from hub.testing import FakeClock
from hub_tabs3 import hub_converters
from hub_tabs3.device import DeviceInterface, DeviceSettings
from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.model import Record
    from tests.tabs3.device.conftest import Desk

SHIPPED = (files("hub_mappings") / "tabs3.toml").read_text(encoding="utf-8")
MATTER, TIMEKEEPER = 1, 2


class Ids:
    """Where the records that an entry refers to are in Tabs3, and what they say."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: int, source: str) -> str:
        return {MATTER: "110.00", TIMEKEEPER: "3"}[record_id]

    def values(self, record_id: int) -> tuple[Kind, Mapping[str, Any]]:
        assert record_id == TIMEKEEPER
        return Kind.TIMEKEEPER, {"initials": "PR"}


@pytest.fixture(scope="module")
def mapping() -> SystemMapping:
    layers = load_layers([("tabs3.toml", SHIPPED)])
    return compile_mapping(layers, codes=lambda _: {}, converters=hub_converters(), shapes={})


def intent(mapping: SystemMapping, key: str, record: Record) -> Intent:
    outward = mapping.outward(record.kind)
    assert outward is not None
    payload = outward.render(record.model_dump(mode="json", exclude_defaults=True), Ids())
    return Intent(key, record.kind, Action.CREATE, payload, outward.source)


def entry(**changes: Any) -> TimeEntry:
    return TimeEntry.model_validate(
        {
            "matter": MATTER,
            "timekeeper": TIMEKEEPER,
            "worked_on": date(2026, 7, 1),
            "hours": Decimal("1.5"),
            "rate": Decimal(400),
            "amount": Decimal(600),
            "narrative": "Confer with counsel, and draft",
            "task_code": "L120",
            "activity_code": "A103",
            "transaction_code": "4",
        }
        | changes
    )


def expense(**changes: Any) -> Expense:
    return Expense.model_validate(
        {
            "matter": MATTER,
            "incurred_on": date(2026, 7, 1),
            "amount": Decimal(15),
            "narrative": "Photocopies",
            "expense_code": "E101",
            "transaction_code": "251",
        }
        | changes
    )


@pytest.mark.parametrize("by", ["number", "initials"])
def test_what_is_written_is_what_the_practice_takes_in(desk: Desk, mapping: SystemMapping, by: str) -> None:
    firm = Tabs3Firm(7, records=0)
    firm.device.write_lists(desk.drop)
    desk.settings = {"timekeeper": by, "send_rate": True}
    ends = desk.write([intent(mapping, "a", entry()), intent(mapping, "b", expense())])
    assert all(isinstance(end, Delivered) for end in ends)
    fee, cost = firm.merge(desk.file).charges
    assert not desk.file.exists()
    assert (fee.client_id, fee.timekeeper, fee.tcode, fee.task, fee.activity) == (
        "110.00",
        "3",
        "4",
        "L120",
        "A103",
    )
    assert (fee.quantity, fee.rate, fee.amount) == (Decimal("1.5"), 400, 600)
    assert fee.text == "Confer with counsel; and draft"
    assert (cost.fee, cost.tcode, cost.quantity, cost.amount) == (False, "251", 1, 15)


def test_what_the_practice_refuses_comes_back(desk: Desk, mapping: SystemMapping) -> None:
    firm = Tabs3Firm(7, records=0)
    ends = desk.write(
        [intent(mapping, "a", entry()), intent(mapping, "b", expense(transaction_code="999"))],
    )
    receipts = [end.receipt for end in ends if isinstance(end, Delivered)]
    assert len(firm.merge(desk.file).rejected) == 1
    first, second = desk.follow(*receipts)
    assert first.refused is None
    assert second.refused is not None
    assert "Photocopies" not in repr(second)


def test_the_practices_lists_refuse_beforehand(desk: Desk, mapping: SystemMapping) -> None:
    Tabs3Firm(7, records=0).device.write_lists(desk.drop)
    (end,) = desk.write([intent(mapping, "b", expense(transaction_code="999"))])
    assert isinstance(end, Rejected)
    assert (end.code, end.field) == ("not-in-list", "TCODE")


@pytest.mark.parametrize(
    "record",
    [
        entry(status="billed"),
        entry(billable=False),
        entry(printed=False),
        entry(on_hold=True),
        entry(flat_fee=True),
        expense(status="billed"),
        expense(billable=False),
        expense(printed=False),
        expense(on_hold=True),
        expense(advance=True, transaction_code=""),
    ],
)
def test_what_the_file_cannot_say_is_refused(desk: Desk, mapping: SystemMapping, record: Record) -> None:
    desk.settings = {"expense_tcode": 251, "fee_tcode": 4}
    (end,) = desk.write([intent(mapping, "a", record)])
    assert isinstance(end, Rejected)
    assert not desk.file.exists()


def test_a_payload_holds_no_more_than_the_line_needs(mapping: SystemMapping) -> None:
    fee, cost = (
        intent(mapping, "a", one).payload for one in (entry(created_on="2026-07-02"), expense(vendor="ACME"))
    )
    names = {"CLIENT_ID", "DATE", "AMOUNT", "DESCRIPTION", "ACTIVITY", "TCODE"}
    says = {"STATUS", "BILLABLE", "PRINTED", "ON_HOLD"}
    assert set(fee) == names | says | {"TIMEKEEPER", "INITIALS", "HOURS", "RATE", "PHASE_TASK", "FLAT_FEE"}
    assert set(cost) == names | says | {"UNITS", "ADVANCE"}


def test_the_interface_stands_by_itself(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    device = DeviceInterface(DeviceSettings(folder="drop", seen_within_days=5), tmp_path, FakeClock())
    assert device.seen_within.days == 5
    assert list(device.write([])) == []
