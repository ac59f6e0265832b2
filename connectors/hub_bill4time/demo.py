"""The sample firm's time capture: half of what is not billed yet is in an account of Bill4Time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Kind
from hub_bill4time.stand_in import STAND_IN, close, stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import SampleFirm
    from hub_bill4time.sandbox import Firm


def build_sample_firm(firm: SampleFirm) -> None:
    """Fill an account with what the billing program tells of, once it has."""
    firm.once_shared(lambda shared: _build(firm, shared))


def _build(firm: SampleFirm, shared: Mapping[Kind, Sequence[Mapping[str, Any]]]) -> None:
    if not shared.get(Kind.TIME_ENTRY):
        return
    account = stand_in(firm.folder).firm
    users = _enter(account, shared)
    _pair(firm, shared[Kind.TIMEKEEPER], users)
    firm.connect("capture", {"connector": "bill4time", "base_url": STAND_IN}, gives=["time_entry"])
    close(firm.folder)


def _enter(account: Firm, shared: Mapping[Kind, Sequence[Mapping[str, Any]]]) -> dict[str, int]:
    """Enter everything; gives the users by their number in the billing program."""
    users = {
        one["number"]: account.add("users", fname=first, lname=last)["id"]
        for one in shared[Kind.TIMEKEEPER]
        for first, _, last in [one["name"].rpartition(" ")]
    }
    clients = {
        one["number"]: account.add("clients", customId=one["number"], clientName=one["name"])["id"]
        for one in shared[Kind.CLIENT]
    }
    projects = {
        one["number"]: account.add(
            "projects", customId=one["number"], projectName=one["name"], clientId=clients[one["client"]]
        )["id"]
        for one in shared[Kind.MATTER]
    }
    for one in shared[Kind.TIME_ENTRY]:
        account.add(
            "timeEntries",
            projectId=projects[one["matter"]],
            userId=users[one["timekeeper"]],
            entryDate=one["worked_on"],
            billableTime=one["hours"],
            hourlyRate=one["rate"],
            descriptionPublic=one["narrative"],
            litigationCode=one["task_code"],
            activityCode=one["activity_code"],
        )
    return users


def _pair(firm: SampleFirm, people: Sequence[Mapping[str, Any]], users: Mapping[str, int]) -> None:
    """Say who is who in both systems; of the one who came last nobody has said it yet."""
    *known, last = people
    rows = [f"{one['number']},{one['name']},{users[one['number']]}" for one in known]
    path = firm.folder / "mappings" / "crosswalks" / "timekeeper.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["number,name,bill4time", *rows, ""]), encoding="utf-8", newline="\n")
    firm.tell(f"{last['name']} has no row in mappings/crosswalks/timekeeper.csv.")
