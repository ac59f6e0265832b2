"""The practice's part of the sample firm that ``hub demo`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import HubError, Kind
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.faults import FEWEST_UNBILLED, LEVELS, plant
from hub_tabs3.sandbox.state import fee_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hub.sdk import SampleFirm
    from hub_tabs3.sandbox.books import Charge

_KINDS = ("client", "matter", "timekeeper", "time_entry", "expense", "invoice")
_TABLES = "tabs3"
_DROP = "tabs3-device"


def build_sample_firm(firm: SampleFirm) -> None:
    """Write the tables and the firm's own choices, connect them, and tell the planted faults."""
    practice = Tabs3Firm(firm.random, firm.records)
    plant(practice)
    elsewhere = list(_captured_elsewhere(practice))
    _share(firm, practice, elsewhere)
    practice.write(firm.folder / _TABLES)
    (firm.folder / _DROP).mkdir()
    mappings = firm.folder / "mappings"
    (mappings / "crosswalks").mkdir(parents=True, exist_ok=True)
    (mappings / "tabs3.toml").write_text(_choices(), encoding="utf-8", newline="\n")
    (mappings / "crosswalks" / "activity.csv").write_text(_codes(elsewhere), encoding="utf-8", newline="\n")
    device = {"folder": _DROP, "send_rate": True}
    firm.connect(
        "billing",
        {"connector": "tabs3", "folder": _TABLES, "device": device},
        gives=_KINDS,
        takes=["time_entry"],
    )
    for fault in practice.faults.values():
        firm.tell(fault)
    firm.afterwards(lambda: _merge(practice, firm.folder))


def _captured_elsewhere(practice: Tabs3Firm) -> Iterator[Charge]:
    """Take half of what is not billed yet out of these books: some timekeepers have it in another system."""
    open_fees = [one for one in practice.unbilled.values() if one.fee]
    theirs: set[str] = set()
    for row in reversed(practice.people):
        if sum(one.timekeeper in theirs for one in open_fees) * 2 < len(open_fees):
            theirs.add(row["EMPL"])
    for charge in open_fees:
        # The first ones have faults, or are what a fault is beside.
        if charge.timekeeper in theirs and charge not in open_fees[:FEWEST_UNBILLED]:
            del practice.unbilled[charge.key]
            yield charge


def _share(firm: SampleFirm, practice: Tabs3Firm, entries: Iterable[Charge]) -> None:
    """Tell of whom and of what the system that captures time knows, too."""
    names = {row["CLIENT_ID"].partition(".")[0]: row["NAME"] for row in practice.clients}
    firm.share(Kind.CLIENT, [{"number": number, "name": name} for number, name in names.items()])
    firm.share(
        Kind.MATTER,
        [
            {"number": row["CLIENT_ID"], "name": row["DESC"], "client": row["CLIENT_ID"].partition(".")[0]}
            for row in practice.clients
        ],
    )
    people = [{"number": row["EMPL"], "name": row["NAME"]} for row in practice.people]
    firm.share(Kind.TIMEKEEPER, people)
    firm.share(Kind.TIME_ENTRY, [_entry(charge) for charge in entries])


def _entry(charge: Charge) -> dict[str, Any]:
    return {
        "matter": charge.client_id,
        "timekeeper": charge.timekeeper,
        "worked_on": charge.day,
        "hours": charge.quantity,
        "rate": charge.rate,
        "amount": charge.amount,
        "task_code": charge.task,
        "activity_code": charge.activity,
        "narrative": charge.text,
    }


def _merge(practice: Tabs3Firm, folder: Path) -> str:
    """A person loads the file that waits into Tabs3, and its tables are exported again.

    Raises:
        HubError: Tabs3 refuses a line of it.

    """
    files = sorted((folder / _DROP).glob("*.CV"))
    if not files:
        return "Nobody has anything to load into Tabs3."
    merged = practice.merge(files[0])
    if merged.rejected:
        raise HubError(f"Tabs3 refuses {len(merged.rejected)} lines: {merged.rejected[0].reason}")
    practice.write(folder / _TABLES)
    hours = sum(charge.quantity for charge in merged.charges)
    return f"Somebody loads the file with {len(merged.charges)} entries, {hours:.1f} hours, into Tabs3."


def _codes(entries: Iterable[Charge]) -> str:
    """Which transaction code goes with which activity: what comes from elsewhere has none of its own."""
    codes = sorted({charge.activity for charge in entries} - {""})
    return "\n".join(["code,tabs3", *(f"{code},{fee_code(code)}" for code in codes), ""])


def _choices() -> str:
    levels = ", ".join(f'"{level}" = "{code}"' for level, code in LEVELS.items())
    return (
        "# What this firm chose; `hub connect billing` asks these questions.\n\n"
        "[matter.fields]\n"
        'client_matter_id = { field = "MISC_1", optional = true }\n\n'
        "[timekeeper.fields]\n"
        f'classification = {{ field = "LEVEL", values = {{ {levels} }} }}\n'
    )
