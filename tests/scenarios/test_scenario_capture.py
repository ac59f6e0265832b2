"""A month: time is captured in Bill4Time, billed in Tabs3, sent as LEDES and booked: every hour once."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from scenario_books import Workspace, amount, company_in, named
from scenario_practice import MAPPING, parse_ledes
from scenario_practice import codes as blocking

from hub.model import round_cents
from hub_bill4time import stand_in as bill4time
from hub_quickbooks.stand_in import close as close_books
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.state import fee_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from scenario_practice import Document

    from hub_bill4time.sandbox import Firm
    from hub_tabs3.sandbox.books import Charge

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.capture]
connector = "bill4time"
base_url = "stand-in"

[connections.billing]
connector = "tabs3"
folder = "tabs3"
device = { folder = "drop", send_rate = true }

[connections.portal]
connector = "ebilling"
folder = "outbox"
law_firm_id = "47-0000000"

[connections.books]
connector = "quickbooks"
environment = "stand-in"
realm = "9130357"

[flows.time]
from = "capture"
to = "billing"
kinds = ["time_entry"]

[flows.bills]
from = "billing"
to = "portal"
kinds = ["invoice"]

[flows.bookkeeping]
from = "billing"
to = "books"
kinds = ["client", "matter", "invoice"]

[authority]
client = "billing"
matter = "billing"
timekeeper = "billing"
"""
SHEETS = """\
[connections.sheets]
connector = "folder"
folder = "sheets"

[flows.in]
from = "sheets"
to = "capture"
kinds = ["client", "matter", "time_entry"]
"""
_SERVICES = re.compile(r"Professional services, (.+), ([0-9.]+) h")

Sums = dict[tuple[str, str], tuple[Decimal, Decimal]]
"""Timekeeper's and matter's number → hours, amount."""


class Office(Workspace):
    """A firm of which some timekeepers capture the open month in Bill4Time, and the others in Tabs3."""

    def __init__(self, folder: Path, *, records: int, lone: str = "") -> None:
        super().__init__(folder)
        self.firm = Tabs3Firm(7, records)
        self.before = set(self.firm.statements)
        (folder / "mappings" / "crosswalks").mkdir(parents=True)
        (folder / "drop").mkdir()
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")
        (folder / "mappings" / "tabs3.toml").write_text(MAPPING, encoding="utf-8")
        self.names = {row["EMPL"]: row["NAME"] for row in self.firm.people}
        theirs = {row["EMPL"] for row in self.firm.people[1::2]}
        captured = [one for one in self.firm.unbilled.values() if one.fee and one.timekeeper in theirs]
        self.entered = [
            one for one in self.firm.unbilled.values() if one.fee and one.timekeeper not in theirs
        ]
        for charge in captured:
            del self.firm.unbilled[charge.key]
        self.account = bill4time.stand_in(folder).firm
        self.ids = _capture(self.account, self.firm, captured)
        self.captured = captured
        users = [f"{number},{user}" for number, user in self.ids.items() if number != lone]
        self._crosswalk("timekeeper", "number,bill4time", users)
        codes = sorted({one.activity for one in captured} - {""})
        self._crosswalk("activity", "code,tabs3", [f"{code},{fee_code(code)}" for code in codes])
        self.export()

    def _crosswalk(self, name: str, heading: str, rows: Iterable[str]) -> None:
        path = self.folder / "mappings" / "crosswalks" / f"{name}.csv"
        path.write_text("\n".join([heading, *rows, ""]), encoding="utf-8")

    def close(self) -> None:
        bill4time.close(self.folder)
        close_books(self.folder)

    def merge(self) -> int:
        """Load the file that waits, as a person does, and export the tables; says how many entries it had."""
        merged = self.firm.merge(self.folder / "drop" / "TABS3.CV")
        assert not merged.rejected
        self.export()
        return len(merged.charges)

    def decide(self, hold: int, action: str) -> None:
        """Say what a person says about a hold."""
        result = self.run("review", str(hold), action)
        assert result.exit_code == 0, result.output

    def bill(self) -> None:
        """Bill all that is open, and export the tables."""
        self.firm.bill(1.0)
        self.export()

    # ------------------------------------------------------------ the four ends

    def at_capture(self) -> Sums:
        """What was captured: in Bill4Time's own words, and what was entered in Tabs3 at once."""
        users = {user: number for number, user in self.ids.items()}
        matters = {one["id"]: one["customId"] for one in self.account.all("projects")}
        rows = [
            (users[one["userId"]], matters[one["projectId"]], one["billableTime"], one["billableAmount"])
            for one in self.account.all("timeEntries")
        ]
        return summed(rows + [_row(one) for one in self.entered])

    def at_billing(self) -> Sums:
        """What Tabs3 has billed of the month."""
        new = [one for number, one in self.firm.statements.items() if number not in self.before]
        return summed(_row(charge) for one in new for charge in one.charges if charge.fee)

    def at_portal(self) -> Sums:
        """What clients are asked for, in the LEDES files of the month."""
        rows = [row for data in self.files().values() for row in parse_ledes(data)]
        return summed(
            (
                row["TIMEKEEPER_ID"],
                row["LAW_FIRM_MATTER_ID"],
                row["LINE_ITEM_NUMBER_OF_UNITS"],
                row["LINE_ITEM_TOTAL"],
            )
            for row in rows
            if row["EXP/FEE/INV_ADJ_TYPE"] == "F" and int(row["INVOICE_NUMBER"]) not in self.before
        )

    def at_books(self) -> Sums:
        """What the books have booked of the month."""
        numbers = {name: number for number, name in self.names.items()}
        with company_in(self.folder) as company:
            names, rows = named(company), []
            for invoice in company.all("Invoice"):
                if int(invoice["DocNumber"]) in self.before:
                    continue
                matter = names[invoice["CustomerRef"]["value"]].partition(" ")[0]
                rows += [
                    (numbers[told[1]], matter, told[2], amount(line["Amount"]))
                    for line in invoice["Line"]
                    if (told := _SERVICES.fullmatch(str(line.get("Description", ""))))
                ]
        return summed(rows)


