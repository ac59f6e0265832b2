"""The sandbox: customers, vendors and employees, and the names that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_client import Faulted, applied, refused, version

if TYPE_CHECKING:
    from sandbox_client import Client

    from hub_quickbooks.sandbox import QuickBooksSandbox


def test_a_customer_has_what_every_object_has(client: Client) -> None:
    made = client.customer("100 Acme")

    assert (made["Id"], made["SyncToken"], made["domain"], made["sparse"]) == ("4", "0", "QBO", False)
    assert made["MetaData"]["CreateTime"] == "2026-01-05T01:00:00-08:00"
    assert made == client.get("Customer", made["Id"])
    assert (made["FullyQualifiedName"], made["Active"], made["Balance"]) == ("100 Acme", True, 0)


def test_a_matter_is_below_its_client(client: Client) -> None:
    acme = client.customer("100 Acme")
    matter = client.matter(acme, "100-1 Smith v Jones", BillWithParent=True)

    assert (matter["Job"], matter["Level"], matter["BillWithParent"]) == (True, 1, True)
    assert matter["FullyQualifiedName"] == "100 Acme:100-1 Smith v Jones"
    assert matter["ParentRef"] == {"value": acme["Id"], "name": "100 Acme"}


def test_five_levels_are_the_most(client: Client) -> None:
    lowest = client.customer("0")
    for level in range(1, 5):
        lowest = client.matter(lowest, str(level))
    assert lowest["Level"] == 4

    with refused("6000"):
        client.matter(lowest, "5")


@pytest.mark.parametrize("fields", [{"Job": True}, {"ParentRef": {"value": "4"}}])
def test_a_parent_and_being_a_job_go_together(client: Client, fields: dict[str, object]) -> None:
    client.customer("100 Acme")

    with refused("2020"):
        client.customer("100-1", **fields)


def test_a_customer_cannot_be_below_itself(client: Client) -> None:
    acme = client.customer("100 Acme")
    matter = client.matter(acme, "100-1")

    with refused("6000"):
        client.write("Customer", **version(acme), sparse=True, Job=True, ParentRef={"value": matter["Id"]})


def test_a_new_name_shows_wherever_the_customer_does(client: Client) -> None:
    acme = client.customer("100 Acme")
    matter = client.matter(acme, "100-1 Smith")
    bill = client.invoice(matter, "10.00")

    client.write("Customer", **version(acme), sparse=True, DisplayName="100 Acme Holdings")

    now = client.get("Customer", matter["Id"])
    assert now["FullyQualifiedName"] == "100 Acme Holdings:100-1 Smith"
    assert now["ParentRef"]["name"] == "100 Acme Holdings"
    assert (now["SyncToken"], now["MetaData"]) == (matter["SyncToken"], matter["MetaData"])
    seen = client.get("Invoice", bill["Id"])
    assert seen["CustomerRef"]["name"] == "100 Acme Holdings:100-1 Smith"
    assert seen["SyncToken"] == bill["SyncToken"]


def test_employees_names_show_in_their_time(client: Client) -> None:
    employee = client.write("Employee", GivenName="Dana", FamilyName="Doyle")
    time = client.write("TimeActivity", NameOf="Employee", EmployeeRef={"value": employee["Id"]}, Hours=1)
    assert time["EmployeeRef"]["name"] == "Dana Doyle"

    client.write("Employee", **version(employee), sparse=True, DisplayName="Dana Doyle-Vance")

    assert client.get("TimeActivity", time["Id"])["EmployeeRef"]["name"] == "Dana Doyle-Vance"


@pytest.mark.parametrize("name", ["Clerk of Court", "CLERK OF COURT"])
def test_customers_vendors_and_employees_share_their_names(client: Client, name: str) -> None:
    with pytest.raises(Faulted) as caught:
        client.customer(name)
    assert (caught.value.code, caught.value.detail) == ("6240", "The name supplied already exists. : Id=1")
    with refused("6240"):
        client.write("Employee", GivenName="Clerk of", FamilyName="Court")


def test_a_sub_customer_needs_a_name_of_its_own_too(client: Client) -> None:
    acme = client.customer("100 Acme")

    with refused("6240"):
        client.matter(acme, "100 Acme")


@pytest.mark.parametrize("name", ["Acme: the case", "Acme\tCo", "Acme\nCo"])
@pytest.mark.parametrize("field", ["DisplayName", "GivenName", "Suffix"])
def test_names_hold_no_colons_tabs_or_line_breaks(client: Client, field: str, name: str) -> None:
    with pytest.raises(Faulted) as caught:
        client.write("Customer", **{"DisplayName": "Acme", field: name})
    assert caught.value.element == field


def test_a_customer_needs_some_name(client: Client) -> None:
    with refused("6080"):
        client.write("Customer", Notes="nobody")

    assert client.write("Customer", GivenName="Ann", FamilyName="Lee")["DisplayName"] == "Ann Lee"


def test_an_employee_needs_both_names(client: Client) -> None:
    with refused("2020"):
        client.write("Employee", FamilyName="Doyle")


@pytest.mark.parametrize(
    ("field", "length"),
    [("DisplayName", 500), ("Title", 16), ("GivenName", 100), ("FamilyName", 100), ("Suffix", 16)],
)
def test_names_have_a_length(client: Client, field: str, length: int) -> None:
    client.write("Customer", **{"DisplayName": "Acme", field: "x" * length})

    with refused("2050", field) as caught:
        client.write("Customer", **{"DisplayName": "Bolt", field: "y" * (length + 1)})
    assert f"Max:{length} supported. Supplied length:{length + 1}" in caught.value.detail


def test_a_field_that_is_not_known_is_refused_by_name(client: Client) -> None:
    with pytest.raises(Faulted) as caught:
        client.customer("100 Acme", Nickname="A")
    assert (caught.value.code, caught.value.type) == ("2010", "ValidationFault")
    assert "Property Name:Nickname" in caught.value.detail

    with refused("2010", "Zip"):
        client.customer("100 Acme", BillAddr={"Zip": "62701"})


def test_an_inactive_customer_is_renamed_and_keeps_the_stored_name(client: Client) -> None:
    acme = client.customer("100 Acme")
    gone = client.write("Customer", **version(acme), sparse=True, Active=False)
    assert gone["DisplayName"] == gone["FullyQualifiedName"] == "100 Acme (deleted)"

    again = client.customer("100 Acme")
    assert again["Id"] != acme["Id"]
    with refused("6240"):
        client.customer("100 Acme (deleted)")
    second = client.write("Customer", **version(again), sparse=True, Active=False)
    assert second["DisplayName"] == "100 Acme (deleted-1)"


def test_one_that_becomes_active_again_gets_its_name_back(client: Client) -> None:
    acme = client.customer("100 Acme")
    gone = client.write("Customer", **version(acme), sparse=True, Active=False)
    kept = client.write("Customer", **version(gone), sparse=True, Notes="closed")
    assert kept["DisplayName"] == "100 Acme (deleted)"

    back = client.write("Customer", **version(kept), sparse=True, Active=True)

    assert (back["DisplayName"], back["Active"]) == ("100 Acme", True)


def test_what_is_inactive_cannot_be_referred_to(client: Client) -> None:
    acme = client.customer("100 Acme")
    client.write("Customer", **version(acme), sparse=True, Active=False)

    with refused("610"):
        client.invoice(acme, "10.00")
    with refused("2500", "CustomerRef"):
        client.invoice({"Id": "999"}, "10.00")


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Item", "Account"])
def test_what_stands_on_a_list_cannot_be_deleted(client: Client, entity: str) -> None:
    client.customer("100 Acme")
    first = client.query(f"select * from {entity}")[entity][0]

    with refused("500"):
        client.ask("POST", entity.lower(), version(first), operation="delete")
    assert client.get(entity, first["Id"]) == first


def test_an_update_knows_the_version_that_it_changes(client: Client) -> None:
    acme = client.customer("100 Acme")
    client.write("Customer", **version(acme), sparse=True, Notes="one")

    with refused("5010"):
        client.write("Customer", **version(acme), sparse=True, Notes="two")
    with refused("2020"):
        client.write("Customer", Id=acme["Id"], sparse=True, Notes="two")
    with refused("610"):
        client.write("Customer", Id="999", SyncToken="0", sparse=True, Notes="two")
    assert client.get("Customer", acme["Id"])["Notes"] == "one"


def test_a_sparse_update_leaves_the_rest_and_a_full_one_blanks_it(client: Client) -> None:
    acme = client.customer("100 Acme", Notes="keep", CompanyName="Acme Inc")

    sparse = client.write("Customer", **version(acme), sparse=True, CompanyName="")
    assert (sparse["Notes"], "CompanyName" in sparse) == ("keep", False)

    full = client.write("Customer", **version(sparse), DisplayName="100 Acme", CompanyName="Acme LLC")
    assert (full["CompanyName"], "Notes" in full, full["SyncToken"]) == ("Acme LLC", False, "2")
    assert full["MetaData"]["CreateTime"] == acme["MetaData"]["CreateTime"]


def test_a_customer_shows_what_it_owes_and_what_its_matters_owe(client: Client) -> None:
    acme = client.customer("100 Acme")
    matter = client.matter(acme, "100-1")
    client.invoice(acme, "10.00")
    bill = client.invoice(matter, "32.50")
    client.pay(matter, "40.00", applied(bill, "30.00"))

    balances = {one["Id"]: one for one in client.query("select * from Customer")["Customer"]}

    assert (balances[acme["Id"]]["Balance"], balances[acme["Id"]]["BalanceWithJobs"]) == (10, 2.5)
    assert (balances[matter["Id"]]["Balance"], balances[matter["Id"]]["BalanceWithJobs"]) == (-7.5, -7.5)


def test_people_meet_the_same_rules_unless_what_they_enter_is_raw(sandbox: QuickBooksSandbox) -> None:
    company = sandbox.company
    acme = company.add("Customer", DisplayName="100 Acme")
    assert company.change("Customer", acme["Id"], Notes="by hand")["SyncToken"] == "1"

    with pytest.raises(Exception, match="6240"):
        company.add("Customer", DisplayName="100 Acme")
    twin = company.add("Customer", raw=True, DisplayName="100 Acme", FullyQualifiedName="100 Acme")
    assert [one["Id"] for one in company.all("Customer")] == [acme["Id"], twin["Id"]]
