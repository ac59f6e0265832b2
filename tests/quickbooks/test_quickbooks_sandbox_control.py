"""The sandbox: driven from another process, and going on where it was stopped."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests
from sandbox_client import Client

from hub_quickbooks.sandbox import QuickBooksSandbox

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox_client import Body

    from hub.testing import FakeClock


def drive(sandbox: QuickBooksSandbox, place: str, document: object = None, status: int = 200) -> Body:
    answer = requests.request(
        "GET" if document is None else "POST", f"{sandbox.url}/sandbox/{place}", json=document, timeout=5
    )
    assert answer.status_code == status, answer.text
    body: Body = answer.json()
    return body


def test_the_clock_is_put_forward(client: Client) -> None:
    drive(client.sandbox, "clock", {"advance": 86_400.5})
    client.connect()

    assert client.customer()["MetaData"]["CreateTime"] == "2026-01-06T01:00:00-08:00"


def test_summer_has_another_offset(client: Client) -> None:
    drive(client.sandbox, "clock", {"advance": 90 * 86_400})
    client.connect()

    assert client.customer()["MetaData"]["CreateTime"] == "2026-04-05T02:00:00-07:00"


def test_a_fault_is_told(client: Client) -> None:
    drive(client.sandbox, "faults", {"fault": "error", "on": "write", "status": 503, "committed": True})

    assert client.call("POST", "customer", {"DisplayName": "Acme"}).status_code == 503
    assert drive(client.sandbox, "objects/Customer")["Customer"][0]["DisplayName"] == "Acme"


def test_preferences_are_changed(client: Client) -> None:
    drive(client.sandbox, "preferences", {"SalesFormsPrefs": {"CustomTxnNumbers": False}})

    changed = client.ask("GET", "preferences")["Preferences"]
    assert (changed["SalesFormsPrefs"]["CustomTxnNumbers"], changed["SyncToken"]) == (False, "2")
    assert changed["SalesFormsPrefs"]["AllowDiscount"] is True


def test_switches_are_set(client: Client) -> None:
    values = {
        "remembers": 60,
        "rotate_always": True,
        "tax_shift": "0.01",
        "read_allowance": 1,
        "limits": True,
    }
    drive(client.sandbox, "switches", values)

    switches = client.sandbox.company.switches
    assert switches.remembers.total_seconds() == 60
    assert (switches.rotate_always, switches.tax_shift) == (True, Decimal("0.01"))
    assert (switches.read_allowance, switches.limits) == (1, True)
    drive(client.sandbox, "switches", {"read_allowance": None})
    assert switches.read_allowance is None


def test_counts_are_told_and_not_moved_by_asking(client: Client) -> None:
    drive(client.sandbox, "reset-counts", {})
    client.customer()

    for _ in range(2):
        told = drive(client.sandbox, "counts")
        assert (told["total"]["write"], told["month"]["write"], told["total"]["get"]) == (1, 1, 0)
        assert (told["objects"]["Customer"], told["objects"]["Item"]) == (1, 7)


@pytest.mark.parametrize(
    ("place", "document", "status"),
    [
        ("nowhere", None, 404),
        ("objects/Nothing", None, 404),
        ("nowhere", {}, 404),
        ("faults", {"fault": "explode"}, 400),
        ("faults", {"fault": "drop", "colour": "red"}, 400),
        ("clock", {}, 400),
        ("switches", {"colour": "red"}, 400),
        ("clock", [], 400),
    ],
)
def test_what_cannot_be_driven_is_refused(
    sandbox: QuickBooksSandbox, place: str, document: object, status: int
) -> None:
    assert "error" in drive(sandbox, place, document, status)


def test_a_company_in_a_file_goes_on_where_it_stopped(tmp_path: Path, clock: FakeClock) -> None:
    file = tmp_path / "company.db"
    with QuickBooksSandbox(file, clock=clock) as sandbox, Client(sandbox) as client:
        drive(sandbox, "clock", {"advance": 60})
        acme = client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")
        client.invoice(acme, "10.00", number="77")
        secrets = (sandbox.client_id, sandbox.client_secret, sandbox.refresh_token)
        header = client.session.headers["Authorization"]

    with QuickBooksSandbox(file, clock=clock) as again, Client(again) as client:
        assert (again.client_id, again.client_secret, again.refresh_token) == secrets
        client.session.headers["Authorization"] = header
        assert client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme") == acme
        assert client.ids("select * from Invoice where DocNumber = '77'")
        made = client.invoice(acme, "5.00")
        assert (made["Id"], made["MetaData"]["CreateTime"]) == ("2", "2026-01-05T01:01:00-08:00")
        assert again.company.counts["write"] == 4


def test_a_killed_process_has_lost_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hub_quickbooks.sandbox", "--file", str(tmp_path / "company.db")]
    with subprocess.Popen([*command, "--no-limits"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(7))
        try:
            token = requests.post(
                f"{told['OAUTH_URL']}/oauth2/v1/tokens/bearer",
                data={"grant_type": "refresh_token", "refresh_token": told["REFRESH_TOKEN"]},
                auth=(told["CLIENT_ID"], told["CLIENT_SECRET"]),
                timeout=5,
            ).json()["access_token"]
            answer = requests.post(
                f"{told['BASE_URL']}/v3/company/{told['REALM']}/customer",
                json={"DisplayName": "Acme"},
                headers={"Authorization": f"Bearer {token}"},
                timeout=5,
            )
            assert answer.status_code == 200
        finally:
            process.kill()

    with QuickBooksSandbox(tmp_path / "company.db") as again:
        assert [one["DisplayName"] for one in again.company.all("Customer")] == ["Acme"]
        assert again.refresh_token == told["REFRESH_TOKEN"]
