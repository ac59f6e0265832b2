"""Which matter speaks for a client, and what is said where matters disagree about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from hub.sdk import Kind, SourceFailed
from hub_tabs3 import Tabs3, Tabs3Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hub.sdk import Remark
    from tests.tabs3.conftest import Exported


def row(client_id: str, **values: str) -> dict[str, str]:
    usual = {
        "CLIENT_ID": client_id,
        "NAME": "Acme",
        "ADDR1": "1 Dock Rd",
        "CITY": "Erie",
        "EMAIL_ADDRESS": "",
    }
    return usual | {"BILL_TO_CODE": "N"} | values


def choose(exported: Exported, client_from: str, crosswalk: str = "") -> None:
    settings = {"folder": "tabs3", "client_from": client_from, "client_crosswalk": crosswalk}
    exported.connector = Tabs3(Tabs3Settings.model_validate(settings), exported.connector.surroundings)


def speakers(exported: Exported) -> dict[str, str]:
    return {item.external_id: item.raw["CLIENT_ID"] for item in exported.read(Kind.CLIENT)}


def remarks(exported: Exported) -> tuple[Remark, ...]:
    pages = exported.pages(Kind.CLIENT)
    assert not any(page.remarks for page in pages[:-1])
    return pages[-1].remarks


@pytest.fixture
def firm(exported: Exported) -> Exported:
    exported.rows(
        "CLIENT",
        row("110.02", BILL_TO_CODE="Y"),
        row("110.00"),
        row("110.01", BILL_TO_CODE="Y"),
        row("120.00"),
        row("120.01", BILL_TO_CODE="D"),
    )
    return exported


def test_the_lowest_matter_speaks_unless_said_otherwise(firm: Exported) -> None:
    assert speakers(firm) == {"110": "110.00", "120": "120.00"}


def test_the_matter_with_its_own_bill_to_speaks(firm: Exported) -> None:
    choose(firm, "bill-to")
    assert speakers(firm) == {"110": "110.01", "120": "120.00"}


def test_a_row_of_billto_makes_a_matter_speak_where_no_code_does(firm: Exported) -> None:
    choose(firm, "bill-to")
    firm.rows("BILLTO", {"CLIENT_ID": "120.01"}, {"CLIENT_ID": "110.02"}, {"CLIENT_ID": ""})
    assert speakers(firm) == {"110": "110.01", "120": "120.01"}


@pytest.fixture
def crosswalk(firm: Exported) -> Path:
    choose(firm, "crosswalk", "clients.csv")
    path = firm.folder.parent / "clients.csv"
    path.write_bytes(b"\xef\xbb\xbfclient,client_id,note\r\n110, 110.02 ,ours\r\n120,120.07,\r\n")
    return path


def test_the_firms_own_file_says_who_speaks(firm: Exported, crosswalk: Path) -> None:
    assert speakers(firm) == {"110": "110.02", "120": "120.00"}
    (notice,) = firm.pages(Kind.CLIENT)[-1].notices
    assert notice == (
        f"{crosswalk.name} says that 120.07 speaks for client 120, but CLIENT has no such matter of it; "
        "its lowest matter speaks."
    )


@pytest.mark.parametrize("content", [b"number,matter\r\n", b"", b"client,client_id\r\n1\x81,\xff\r\n", None])
def test_a_file_that_cannot_be_read_is_told(firm: Exported, crosswalk: Path, content: bytes | None) -> None:
    if content is None:
        crosswalk.unlink()
    else:
        crosswalk.write_bytes(content)
    with pytest.raises(SourceFailed, match=r"clients\.csv"):
        firm.pages(Kind.CLIENT)


def test_a_crosswalk_has_to_be_named() -> None:
    with pytest.raises(ValidationError, match="client_crosswalk"):
        Tabs3Settings.model_validate({"folder": "tabs3", "client_from": "crosswalk"})


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_matters_that_disagree_about_their_client_are_told_once(
    exported: Exported, order: tuple[int, ...]
) -> None:
    rows = [row("110.00"), row("110.01"), row("110.02", NAME="Acme Holding", CITY="Kiel")]
    exported.rows("CLIENT", *(rows[place] for place in order))
    (remark,) = remarks(exported)
    assert (remark.source, remark.external_id) == ("CLIENT", "110")
    assert remark.about == "client fields disagree"
    assert remark.message == "NAME and CITY differ between 110.00 and 110.02; 110.00 is used."
    assert "Holding" not in remark.message + remark.remedy
    assert "client_from" in remark.remedy


def test_one_remark_for_each_client(exported: Exported) -> None:
    rows = [row(f"{client}.{matter:02d}", NAME=f"Name {matter}") for client in "12" for matter in range(5)]
    exported.rows("CLIENT", *rows)
    assert [remark.external_id for remark in remarks(exported)] == ["1", "2"]


def test_what_is_silent_or_spaced_otherwise_does_not_disagree(exported: Exported) -> None:
    exported.rows(
        "CLIENT",
        row("110.00", EMAIL_ADDRESS=""),
        row("110.01", EMAIL_ADDRESS="a@acme.example", NAME=" Acme", CITY=""),
        row("120.00", ADDR1="1  Dock Rd"),
        row("120.00"),
    )
    assert remarks(exported) == ()


def test_a_damaged_row_speaks_for_nobody_and_disagrees_with_nobody(exported: Exported) -> None:
    exported.rows("CLIENT", row("110.00"), row("110.01"), row("110", NAME="Other"))
    assert (speakers(exported), remarks(exported)) == ({"110": "110.00"}, ())