def _row(charge: Charge) -> tuple[str, str, Decimal, Decimal]:
    return charge.timekeeper, charge.client_id, charge.quantity, charge.amount


def summed(rows: Iterable[tuple[str, str, object, object]]) -> Sums:
    """Hours and amounts by timekeeper and matter."""
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for timekeeper, matter, hours, charged in rows:
        before = found[timekeeper, matter]
        found[timekeeper, matter] = before[0] + Decimal(str(hours)), before[1] + Decimal(str(charged))
    return dict(found)


def _capture(account: Firm, firm: Tabs3Firm, charges: Iterable[Charge]) -> dict[str, int]:
    """Enter clients, projects, users and time; gives the users by their number in Tabs3."""
    users, clients, projects = {}, {}, {}
    for row in firm.people:
        first, _, last = row["NAME"].rpartition(" ")
        users[row["EMPL"]] = account.add("users", fname=first, lname=last)["id"]
    for row in firm.clients:
        number = row["CLIENT_ID"].partition(".")[0]
        if number not in clients:
            clients[number] = account.add("clients", customId=number, clientName=row["NAME"])["id"]
        told = {"customId": row["CLIENT_ID"], "projectName": row["DESC"], "clientId": clients[number]}
        projects[row["CLIENT_ID"]] = account.add("projects", **told)["id"]
    for charge in charges:
        account.add(
            "timeEntries",
            projectId=projects[charge.client_id],
            userId=users[charge.timekeeper],
            entryDate=charge.day,
            billableTime=charge.quantity,
            hourlyRate=charge.rate,
            descriptionPublic=charge.text,
            litigationCode=charge.task,
            activityCode=charge.activity,
        )
    return users


def pushed(document: Document, connection: str, kind: str) -> Mapping[str, int]:
    counts: Mapping[str, int] = document["pushed"].get(connection, {}).get(kind, {})
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def open_office(tmp_path: Path, empty_ledger: Path) -> Iterator[Any]:
    opened: list[Office] = []

    def make(**how: Any) -> Office:
        office = Office(tmp_path / "firm", **how)
        shutil.copy(empty_ledger, office.folder / "hub.db")
        opened.append(office)
        return office

    yield make
    for office in opened:
        office.close()


def test_every_hour_of_a_month_is_billed_once_at_all_four_ends(open_office: Any) -> None:
    office: Office = open_office(records=400)
    captured = office.at_capture()
    assert len(office.captured) > 30
    assert len(office.entered) > 30
    first = office.sync()
    assert (first["exit"], first["errors"]) == (0, [])
    assert pushed(first, "billing", "time_entry")["delivered"] == len(office.captured)
    waiting = office.sync()  # the file waits for a person: nothing goes a second time
    assert "delivered" not in pushed(waiting, "billing", "time_entry")
    assert office.merge() == len(office.captured)
    bound = office.sync()
    assert (bound["exit"], office.json("status")["deliveries"]) == (0, [])
    assert bound["pulled"]["billing"]["time_entry"]["deleted"] == 0
    office.bill()
    billed = office.sync()
    assert (billed["exit"], billed["errors"], blocking(billed)) == (0, [], [])
    assert office.at_billing() == captured
    assert office.at_portal() == captured
    assert office.at_books() == captured
    hours, charged = (sum(one[place] for one in captured.values()) for place in (0, 1))
    assert hours > 100
    assert charged == round_cents(charged)
    again = office.sync()
    for connection, kinds in again["pushed"].items():
        for kind in kinds:
            assert pushed(again, connection, kind).keys() <= {"unchanged"}, (connection, kind)
    assert again["exit"] == 0


