"""Clients and matters of the sample practice: new ones, other names, other numbers, other hands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.audit import audit

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture
def firm() -> Tabs3Firm:
    """A firm with a row of client 110 in every table."""
    firm = Tabs3Firm(7, records=90)
    fee = firm.entries.fee("110.00", "1", "1")
    firm.entries.fee("110.00", "1", "2")
    firm.entries.cost("110.00", "251", "5.00")
    (number,) = firm.billing.update(["110.00"])
    firm.money.receive("110.00", "10.00")
    firm.money.write_off(number, "1.00")
    firm.money.enter("110.00", "20.00")
    firm.funds.deposit("110.00", "50.00")
    firm.trust.deposit("110.00", "70.00")
    fee = firm.entries.fee("110.00", "1", "1")
    firm.entries.split(fee, {"110.00": 50, "120.00": 50})
    firm.entries.cost("110.00", "251", "5.00")
    return firm


def tables(firm: Tabs3Firm) -> Tables:
    return {name: [values for values, _ in rows] for name, rows in firm.tables().items()}


def test_a_renumbered_client_has_its_new_number_everywhere_and_the_old_ids(firm: Tabs3Firm) -> None:
    before = tables(firm)
    firm.office.renumber_client("110", "815")
    after = tables(firm)
    for name in before:
        for old, new in zip(before[name], after[name], strict=True):
            assert new == {
                column: f"815.{text.partition('.')[2]}"
                if column in {"CLIENT_ID", "GL_REF"} and text.startswith("110.")
                else text
                for column, text in old.items()
            }
    assert audit(firm) == []
    assert [movement.client_id for movement in firm.trust_movements] == ["815.00"]
    share = next(one for one in firm.unbilled.values() if one.origin)
    assert firm.entries.unsplit(share).client_id == "815.00"


def test_a_single_matter_is_renumbered(firm: Tabs3Firm) -> None:
    firm.office.renumber_matter("110.00", "110.77")
    for name, rows in tables(firm).items():
        used = {row["CLIENT_ID"] for row in rows if "CLIENT_ID" in row}
        assert "110.00" not in used
        assert "110.77" in used or name in {"EMPLOYEE", "TCODE"}
        assert name != "CLIENT" or {"110.01", "110.02"} <= used
    assert audit(firm) == []


def test_numbers_that_tabs3_refuses(firm: Tabs3Firm) -> None:
    for refused in (
        lambda: firm.office.renumber_client("110", "120"),
        lambda: firm.office.renumber_client("999", "998"),
        lambda: firm.office.renumber_matter("110.00", "110.01"),
        lambda: firm.office.renumber_matter("110.00", "1234567890.123"),
        lambda: firm.office.transfer_receivables("110.00", "110.00"),
        lambda: firm.office.transfer_receivables("110.00", "1.1"),
        lambda: firm.office.change("110.00", CLIENT_ID="1"),
        lambda: firm.office.new_matter("999", "None"),
        lambda: firm.office.new_client("Somebody", "Something", area="astrology"),
        lambda: firm.office.rename("999", "Nobody"),
    ):
        with pytest.raises(ValueError, match=r"\."):
            refused()


def test_receivables_go_to_another_matter_with_all_that_was_billed(firm: Tabs3Firm) -> None:
    owed = firm.receivable("110.00") + firm.receivable("120.00")
    unbilled = firm.totals.unbilled_hours()
    before = tables(firm)
    firm.office.transfer_receivables("110.00", "120.00")
    after = tables(firm)
    assert firm.receivable("110.00") == 0
    assert firm.receivable("120.00") == owed
    assert firm.totals.unbilled_hours() == unbilled
    for name in ("ARCHIVE", "LEDGER"):
        assert [row["_SEQUENCE_NO"] for row in after[name]] == [row["_SEQUENCE_NO"] for row in before[name]]
        assert not any(row["CLIENT_ID"] == "110.00" for row in after[name] if row.get("REC_TYPE") != "U")
    assert audit(firm) == []


def test_a_new_client_and_its_second_matter_can_be_worked_for(firm: Tabs3Firm) -> None:
    first = firm.office.new_client("Prairie Wind Cooperative", "Turbine lease")
    client = first.client_id.partition(".")[0]
    second = firm.office.new_matter(client, "Easements", "corporate")
    assert (first.client_id, second.client_id) == (f"{client}.00", f"{client}.01")
    assert first.client == second.client
    firm.entries.fee(second.client_id, "1", "1")
    assert firm.billing.update([second.client_id])
    rows = [row for row in tables(firm)["CLIENT"] if row["NAME"] == "Prairie Wind Cooperative"]
    assert [row["DESC"] for row in rows] == ["Turbine lease", "Easements"]
    assert audit(firm) == []


def test_a_name_can_differ_between_the_matters_of_a_client(firm: Tabs3Firm) -> None:
    firm.office.rename("110", "Acme Freight Holdings LLC")
    firm.office.change("110.01", NAME="Acme Freight (Dock 9)", ADDR1="9 Dock Street")
    names = {row["CLIENT_ID"]: row["NAME"] for row in tables(firm)["CLIENT"]}
    assert (names["110.00"], names["110.01"]) == ("Acme Freight Holdings LLC", "Acme Freight (Dock 9)")


def test_matters_are_secured_closed_and_reopened(firm: Tabs3Firm) -> None:
    firm.office.secure("110.00")
    firm.office.close("120.00")
    rows = {row["CLIENT_ID"]: row for row in tables(firm)["CLIENT"]}
    assert (rows["110.00"]["SECURE_CLIENT"], rows["120.00"]["INACTIVE"]) == ("1", "1")
    with pytest.raises(ValueError, match="inactive"):
        firm.entries.fee("120.00", "1", "1")
    firm.office.reopen("120.00")
    firm.entries.fee("120.00", "1", "1")


def test_the_firms_reports_agree_with_each_other(firm: Tabs3Firm) -> None:
    totals = firm.totals
    assert sum(totals.receivables().values()) == sum(totals.client_receivables().values())
    assert sum(totals.invoices().values()) == sum(
        (sum(totals.billed_fees().values()), *(one.total - one.fees for one in firm.statements.values())),
        Decimal(0),
    )
    assert totals.trust() == {"110.00": Decimal(70)}
    assert sum(totals.unbilled_costs().values()) > 0
    assert set(totals.unbilled_fees()) == set(totals.unbilled_hours())
    assert sum(totals.billed_hours().values()) == sum(one.hours for one in firm.statements.values())
