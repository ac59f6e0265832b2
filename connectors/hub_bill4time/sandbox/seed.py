"""Many time entries at once, for measurements and for whoever only wants to look."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from hub_bill4time.sandbox.resources import RESOURCES
from hub_bill4time.sandbox.values import Sort, keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_TOLD = ("descriptionPublic", "litigationCode", "activityCode")
_TENTHS = 40


def fill(records: Records, number: int) -> None:
    """Enter clients, projects and users, and so many time entries of theirs; the same for the same number."""
    users = [
        records.add("users", {"fname": first, "lname": last, "billingRate": rate})
        for first, last, rate in _USERS
    ]
    projects = list(_projects(records, records.store.number(RESOURCES["clients"])))
    if number:
        records.store.insert_many(RESOURCES["timeEntries"], _entries(records, number, users, projects))


def _projects(records: Records, before: int) -> Iterator[Body]:
    for client in range(before + 1, before + 1 + _CLIENTS):
        payer = records.add("clients", {"clientName": f"Client {client:04}", "customId": f"{client:04}"})
        for matter in range(1, _PROJECTS_EACH + 1):
            names = {"projectName": f"Matter {client:04}-{matter}", "customId": f"{client:04}-{matter:02}"}
            yield records.add("projects", {**names, "clientId": payer["id"]})


def _entries(
    records: Records, number: int, users: Sequence[Body], projects: Sequence[Body]
) -> Iterator[dict[str, Kept]]:
    """Make rows of parts that are brought into their shape once; they have no rate but the user's."""
    today, resource = records.clock.now(), RESOURCES["timeEntries"]
    alike = {field.name: keep(field.sort, field.default) for field in resource.kept}
    alike["createdDate"] = keep(Sort.MOMENT, today)
    days = [_kept({"entryDate": today.date() - timedelta(days=ago)}) for ago in range(_DAYS)]
    places = [_kept({"clientId": one["clientId"], "projectId": one["id"]}) for one in projects]
    work = [_kept(dict(zip(_TOLD, told, strict=True))) for told in _WORK]
    hours = [_hours(user, tenths) for user in users for tenths in range(1, _TENTHS + 1)]
    chance = Random(number)
    for _ in range(number):
        yield alike | chance.choice(days) | chance.choice(places) | chance.choice(work) | chance.choice(hours)


def _hours(user: Body, tenths: int) -> dict[str, Kept]:
    hours, rate = Decimal(tenths).scaleb(-1), user["billingRate"]
    amount = hours * rate
    time = {"userId": user["id"], "billableTime": hours, "laborTime": hours, "rateType": "Hourly"}
    rates = {"hourlyRate": rate, "calculatedRate": rate}
    return _kept({**time, **rates, "billableAmount": amount, "calculatedAmount": amount})


def _kept(entry: Body) -> dict[str, Kept]:
    fields = RESOURCES["timeEntries"].by_name
    return {name: keep(fields[name].sort, value) for name, value in entry.items()}