def test_who_is_in_no_row_of_the_crosswalk_waits_and_is_then_billed_like_the_others(open_office: Any) -> None:
    office: Office = open_office(records=200, lone="2")
    captured = office.at_capture()
    first = office.sync()
    (held,) = [one for one in first["holds"] if one["code"] == "unpaired"]
    assert held["proposed"] == "2"
    theirs = [one for one in office.captured if one.timekeeper == "2"]
    assert theirs
    assert pushed(first, "billing", "time_entry")["delivered"] == len(office.captured) - len(theirs)
    office.merge()
    office.decide(held["id"], "accept")
    assert pushed(office.sync(), "billing", "time_entry")["delivered"] == len(theirs)
    office.merge()
    assert office.sync()["exit"] == 0
    office.bill()
    office.sync()
    assert office.at_billing() == office.at_portal() == office.at_books() == captured


def test_what_changes_in_bill4time_after_it_was_handed_over_is_told_and_not_sent_again(
    open_office: Any,
) -> None:
    office: Office = open_office(records=200)
    office.sync()
    entry = office.account.all("timeEntries")[0]
    office.account.change("timeEntries", entry["id"], billableTime=entry["billableTime"] + 1)
    gone = office.account.all("timeEntries")[1]["id"]
    office.account.remove("timeEntries", gone)
    toml = office.folder / "hub.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(
        text.replace('base_url = "stand-in"\n', 'base_url = "stand-in"\nsweep_days = 0\n'), encoding="utf-8"
    )
    office.merge()
    document = office.sync()
    assert "delivered" not in pushed(document, "billing", "time_entry")
    told = {one["code"]: one for one in document["holds"]}
    assert document["exit"] == 3
    assert "It changed after it was entered at billing" in told["to-be-corrected-by-hand"]["message"]
    assert "no longer stands at the source" in told["to-be-withdrawn-by-hand"]["message"]


def test_what_waits_for_a_matter_that_a_person_hands_in_says_so(tmp_path: Path, empty_ledger: Path) -> None:
    office = Workspace(tmp_path / "firm")
    text = HUB[: HUB.index("[connections.billing]")] + SHEETS
    text = text.replace(
        'base_url = "stand-in"\n', 'base_url = "stand-in"\nimports = { folder = "imports" }\n'
    )
    for folder in ("sheets", "mappings/crosswalks"):
        (office.folder / folder).mkdir(parents=True)
    shutil.copy(empty_ledger, office.folder / "hub.db")
    (office.folder / "hub.toml").write_text(text, encoding="utf-8")
    try:
        account = bill4time.stand_in(office.folder).firm
        user = account.add("users", fname="Jane", lname="Doyle")["id"]
        (office.folder / "mappings" / "crosswalks" / "timekeeper.csv").write_text(f"n,bill4time\n1,{user}\n")
        tables = {
            "client": "id,number,name\nC,100,Acme\n",
            "matter": "id,client,number,name\nM,C,100.01,Roe\n",
            "timekeeper": "id,number,name\nT,1,Jane Doyle\n",
            "time_entry": "id,matter,timekeeper,worked_on,hours,narrative\nE,M,T,2026-07-01,1.5,Confer\n",
        }
        for name, rows in tables.items():
            (office.folder / "sheets" / f"{name}.csv").write_text(rows, encoding="utf-8")
        for _ in range(2):
            document = office.sync()
            (held,) = [one for one in document["holds"] if one["severity"] == "block"]
            assert (
                "matter 100.01 Roe was handed over to capture, and is not seen there yet" in held["message"]
            )
            assert document["exit"] == 3
        waiting = office.run("status").output
        assert "a person hands it in for import" in " ".join(waiting.split())
        for title in ("clients", "projects", "time-entries"):
            for file in (office.folder / "imports").glob(f"{title}-*"):
                assert not account.take_import(file).refused
                file.unlink()
            office.sync()
        done = office.sync()
        assert (done["exit"], done["holds"], office.json("status")["deliveries"]) == (0, [], [])
        (entry,) = account.all("timeEntries")
        assert (entry["billableTime"], entry["descriptionPublic"]) == (Decimal("1.5"), "Confer")
    finally:
        bill4time.close(office.folder)


def test_clients_and_matters_without_a_number_are_known_by_their_names(open_office: Any) -> None:
    office: Office = open_office(records=200)
    for resource in ("clients", "projects"):
        for one in office.account.all(resource):
            office.account.change(resource, one["id"], customId="")
    hub = office.folder / "hub.toml"
    text = hub.read_text(encoding="utf-8")
    only_time = text[: text.index("[flows.bills]")] + text[text.index("[authority]") :]
    hub.write_text(only_time, encoding="utf-8")  # so that Bill4Time is read before Tabs3
    document = office.sync()
    assert pushed(document, "billing", "time_entry")["delivered"] == len(office.captured)
    office.merge()
    assert office.sync()["exit"] == 0
    found = office.json("history", "client", "100")["records"]
    assert [sorted(place["connection"] for place in one["bindings"]) for one in found] == [
        ["billing", "capture"]
    ]
