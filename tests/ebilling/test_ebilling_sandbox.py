"""The stand-in portal refuses what portals refuse, so that its yes means something."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.sdk import Intent
from hub_ebilling import EbillingConnector
from hub_ebilling.sandbox import PortalIntake


@pytest.fixture
def document(
    connector: EbillingConnector,
    intent: Callable[[dict[str, Any]], Intent],
    payload: dict[str, Any],
    outbox: Path,
) -> Path:
    list(connector.write([intent(payload)]))
    return outbox / "1001_100.00.txt"


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        (b"|350.00|", b"|351.00|", "006"),
        (b"|387.00|", b"|388.00|", "007"),
        (b"|387.00|", b"|387|", "007"),
        (b"|250.00|", b"|$250|", "004"),
        (b"|20260105|", b"|20261305|", "003"),
        (b"|20260105|", b"|20260205|", "outside the billing period"),
        (b"|L210|", b"||", "005 LINE_ITEM_TASK_CODE"),
        (b"|E108|", b"||", "005 LINE_ITEM_EXPENSE_CODE"),
        (b"ACME-9[]", b"[]", "005 CLIENT_MATTER_ID"),
        (b"|2|E|", b"|1|E|", "occurs twice"),
        (b"|E|", b"|X|", "line type"),
        (b"Postage", b"Post|age", "24 fields"),
        (b"Postage", b"Post\xc3\xa4ge", "ASCII"),
        (b"\r\n", b"\n", "CRLF"),
        (b"LEDES1998B", b"LEDES98BI", "not a LEDES 1998B file"),
    ],
)
def test_a_spoilt_file_is_refused(document: Path, old: bytes, new: bytes, refusal: str) -> None:
    document.write_bytes(document.read_bytes().replace(old, new))

    [receipt] = PortalIntake(document.parent).take()

    assert any(refusal in reason for reason in receipt.refusals)


def test_a_number_is_accepted_once(document: Path) -> None:
    intake = PortalIntake(document.parent)
    assert [receipt.refusals for receipt in intake.take()] == [()]
    assert intake.take() == []

    document.with_name("again.txt").write_bytes(document.read_bytes())

    assert [receipt.refusals for receipt in intake.take()] == [("invoice 1001 was accepted before",)]
