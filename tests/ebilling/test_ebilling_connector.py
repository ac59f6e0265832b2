"""The connector: a file for each invoice, whole or not there, and an honest word on how it ended."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hub.ledes import read_1998b
from hub.sdk import Delivered, End, Found, Intent, Kind, NotSent, Reference, Rejected, Role, SourceFailed
from hub_ebilling import EbillingConnector
from hub_ebilling.connector import EbillingSettings
from hub_ebilling.sandbox import PortalIntake

NAME = "1001_100.00.txt"
Payload = dict[str, Any]
Make = Callable[[Payload], Intent]


def end_of(connector: EbillingConnector, intent: Intent) -> End:
    [outcome] = connector.write([intent])
    assert outcome.key == intent.key
    return outcome.end


def test_an_invoice_becomes_a_file_that_a_portal_accepts(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    assert end_of(connector, intent(payload)) == Delivered(NAME)

    assert [file.name for file in outbox.iterdir()] == [NAME]
    [receipt] = PortalIntake(outbox).take()
    assert receipt.refusals == ()
    assert (receipt.number, str(receipt.total), receipt.lines) == ("1001", "387.00", 2)


def test_adjustment_and_name_are_made_of_what_is_given(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    payload["LINES"][1]["TIMEKEEPER_NAME"] = "Ada Vance"
    end_of(connector, intent(payload))

    [invoice] = read_1998b((outbox / NAME).read_bytes()).invoices
    assert [str(line.adjustment) for line in invoice.lines] == ["-25.00", "0.00"]
    assert [line.timekeeper_name for line in invoice.lines] == ["Vance, Ada", "Ada Vance"]
    assert invoice.law_firm_id == "47-0000000"


def test_a_second_attempt_finds_its_file_and_leaves_it(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    end_of(connector, intent(payload))
    before = (outbox / NAME).stat()

    assert end_of(connector, intent(payload)) == Delivered(NAME)
    assert (outbox / NAME).stat().st_mtime_ns == before.st_mtime_ns


def test_another_document_is_never_overwritten(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    outbox.mkdir(parents=True)
    (outbox / NAME).write_bytes(b"another")

    end = end_of(connector, intent(payload))

    assert isinstance(end, Rejected)
    assert end.code == "file-exists"
    assert end.remedy
    assert (outbox / NAME).read_bytes() == b"another"
    assert len(list(outbox.iterdir())) == 1


def test_what_a_killed_attempt_left_behind_is_cleared_away(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    outbox.mkdir(parents=True)
    (outbox / f".{NAME}.part").write_bytes(b"LEDES1998B[]\r\nINV")

    assert end_of(connector, intent(payload)) == Delivered(NAME)
    assert [file.name for file in outbox.iterdir()] == [NAME]


def test_what_a_killed_attempt_left_behind_never_spoils_a_file_that_was_taken_away(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path, tmp_path: Path
) -> None:
    end_of(connector, intent(payload))
    (outbox / f".{NAME}.part").hardlink_to(outbox / NAME)
    uploaded = (outbox / NAME).rename(tmp_path / "uploaded.txt")
    before = uploaded.read_bytes()

    assert end_of(connector, intent(payload | {"CLIENT_MATTER_ID": "OTHER"})) == Delivered(NAME)
    assert uploaded.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"INVOICE_DATE": "soon"}, "INVOICE_DATE"),
        ({"INVOICE_TOTAL": "NaN"}, "INVOICE_TOTAL"),
        ({"INVOICE_TOTAL": "1e400"}, "INVOICE_TOTAL"),
        ({"LAW_FIRM_MATTER_ID": ""}, "LAW_FIRM_MATTER_ID"),
        ({"LINES": []}, "LINE_ITEM_NUMBER"),
        ({"LINES": [{"LINE_ITEM_NUMBER": "1"}]}, "EXP/FEE/INV_ADJ_TYPE"),
    ],
)
def test_what_cannot_be_spelt_is_rejected_by_field(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path, change: Payload, field: str
) -> None:
    end = end_of(connector, intent(payload | change))

    assert isinstance(end, Rejected)
    assert (end.code, end.field) == ("ledes", field)
    assert not outbox.exists()


def test_a_total_that_holds_what_no_line_says_is_rejected(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    """Such as a finance charge."""
    end = end_of(connector, intent(payload | {"INVOICE_TOTAL": "391.00"}))

    assert isinstance(end, Rejected)
    assert (end.code, end.field) == ("ledes", "INVOICE_TOTAL")
    assert "not the sum of the lines" in end.message
    assert not outbox.exists()


@pytest.mark.parametrize("name", ["LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST"])
def test_a_line_without_units_or_price_is_rejected_not_priced(
    connector: EbillingConnector, intent: Make, payload: Payload, name: str
) -> None:
    del payload["LINES"][1][name]

    end = end_of(connector, intent(payload))

    assert isinstance(end, Rejected)
    assert end.field == name
    assert "line 2" in end.message


def test_one_bad_invoice_does_not_keep_the_others(
    connector: EbillingConnector, intent: Make, payload: Payload
) -> None:
    intents = [
        intent(payload | {"INVOICE_NUMBER": n, "INVOICE_DATE": d}) for n, d in (("1", "x"), ("2", "20260202"))
    ]

    ends = [outcome.end for outcome in connector.write(intents)]

    assert isinstance(ends[0], Rejected)
    assert ends[1] == Delivered("2_100.00.txt")


def test_a_folder_that_is_a_file_keeps_the_invoice_for_later(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    outbox.parent.write_bytes(b"")

    assert isinstance(end_of(connector, intent(payload)), NotSent)
    health = connector.check()
    assert not health.ok
    assert "not a folder" in health.notes[0]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond a few bytes."""
    import resource  # noqa: PLC0415 -- not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="files cannot be limited there")
