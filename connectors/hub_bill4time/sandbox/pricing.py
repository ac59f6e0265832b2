"""What a time entry or an expense costs.

Bill4Time does not say which rate wins. Our choice, the first that there is: the entry's own, the user's
for the project, the user's for the client, the project's, the client's, the user's.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub_bill4time.sandbox.resources import NO_PROJECT, RESOURCES
from hub_bill4time.sandbox.values import to_cent

if TYPE_CHECKING:
    from hub_bill4time.sandbox.store import Body, Store

_NOTHING = Decimal("0.00")
_HOURLY = "Hourly"
PRICED = {
    "timeEntries": {
        "billableTime",
        "hourlyRate",
        "isBillable",
        "flatFee",
        "flatFeeAmount",
        "percentage",
        "percentageAmount",
        "projectId",
        "userId",
    },
    "expenses": {"quantity", "unitPrice", "sellPrice"},
}
"""The fields of which an amount is made."""


def price(store: Store, resource: str, body: Body) -> Body:
    """Give the fields of a time entry or an expense that follow from its others."""
    return _price_time(store, body) if resource == "timeEntries" else _price_expense(body)


def price_again(store: Store, resource: str, body: Body, changes: Body) -> Body:
    """Give the fields that follow anew when others of the same record change; a rate stays."""
    stale = {"unitPrice"} if "sellPrice" in changes else {"sellPrice"}
    kept = {name: None for name in stale - set(changes) if resource == "expenses"}
    return price(store, resource, {**body, **changes, **kept})


def _price_time(store: Store, body: Body) -> Body:
    project = store.get(RESOURCES["projects"], body["projectId"]) or {}
    rate = body["hourlyRate"] if body["hourlyRate"] is not None else _rate(store, body, project)
    method = project.get("billingMethod") or _HOURLY
    by_hours = to_cent(body["billableTime"] * rate)
    amount = _amount(body, method, by_hours) if body["isBillable"] else _NOTHING
    sort = "Flat Fee" if body["flatFee"] or method == "Flat Fee" else _HOURLY
    return {
        "hourlyRate": rate,
        "billableAmount": amount,
        "calculatedRate": rate,
        "calculatedAmount": by_hours,
        "rateType": "Contingency" if body["percentage"] or method == "Percentage" else sort,
    }


def _amount(body: Body, method: str, by_hours: Decimal) -> Decimal:
    """A flat fee or a percentage is one amount, and the hours beside it cost nothing."""
    if body["flatFee"]:
        return body["flatFeeAmount"] or _NOTHING
    if body["percentage"]:
        return body["percentageAmount"] or _NOTHING
    return by_hours if method == _HOURLY else _NOTHING


def _rate(store: Store, body: Body, project: Body) -> Decimal:
    user, client = body["userId"], body["clientId"]
    if body["projectId"] != NO_PROJECT:
        own = store.all(
            RESOURCES["projectUserBillingRates"],
            't."projectId" = ? AND t."userId" = ?',
            (body["projectId"], user),
        )
        if own:
            return own[0]["billingRate"] or _NOTHING
    own = store.all(
        RESOURCES["clientUserBillingRates"], 't."clientId" = ? AND t."userId" = ?', (client, user)
    )
    if own:
        return own[0]["billingRate"] or _NOTHING
    person = store.get(RESOURCES["users"], user) or {}
    payer = store.get(RESOURCES["clients"], client) or {}
    rates = (project.get("hourlyOverrideRate"), payer.get("billingFlatRate"), person.get("billingRate"))
    return next((rate for rate in rates if rate is not None), _NOTHING)


def _price_expense(body: Body) -> Body:
    """``sellPrice`` and ``costPrice`` are for the whole quantity: our choice."""
    quantity, unit, sold = body["quantity"], body["unitPrice"], body["sellPrice"]
    if sold is None:
        sold = to_cent((unit or _NOTHING) * quantity)
    if unit is None and quantity:
        unit = round(sold / quantity, 4)
    return {"sellPrice": sold, "unitPrice": unit, "costPrice": _first(body["costPrice"], sold)}


def _first(value: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if value is None else value
