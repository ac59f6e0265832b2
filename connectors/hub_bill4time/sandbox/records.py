"""Entering, changing and removing records: what is checked, and what follows from what is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub_bill4time.sandbox.pricing import PRICED, price, price_again
from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.resources import ENTERED, NO_PROJECT, PREBILL, RESOURCES
from hub_bill4time.sandbox.values import give, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.loopback import DrivenClock
    from hub_bill4time.sandbox.schema import Field, Resource
    from hub_bill4time.sandbox.store import Body, Store
    from hub_bill4time.sandbox.values import Kept


class Records:
    """A firm's records, and the only way to change them."""

    def __init__(self, store: Store, clock: DrivenClock) -> None:
        self.store = store
        self.clock = clock

    def found(self, name: str, number: int) -> Body:
        """Give a record.

        Raises:
            Refused: it is not there.

        """
        body = self.store.get(RESOURCES[name], number)
        if body is None:
            raise Refused(f"{name} has no {number}.")
        return body

    def add(self, name: str, fields: Mapping[str, Any], *, raw: bool = False) -> Body:
        """Enter a record; ``raw`` takes it as it is, fit or not.

        Raises:
            Refused: it is not fit.

        """
        resource = RESOURCES[name]
        body = {field.name: give(field.sort, keep(field.sort, field.default)) for field in resource.kept}
        body |= {field.name: self.clock.now() for field in resource.kept if field.name in ENTERED}
        given = self._read(resource, fields)
        body |= given
        if not raw:
            body |= self._following(name, body)
            self._check(resource, body)
            if name in PRICED:
                given = {one: value for one, value in given.items() if value is not None}
                body = body | price(self.store, name, body) | given
        number = self.store.insert(resource, self._kept(resource, body))
        return self.found(name, number)

    def change(self, name: str, number: int, fields: Mapping[str, Any], *, raw: bool = False) -> Body:
        """Change fields of a record; ``None`` empties one.

        Raises:
            Refused: it is not there, or the change is not fit.

        """
        resource, before = RESOURCES[name], self.found(name, number)
        changes = self._read(resource, fields)
        if not raw:
            self._check(resource, {**before, **changes})
            if PRICED.get(name, set()) & set(changes):
                changes = price_again(self.store, name, before, changes) | changes
        self.store.update(resource, number, self._kept(resource, changes))
        return self.found(name, number)

    def remove(self, name: str, number: int, *, raw: bool = False) -> None:
        """Remove a record.

        Raises:
            Refused: it is not there, or another refers to it.

        """
        self.found(name, number)
        if not raw:
            self._check_unused(name, number)
        self.store.delete(RESOURCES[name], number)

    # ------------------------------------------------------------ within

    def _read(self, resource: Resource, fields: Mapping[str, Any]) -> Body:
        kept = {field.name: field for field in resource.kept}
        unknown = sorted(set(fields) - set(kept))
        if unknown:
            raise Refused(f"{resource.name} has no field to fill in named {', '.join(unknown)}.")
        return {name: self._value(kept[name], value) for name, value in fields.items()}

    def _value(self, field: Field, value: Any) -> Any:  # noqa: ANN401 -- of any sort
        try:
            return give(field.sort, keep(field.sort, value))
        except Refused as refused:
            raise Refused(f"{field.name}: {refused}.") from None

    def _following(self, name: str, body: Body) -> Body:
        """What follows from other fields, where it is not given."""
        following: Body = {}
        if (
            "clientId" in body
            and body["clientId"] is None
            and body.get("projectId", NO_PROJECT) != NO_PROJECT
        ):
            following["clientId"] = self.found("projects", body["projectId"])["clientId"]
        if name == "timeEntries" and body["laborTime"] is None:
            following["laborTime"] = body["billableTime"]
        if name == "payments" and body["isBalanceAdjustment"] and body["debit"] is body["credit"] is None:
            amount = body["paymentAmount"]
            following |= {"debit": max(-amount, amount * 0), "credit": max(amount, amount * 0)}
        return following

    def _check(self, resource: Resource, body: Body) -> None:
        missing = [field.name for field in resource.kept if field.required and body[field.name] is None]
        if missing:
            raise Refused(f"{resource.name} needs {', '.join(missing)}.")
        for field in resource.kept:
            if field.refers and body[field.name] not in {None, NO_PROJECT}:
                self.found(field.refers, body[field.name])
        if body.get("projectId", NO_PROJECT) != NO_PROJECT and "clientId" in body:
            project = self.found("projects", body["projectId"])
            if project["clientId"] != body["clientId"]:
                raise Refused(f"Project {project['id']} is of another client.")

    def _check_unused(self, name: str, number: int) -> None:
        for resource in RESOURCES.values():
            for field in resource.kept:
                if field.refers == name and self.store.number(resource, f't."{field.name}" = ?', (number,)):
                    raise Refused(f"{resource.name} refers to {number} of {name}.")

    def _kept(self, resource: Resource, body: Body) -> dict[str, Kept]:
        known = resource.by_name
        return {name: keep(known[name].sort, value) for name, value in body.items()}


def check_open(records: Records, body: Body) -> None:
    """See to it that an entry is on no finalized invoice.

    Raises:
        Refused: it is.

    """
    if body.get("invoiceId") is None:
        return
    invoice = records.found("invoices", body["invoiceId"])
    if invoice["status"] != PREBILL:
        raise Refused(f"{body['id']} is on invoice {invoice['customId']}, which is finalized.")
