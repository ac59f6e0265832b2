"""Whole runs: what becomes of an account's records in the ledger, and what goes wrong on the way."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from bill4time_account import PRIVATE, TEXT
from click.testing import CliRunner

from hub.app.workspace import OpenWorkspace
from hub.cli.program import program
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bill4time_account import Account

    from hub.model import Record

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.capture]
connector = "bill4time"
base_url = "{url}"
version = "{version}"
page_size = 10
sweep_days = 0

[connections.portal]
connector = "ebilling"
folder = "outbox"
law_firm_id = "47-0000000"

[flows.reading]
from = "capture"
kinds = ["time_entry", "expense", "payment", "write_off", "trust_transaction"]

[flows.bills]
from = "capture"
to = "portal"
kinds = ["invoice"]
"""
MAPPING = """\
[timekeeper.fields]
classification = { field = "userType", values = { Attorney = "PARTNR" } }
"""


class Workspace:
    """A workspace that reads the account, and the program."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account = account
        self.folder = folder
        (folder / "mappings" / "crosswalks").mkdir(parents=True)
        (folder / "mappings" / "bill4time.toml").write_text(MAPPING, encoding="utf-8")
        people = f"number,bill4time\n7,{account.user}\n"
        (folder / "mappings" / "crosswalks" / "timekeeper.csv").write_text(people, encoding="utf-8")
        self.set()

    def set(self, *, version: str = "v2", **others: str) -> None:
        text = HUB.format(url=self.account.sandbox.url, version=version)
        for old, new in others.items():
            text = text.replace(f"{old} = 0", new)
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")

    def sync(self) -> Any:
        done = CliRunner().invoke(program, ["-C", str(self.folder), "--json", "sync", "--yes"])
        assert "Traceback" not in done.output
        return json.loads(done.stdout)

    def records(self, kind: Kind) -> list[Record]:
        with OpenWorkspace(self.folder) as workspace:
            return [record for _, record in workspace.records(kind)]

    def decide(self, *words: str) -> None:
        done = CliRunner().invoke(program, ["-C", str(self.folder), "review", *words])
        assert done.exit_code == 0, done.output


@pytest.fixture
def workspace(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_ledger: Path
) -> Workspace:
    monkeypatch.setattr("hub.app.workspace.SystemClock", lambda: account.clock)
    monkeypatch.setenv("HUB_SECRET_CAPTURE__API_KEY", account.sandbox.api_key)
    account.firm.change("users", account.user, userType="Attorney")
    made = Workspace(account, tmp_path / "firm")
    shutil.copy(empty_ledger, made.folder / "hub.db")
    return made


def counts(document: Any, kind: str = "time_entry") -> Mapping[str, int]:
    found: Mapping[str, int] = document["pulled"]["capture"][kind]
    return {name: count for name, count in found.items() if count}


# ------------------------------------------------------------ what goes wrong


FAULTS: dict[str, Mapping[str, Any]] = {
    "shift": {"after": 1, "rows": 0, "added": True},
    "repeat_page": {"after": 2},
    "short_last_page": {"rows": 2},
    "cut_json": {"after": 1},
    "drop": {"after": 2},
    "throttle": {"retry_after": 3},
}


@pytest.mark.parametrize("counts_rows", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_changes_nothing(
    account: Account, workspace: Workspace, fault: str, *, counts_rows: bool
) -> None:
    account.sandbox.switches.set(count=counts_rows)
    account.worked(35)
    assert counts(workspace.sync()) == {"read": 35, "changed": 35}
    account.sandbox.tell(fault, on="timeEntries", **FAULTS[fault])
    document = workspace.sync()
    assert document["errors"] == []
    new = len(account.firm.all("timeEntries")) - 35
    assert counts(document) == {"read": 35 + new, "unchanged": 35} | ({"changed": new} if new else {})


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"fault": "expire", "after": 30}, "hub connect capture"),
        ({"fault": "repeat_page", "on": "timeEntries", "after": 1, "times": None}, "again and again"),
        ({"fault": "cut_json", "on": "timeEntries", "times": None}, "not all of it"),
        ({"fault": "error", "on": "timeEntries", "after": 2, "status": 503, "times": None}, "answers 503"),
    ],
    ids=["expired key", "repeated page", "cut answer", "server"],
)
def test_what_does_not_pass_deletes_and_doubles_nothing_and_is_said(
    account: Account,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    told: str,
) -> None:
    ids = account.worked(35)
    account.sandbox.reset_requests()
    workspace.sync()
    before = workspace.records(Kind.TIME_ENTRY)
    account.firm.remove("timeEntries", ids[30])
    if fault["fault"] == "expire":
        # In the middle of the listing of time.
        earlier = (account.sandbox.requests[one] for one in ("users", "clients", "projects"))
        fault = fault | {"after": sum(earlier) + 2}
    account.sandbox.tell(**fault)
    document = workspace.sync()
    assert document["outcome"] == "failed"
    (error,) = document["errors"]
    assert told in f"{error['message']} {error['remedy']}"
    assert "deleted" not in counts(document)
    assert workspace.records(Kind.TIME_ENTRY) == before
    account.sandbox.faults.clear()
    monkeypatch.setenv("HUB_SECRET_CAPTURE__API_KEY", account.sandbox.renew_key())
    assert counts(workspace.sync())["deleted"] == 1


def test_a_listing_that_cannot_be_followed_by_id_deletes_only_what_is_surely_gone(
    account: Account, workspace: Workspace
) -> None:
    account.sandbox.switches.set(ignores_filter=True)
    ids = account.worked(25)
    workspace.sync()
    account.firm.remove("timeEntries", ids[3])
    account.sandbox.tell("shift", on="timeEntries", after=4, rows=1)
    document = workspace.sync()
    assert "deleted" not in counts(document)
    assert "changed while they were listed" in json.dumps(document["notices"])
    assert counts(workspace.sync())["deleted"] == 2


# ------------------------------------------------------------ what reaches the model


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_time_and_expenses_reach_the_model(account: Account, workspace: Workspace, version: str) -> None:
    workspace.set(version=version)
    account.worked(litigationCode="L120", activityCode="A103", activityType="Draft/revise", hourlyRate="300")
    account.worked(billableTime="0", flatFee=True, flatFeeAmount="450", isBillable=True)
    account.spent(expenseCode="E101", expenseType="Copying", costPrice="10.00", taxable=True)
    lost = account.firm.add(
        "expenses", clientId=account.client, userId=account.user, expenseDate=account.today, sellPrice="5.00"
    )["id"]
    document = workspace.sync()
    entry, flat = workspace.records(Kind.TIME_ENTRY)
    told: Any = entry
    assert (told.hours, told.rate, told.amount) == (Decimal("1.5"), 300, 450)
    assert (told.narrative, told.private_note) == (TEXT, PRIVATE)
    assert (told.task_code, told.activity_code, told.status, told.flat_fee) == (
        "L120",
        "A103",
        "unbilled",
        False,
    )
    told = flat
    assert (told.flat_fee, told.amount) == (True, 450)
    (expense,) = workspace.records(Kind.EXPENSE)
    told = expense
    assert (told.amount, told.cost, told.expense_code) == (Decimal("12.5"), 10, "E101")
    assert told.taxable is (version == "v2")
    (held,) = [one for one in document["holds"] if one["severity"] == "block"]
    assert (held["subject"], held["code"]) == (f"expenses/{lost}:matter", "missing")


def test_a_prebill_stays_and_a_final_invoice_goes_with_both_taxes_and_all_that_was_taken_off(
    account: Account, workspace: Workspace
) -> None:
    workspace.set(version="v2")
    account.firm.change("projects", account.project, clientMatterId="CM-9")
    account.worked(hourlyRate="333.33", litigationCode="L120", activityCode="A103")
    account.worked(hourlyRate="100", invoiceAdjustedAmount="90", litigationCode="L120", activityCode="A103")
    account.spent("12.50", taxable=True, expenseCode="E101")
    invoice = account.firm.prebill(
        project=account.project,
        laborTaxRatePCT="6.25",
        secondaryTaxLabor="1",
        expenseTaxRatePCT="8",
        invoiceDiscountType="Percentage",
        invoiceDiscountAmount="10",
        applyDiscountTo="Labor Only",
        laborWriteUpDownAmount="-20",
        lateFeeAmount="5",
    )["id"]
    document = workspace.sync()
    (draft,) = workspace.records(Kind.INVOICE)
    told: Any = draft
    assert told.status == "draft"
    assert not (workspace.folder / "outbox").exists()
    assert not document["pushed"].get("portal", {}).get("invoice", {}).get("delivered")
    account.firm.finalize(invoice)
    workspace.sync()
    (final,) = workspace.records(Kind.INVOICE)
    told, bill = final, account.firm.bill(invoice)
    assert (told.status, told.total) == ("final", bill.total)
    assert told.parts_total == told.total
    assert (told.fees, told.expenses, told.finance_charge) == (bill.labor, bill.expenses, 5)
    assert told.fee_tax == bill.labor_tax + bill.second_labor_tax > 0
    assert told.expense_tax == bill.expense_tax > 0
    assert told.discount == bill.discount > 0
    assert [line.type for line in told.lines] == ["fee", "fee", "expense", "fee_adjustment"]
    assert sum(line.amount for line in told.lines) == told.fees + told.expenses
    assert all(line.entry is not None for line in told.lines[:3])
    entries: Any = workspace.records(Kind.TIME_ENTRY)
    assert {one.status for one in entries} == {"billed"}


def test_an_invoice_that_does_not_add_up_is_held(account: Account, workspace: Workspace) -> None:
    ids = account.worked(2)
    account.firm.finalize(account.firm.prebill(project=account.project)["id"])
    account.firm.remove("timeEntries", ids[0], raw=True)
    document = workspace.sync()
    (held,) = [one for one in document["holds"] if one["code"] == "hub.total"]
    assert held["message"] == "The lines come to 450.00, the invoice charges 900.00."


def test_going_over_to_version_2_makes_nothing_new(account: Account, workspace: Workspace) -> None:
    workspace.set(version="v1")
    account.worked(5)
    account.spent()
    account.firm.finalize(account.firm.prebill(project=account.project)["id"])
    account.firm.pay(account.firm.all("invoices")[0]["id"], 50)
    workspace.sync()
    kinds = (
        Kind.CLIENT,
        Kind.MATTER,
        Kind.TIMEKEEPER,
        Kind.TIME_ENTRY,
        Kind.EXPENSE,
        Kind.INVOICE,
        Kind.PAYMENT,
    )
    before = {kind: len(workspace.records(kind)) for kind in kinds}
    workspace.set(version="v2")
    document = workspace.sync()
    assert {kind: len(workspace.records(kind)) for kind in kinds} == before
    assert all(before.values())
    for kind in kinds:
        assert "deleted" not in counts(document, kind.value)


def test_a_daily_run_says_nothing_of_what_it_does_not_look_at(account: Account, workspace: Workspace) -> None:
    workspace.set(sweep_days="sweep_days = 30")
    old = account.worked(3)
    account.later(100)
    workspace.sync()
    account.later(1)
    account.firm.change("timeEntries", old[0], billableTime="9")
    account.firm.remove("timeEntries", old[1])
    account.worked(1)
    assert counts(workspace.sync()) == {"read": 1, "changed": 1}
    assert len(workspace.records(Kind.TIME_ENTRY)) == 4
    account.later(30)
    assert counts(workspace.sync()) == {"read": 3, "changed": 1, "unchanged": 2, "deleted": 1}
