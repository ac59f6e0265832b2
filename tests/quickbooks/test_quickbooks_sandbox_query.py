"""The sandbox: the query language."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sandbox_client import refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub.testing import FakeClock


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer("100 Acme", CompanyName="Acme", PrimaryEmailAddr={"Address": "ap@acme.test"})


@pytest.fixture
def bills(client: Client, acme: Body, clock: FakeClock) -> list[Body]:
    """Three invoices, a minute between them."""
    made = []
    for number, amount in enumerate(("10.00", "20.05", "30.00"), 1):
        clock.advance(timedelta(minutes=1))
        made.append(client.invoice(acme, amount, number=f"B_{number}", TxnDate=f"2026-01-0{number}"))
    return made


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("DocNumber = 'B_2'", "2"),
        ("DocNumber = 'b_2'", ""),
        ("DocNumber IN ('B_1', 'B_3', 'none')", "13"),
        ("DocNumber LIKE 'B%'", "123"),
        ("DocNumber LIKE '%_2'", "2"),
        ("DocNumber like 'B____'", ""),
        ("DocNumber LIKE 'B-%'", ""),
        ("TotalAmt > '10.00'", "23"),
        ("TotalAmt >= 20.05", "23"),
        ("TotalAmt = '20.05'", "2"),
        ("TotalAmt < '20.05'", "1"),
        ("TotalAmt <= '20.05' AND TotalAmt > '9.99'", "12"),
        ("TxnDate >= '2026-01-02'", "23"),
        ("TxnDate = '2026-01-03'", "3"),
        ("CustomerRef = '4'", "123"),
        ("CustomerRef IN ('5')", ""),
        ("Id IN ('1', '3')", "13"),
        ("Id > '1' and Balance > '0'", "23"),
        ("MetaData.LastUpdatedTime >= '2026-01-05T01:02:00-08:00'", "23"),
        ("MetaData.LastUpdatedTime > '2026-01-05T09:02:00Z'", "3"),
        ("MetaData.LastUpdatedTime = '2026-01-05T10:02:00.000+01:00'", "2"),
        ("MetaData.CreateTime < '2026-01-05T01:02:00'", "1"),
        ("MetaData.CreateTime >= '2026-01-05'", "123"),
    ],
)
def test_a_condition_finds_what_it_says(
    client: Client, bills: list[Body], condition: str, found: str
) -> None:
    assert "".join(client.ids(f"select * from Invoice where {condition}")) == found
    assert client.query(f"SELECT COUNT(*) FROM Invoice WHERE {condition}") == {"totalCount": len(found)}


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("", "123"),
        ("ORDERBY Id DESC", "321"),
        ("order by TotalAmt desc", "321"),
        ("ORDERBY MetaData.LastUpdatedTime ASC, Id", "123"),
        ("ORDERBY DocNumber DESC STARTPOSITION 2", "21"),
        ("STARTPOSITION 2 MAXRESULTS 1", "2"),
        ("startposition 4", ""),
        ("MAXRESULTS 2", "12"),
    ],
)
def test_answers_are_sorted_and_paged(client: Client, bills: list[Body], rest: str, found: str) -> None:
    assert "".join(client.ids(f"select * from Invoice {rest}")) == found


def test_an_answer_says_where_it_starts_and_how_much_it_holds(client: Client, bills: list[Body]) -> None:
    response = client.query("select * from Invoice startposition 2 maxresults 1")

    assert response == {"Invoice": [bills[1]], "startPosition": 2, "maxResults": 1, "totalCount": 3}
    assert client.query("select * from Invoice where DocNumber = 'none'") == {}


@pytest.mark.parametrize("entity", ["Customer", "Item", "Account", "Vendor", "Preferences", "CompanyInfo"])
def test_only_some_answers_hold_a_total(client: Client, acme: Body, entity: str) -> None:
    response = client.query(f"select * from {entity}")

    assert set(response) == {entity, "startPosition", "maxResults"}


def test_a_hundred_come_unless_asked_for_more(client: Client) -> None:
    for start in range(0, 120, 30):
        client.batch(
            *(
                {"bId": str(number), "operation": "create", "Customer": {"DisplayName": f"C{number}"}}
                for number in range(start, start + 30)
            )
        )

    assert len(client.ids("select * from Customer")) == 100
    assert len(client.ids("select * from Customer maxresults 1000")) == 120
    assert len(client.ids("select * from Customer startposition 101 maxresults 1000")) == 20


def test_inactive_ones_come_only_if_asked_for(client: Client, acme: Body) -> None:
    bolt = client.customer("200 Bolt")
    client.write("Customer", **version(acme), sparse=True, Active=False)

    assert client.ids("select * from Customer") == [bolt["Id"]]
    assert client.ids("select * from Customer where Active = false") == [acme["Id"]]
    both = client.ids("select * from Customer where Active IN (true, false)")
    assert both == [acme["Id"], bolt["Id"]]
    assert client.query("select count(*) from Customer where Active in (true,false)") == {"totalCount": 2}
    assert client.ids("select * from Customer where DisplayName = '100 Acme (deleted)' and Active = false")


def test_quotes_and_backslashes_are_escaped(client: Client) -> None:
    quoted = client.customer("O'Neil \\ Sons")

    assert client.ids("select * from Customer where DisplayName = 'O\\'Neil \\\\ Sons'") == [quoted["Id"]]
    assert client.ids("select * from Customer where DisplayName LIKE 'O\\'N%'") == [quoted["Id"]]
    with refused("4001"):
        client.query("select * from Customer where DisplayName = 'O'Neil'")


def test_names_and_matters_are_found_by_their_fields(client: Client, acme: Body) -> None:
    matter = client.matter(acme, "100-1")

    for condition, found in (
        ("DisplayName = '100 Acme'", acme),
        ("CompanyName = 'Acme'", acme),
        ("PrimaryEmailAddr = 'ap@acme.test'", acme),
        ("FullyQualifiedName = '100 Acme:100-1'", matter),
        ("Job = true", matter),
        ("Job = False", acme),
        (f"ParentRef = '{acme['Id']}'", matter),
    ):
        assert client.ids(f"select * from Customer where {condition}") == [found["Id"]], condition


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "select",
        "delete from Invoice",
        "select * from invoice",
        "select * from Estimate",
        "select Id from Invoice",
        "select * from Invoice where",
        "select * from Invoice where PrivateNote = 'x'",
        "select * from Invoice where Line = 'x'",
        "select * from Customer where Notes LIKE '%x%'",
        "select * from TimeActivity where Description = 'x'",
        "select * from Invoice where Active = true",
        "select * from Invoice orderby PrivateNote",
        "select * from Invoice where DocNumber != 'x'",
        "select * from Invoice where DocNumber = 'x' OR DocNumber = 'y'",
        "select * from Invoice where DocNumber = 'x",
        "select * from Invoice where TotalAmt > 'ten'",
        "select * from Invoice where TxnDate > 'yesterday'",
        "select * from Invoice where MetaData.LastUpdatedTime > '2026-01-05T01:02:00 08:00'",
        "select * from Customer where Active = maybe",
        "select * from Invoice startposition 0",
        "select * from Invoice startposition x",
        "select * from Invoice maxresults 0",
        "select * from Invoice maxresults 1001",
        "select * from Invoice group by CustomerRef",
    ],
)
def test_what_cannot_be_asked_is_4001(client: Client, statement: str) -> None:
    with refused("4001"):
        client.query(statement)


def test_the_first_position_is_one(client: Client) -> None:
    with refused("4001") as caught:
        client.query("select * from Invoice startposition 0")
    assert caught.value.detail.endswith("value 0 is too small. Min allowed value is 1")


def test_a_query_may_be_posted(client: Client, bills: list[Body]) -> None:
    answer = client.ask("POST", "query", "select * from Invoice where DocNumber = 'B_2'")

    assert answer["QueryResponse"]["Invoice"] == [bills[1]]


def test_a_plus_that_is_not_escaped_is_a_space(client: Client, bills: list[Body]) -> None:
    condition = "MetaData.LastUpdatedTime > '2026-01-05T09:02:00+00:00'"
    statement = f"select * from Invoice where {condition}".replace(" ", "%20").replace("'", "%27")

    assert client.call("GET", f"query?query={statement}").status_code == 400
    assert client.call("GET", f"query?query={statement.replace('+', '%2B')}").status_code == 200


def test_inactive_or_not_an_object_is_read_by_its_id(client: Client, acme: Body) -> None:
    client.write("Customer", **version(acme), sparse=True, Active=False)

    assert client.get("Customer", acme["Id"])["Active"] is False
    for number in ("999", "none", ""):
        with refused("610"):
            client.get("Customer", number)
    with refused("500"):
        client.get("Estimate", "1")


def test_the_company_says_who_it_is_and_how_it_works(client: Client, sandbox: object) -> None:
    info = client.ask("GET", "companyinfo/9130357")["CompanyInfo"]
    preferences = client.ask("GET", "preferences")["Preferences"]

    assert (info["CompanyName"], info["Country"]) == ("Doyle & Vance LLP", "US")
    assert preferences["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert preferences["TaxPrefs"]["UsingSalesTax"] is False
    assert preferences["CurrencyPrefs"]["MultiCurrencyEnabled"] is False
    assert "BookCloseDate" not in preferences["AccountingInfoPrefs"]
    with refused("500"):
        client.ask("POST", "preferences", {**preferences})