def test_a_full_disk_keeps_the_invoice_for_later_and_leaves_nothing(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    with full_disk():
        end = end_of(connector, intent(payload))

    assert isinstance(end, NotSent)
    assert NAME in end.reason
    assert list(outbox.iterdir()) == []
    assert end_of(connector, intent(payload)) == Delivered(NAME)


def test_find_sees_the_very_file_and_no_other(
    connector: EbillingConnector, intent: Make, payload: Payload, outbox: Path
) -> None:
    reference = Reference("key", payload)
    assert connector.find(Kind.INVOICE, reference) == ()

    end_of(connector, intent(payload))
    assert list(connector.find(Kind.INVOICE, reference)) == [Found(NAME, receipt=NAME)]

    assert not connector.find(Kind.INVOICE, Reference("key", payload | {"CLIENT_MATTER_ID": "OTHER"}))
    assert not connector.find(Kind.INVOICE, Reference("key", payload | {"INVOICE_DATE": "x"}))


def test_find_does_not_take_trouble_for_absence(
    connector: EbillingConnector, payload: Payload, outbox: Path
) -> None:
    (outbox / NAME).mkdir(parents=True)

    with pytest.raises(SourceFailed):
        connector.find(Kind.INVOICE, Reference("key", payload))


def test_check_says_where_files_go_and_changes_nothing(
    connector: EbillingConnector, tmp_path: Path, outbox: Path
) -> None:
    health = connector.check()

    assert health.ok
    assert health.title == str(outbox)
    assert list(tmp_path.iterdir()) == []


def test_an_absolute_folder_is_taken_as_it_stands(
    connect: Callable[..., EbillingConnector], intent: Make, payload: Payload, tmp_path: Path
) -> None:
    connector = connect(folder=str(tmp_path / "elsewhere"))

    end_of(connector, intent(payload))

    assert (tmp_path / "elsewhere" / NAME).exists()


def test_ends_are_silent_about_narratives(
    connector: EbillingConnector, intent: Make, payload: Payload
) -> None:
    payload["LINES"][0]["LINE_ITEM_TOTAL"] = "1e11"

    assert "answer" not in repr(end_of(connector, intent(payload))) + repr(intent(payload))


@pytest.mark.parametrize(
    "wrong", [{"law_firm_id": " "}, {"folder": ""}, {"format": "LEDES2000"}, {"formt": "x"}]
)
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        EbillingSettings.model_validate({"folder": "outbox", "law_firm_id": "47-0000000"} | wrong)


def test_it_only_creates_invoices_at_a_portal() -> None:
    assert EbillingConnector.role is Role.PORTAL
    [(kind, access)] = EbillingConnector.access.items()
    assert kind is Kind.INVOICE
    assert (access.create, access.find, access.read, access.update, access.void) == (
        True,
        True,
        False,
        False,
        False,
    )
