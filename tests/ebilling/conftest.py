"""A portal connection in a temporary workspace, and a payload as the mapping renders it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.sdk import Action, Clock, Intent, Kind
from hub.sdk.http import Session
from hub_ebilling import EbillingConnector
from hub_ebilling.connector import EbillingSettings


@dataclass
class StoppedClock:
    """A clock that only moves when someone sleeps by it."""

    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 2, 2, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Workspace:
    """The surroundings of a connection that never goes online."""

    folder: Path
    connection: str = "portal"
    clock: Clock = field(default_factory=StoppedClock)

    def http(self) -> Session:
        raise AssertionError("this connector has no network")


@pytest.fixture
def connect(tmp_path: Path) -> Callable[..., EbillingConnector]:
    def make(**settings: str) -> EbillingConnector:
        given = {"folder": "outbox/portal", "law_firm_id": "47-0000000"} | settings
        return EbillingConnector(EbillingSettings.model_validate(given), Workspace(tmp_path))

    return make


@pytest.fixture
def connector(connect: Callable[..., EbillingConnector]) -> EbillingConnector:
    return connect()


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox" / "portal"


@pytest.fixture
def payload() -> dict[str, Any]:
    return {
        "INVOICE_DATE": "20260202",
        "INVOICE_NUMBER": "1001",
        "CLIENT_ID": "100",
        "LAW_FIRM_MATTER_ID": "100.00",
        "INVOICE_TOTAL": "387.00",
        "BILLING_START_DATE": "20260101",
        "BILLING_END_DATE": "20260131",
        "INVOICE_DESCRIPTION": "",
        "CLIENT_MATTER_ID": "ACME-9",
        "LINES": [
            {
                "LINE_ITEM_NUMBER": "1",
                "EXP/FEE/INV_ADJ_TYPE": "F",
                "LINE_ITEM_NUMBER_OF_UNITS": "1.5",
                "LINE_ITEM_UNIT_COST": "250",
                "LINE_ITEM_TOTAL": "350.00",
                "LINE_ITEM_DATE": "20260105",
                "LINE_ITEM_TASK_CODE": "L210",
                "LINE_ITEM_ACTIVITY_CODE": "A103",
                "LINE_ITEM_EXPENSE_CODE": "",
                "LINE_ITEM_DESCRIPTION": "Draft answer under § 12",
                "TIMEKEEPER_ID": "7",
                "TIMEKEEPER_NAME": "Ada Vance",
                "TIMEKEEPER_LAST_NAME": "Vance",
                "TIMEKEEPER_FIRST_NAME": "Ada",
                "TIMEKEEPER_CLASSIFICATION": "PARTNR",
            },
            {
                "LINE_ITEM_NUMBER": "2",
                "EXP/FEE/INV_ADJ_TYPE": "E",
                "LINE_ITEM_NUMBER_OF_UNITS": "1",
                "LINE_ITEM_UNIT_COST": "37.00",
                "LINE_ITEM_TOTAL": "37.00",
                "LINE_ITEM_DATE": "20260120",
                "LINE_ITEM_EXPENSE_CODE": "E108",
                "LINE_ITEM_DESCRIPTION": "Postage",
                "TIMEKEEPER_ID": None,
            },
        ],
    }


@pytest.fixture
def intent() -> Callable[[dict[str, Any]], Intent]:
    def make(payload: dict[str, Any]) -> Intent:
        return Intent(f"key-{payload['INVOICE_NUMBER']}", Kind.INVOICE, Action.CREATE, payload)

    return make
