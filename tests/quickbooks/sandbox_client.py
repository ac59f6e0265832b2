"""A strict client of the sandbox: it looks at every status, and knows none of the sandbox's insides."""

from __future__ import annotations

import json
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_quickbooks.sandbox import QuickBooksSandbox

Body = dict[str, Any]


class Faulted(Exception):
    """A fault came back, with HTTP 400 as it should."""

    def __init__(self, fault: Body) -> None:
        (error,) = fault["Error"]
        super().__init__(error["code"], error["Detail"])
        self.code = error["code"]
        self.detail = error["Detail"]
        self.element = error["element"]
        self.type = fault["type"]


@contextmanager
def refused(code: str, element: str | None = None) -> Iterator[pytest.ExceptionInfo[Faulted]]:
    """Expect a fault with a code, and perhaps on a field."""
    with pytest.raises(Faulted) as caught:
        yield caught
    assert caught.value.code == code, caught.value.detail
    assert element is None or caught.value.element == element


class Client:
    """Speaks to a sandbox with an access token of its own."""

    def __init__(self, sandbox: QuickBooksSandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.base = f"{sandbox.url}/v3/company/{sandbox.realm}"
        self.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.session.close()

    def connect(self) -> Body:
        """Get a new access token."""
        answer = self.tokens(grant_type="refresh_token", refresh_token=self.sandbox.refresh_token)
        assert answer.status_code == 200, answer.text
        pair: Body = answer.json()
        self.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
        return pair

    def tokens(self, *, headers: Body | None = None, **form: str) -> requests.Response:
        """Ask for tokens, as the registered app."""
        return requests.post(
            f"{self.sandbox.url}/oauth2/v1/tokens/bearer",
            data=form,
            headers=headers,
            auth=(self.sandbox.client_id, self.sandbox.client_secret),
            timeout=5,
        )

    def call(self, method: str, place: str, body: object = None, **parameters: str) -> requests.Response:
        """Make a request of the company."""
        data = body if isinstance(body, str | bytes | None) else json.dumps(body, default=_number)
        return self.session.request(
            method, f"{self.base}/{place}", params=parameters or None, data=data, timeout=5
        )

    def ask(self, method: str, place: str, body: object = None, **parameters: str) -> Body:
        """Make a request that is answered with an object, or with a fault."""
        answer = self.call(method, place, body, **parameters)
        document: Body = json.loads(answer.text, parse_float=Decimal)
        if "Fault" in document:
            assert answer.status_code == 400, answer.text
            raise Faulted(document["Fault"])
        assert answer.status_code == 200, answer.text
        return document

    def write(self, entity: str, *, parameters: Body | None = None, **fields: object) -> Body:
        """Create or update; gives the object."""
        body: Body = self.ask("POST", entity.lower(), fields, **(parameters or {}))[entity]
        return body

    def get(self, entity: str, number: str) -> Body:
        """Read one object."""
        body: Body = self.ask("GET", f"{entity.lower()}/{number}")[entity]
        return body

    def query(self, statement: str) -> Body:
        """Make a query; gives what is in its answer."""
        response: Body = self.ask("GET", "query", query=statement)["QueryResponse"]
        return response

    def ids(self, statement: str) -> list[str]:
        """Make a query; gives the ids of what it finds."""
        response = self.query(statement)
        return [one["Id"] for value in response.values() if isinstance(value, list) for one in value]

    def batch(self, *items: Body, **parameters: str) -> dict[str, Body]:
        """Send a batch; gives what is answered to each item."""
        answer = self.ask("POST", "batch", {"BatchItemRequest": list(items)}, **parameters)
        return {item["bId"]: item for item in answer["BatchItemResponse"]}

    # ------------------------------------------------------------ shapes

    def customer(self, name: str = "100 Acme Corporation", **fields: object) -> Body:
        """Create a customer."""
        return self.write("Customer", DisplayName=name, **fields)

    def matter(self, client: Body, name: str, **fields: object) -> Body:
        """Create a sub-customer."""
        return self.customer(name, Job=True, ParentRef={"value": client["Id"]}, **fields)

    def invoice(self, customer: Body, *amounts: str, number: str | None = None, **fields: object) -> Body:
        """Create an invoice with a line for each amount."""
        return self.write("Invoice", **invoice(customer, *amounts, DocNumber=number, **fields))

    def pay(self, customer: Body, total: str, /, *lines: Body, **fields: object) -> Body:
        """Create a payment."""
        reference = {"value": customer["Id"]}
        return self.write(
            "Payment", CustomerRef=reference, TotalAmt=Decimal(total), Line=list(lines), **fields
        )


def invoice(customer: Body, *amounts: str, **fields: object) -> Body:
    """The body of an invoice or credit memo."""
    return {"CustomerRef": {"value": customer["Id"]}, "Line": [line(amount) for amount in amounts], **fields}


def line(amount: str, item: str = "1", **detail: object) -> Body:
    """A line of an invoice; with nothing but its amount and its item, unless told."""
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal(amount),
        "SalesItemLineDetail": {"ItemRef": {"value": item}, **detail},
    }


def applied(transaction: Body, amount: str, sort: str = "Invoice") -> Body:
    """A line of a payment."""
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": transaction["Id"], "TxnType": sort}]}


def create(number: str, entity: str, body: Body, **around: str) -> Body:
    """An item of a batch."""
    return {"bId": number, "operation": "create", entity: body, **around}


def version(body: Body) -> Body:
    """What names an object and its version."""
    return {"Id": body["Id"], "SyncToken": body["SyncToken"]}


def _number(value: object) -> float | str:
    """Money with two decimals is the same number as a float, and the test says which it was."""
    return float(value) if isinstance(value, Decimal) else str(value)
