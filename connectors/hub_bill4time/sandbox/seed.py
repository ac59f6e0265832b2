"""Many time entries at once, for measurements and for whoever only wants to look."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from hub_bill4time.sandbox.resources import RESOURCES
from hub_bill4time.sandbox.values import keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub_bill4time.sandbox.records import Records
    from hub_bill4time.sandbox.store import Body
    from hub_bill4time.sandbox.values import Kept

_CLIENTS, _PROJECTS_EACH, _DAYS = 20, 3, 365
_USERS = (("Ada", "Doyle", 450), ("Ben", "Vance", 385), ("Cleo", "Marsh", 275), ("Dan", "Ortiz", 140))
_WORK = (
    ("Draft and revise motion to compel", "L350", "A103"),
    ("Telephone call with client regarding discovery", "L310", "A106"),
    ("Review documents produced by opposing party", "L320", "A104"),
    ("Research on limitation of actions", "L120", "A102"),
)
_TENTHS = 40


def fill(records: Records, number: int) -> None:
    """Enter clients, projects and users, and so many time entries of theirs; the same for the same number."""
    if not number:
        return
    users = [
        records.add("users", {"fname": first, "lname": last, "billingRate": rate})
        for first, last, rate in _USERS
    ]
    projects = list(_projects(records, records.store.number(RESOURCES["clients"])))
    entry = records.add("timeEntries", next(_entries(records, 1, users, projects)))
    resource = RESOURCES["timeEntries"]
    alike = {field.name: keep(field.sort, entry[field.name]) for field in resource.kept}
    if number > 1:
        sorts = {name: field.sort for name, field in resource.by_name.items()}
        rows = _entries(records, number - 1, users, projects)
        records.store.insert_many(resource, (_row(alike, sorts, one) for one in rows))


def _row(alike: Mapping[str, Kept], sorts: Mapping[str, object], entry: Body) -> dict[str, Kept]:
    return {**alike, **{name: keep(sorts[name], value) for name, value in entry.items()}}  # type: ignore[arg-type]


def _projects(records: Records, before: int) -> Iterator[Body]:
    for client in range(before + 1, before + 1 + _CLIENTS):
        payer = records.add("clients", {"clientName": f"Client {client:04}", "customId": f"{client:04}"})
        for matter in range(1, _PROJECTS_EACH + 1):
            names = {"projectName": f"Matter {client:04}-{matter}", "customId": f"{client:04}-{matter:02}"}
            yield records.add("projects", {**names, "clientId": payer["id"]})


def _entries(
    records: Records, number: int, users: Sequence[Body], projects: Sequence[Body]
) -> Iterator[Body]:
    chance, today = Random(number), records.clock.now().date()
    for _ in range(number):
        user, project = chance.choice(users), chance.choice(projects)
        work, task, activity = chance.choice(_WORK)
        hours = Decimal(chance.randint(1, _TENTHS)).scaleb(-1)
        amount = hours * user["billingRate"]
        yield {
            "clientId": project["clientId"],
            "projectId": project["id"],
            "userId": user["id"],
            "entryDate": today - timedelta(days=chance.randrange(_DAYS)),
            "billableTime": hours,
            "laborTime": hours,
            "hourlyRate": user["billingRate"],
            "calculatedRate": user["billingRate"],
            "billableAmount": amount,
            "calculatedAmount": amount,
            "descriptionPublic": work,
            "litigationCode": task,
            "activityCode": activity,
        }
