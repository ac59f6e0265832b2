"""A listing shows every row once, or says that it does not, whatever happens while it is read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from bill4time_account import PRIVATE, TEXT, ids_of

from hub.sdk import AuthenticationFailed, Kind, SourceFailed

if TYPE_CHECKING:
    from bill4time_account import Account

SIZE = 10
ENVELOPES = ("data", "value", "list")


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("casing", ["pascal", "camel"])
def test_envelopes_and_casings_are_read_alike(
    account: Account, version: str, envelope: str, casing: str
) -> None:
    account.sandbox.switches.set(envelope=envelope, casing=casing)
    ids = account.worked(3)
    rows = account.rows(Kind.TIME_ENTRY, version=version)
    assert [row.external_id for row in rows] == [str(one) for one in ids]
    (row, *_) = rows
    assert (row.raw["projectId"], row.raw["userId"]) == (account.project, account.user)
    assert (row.raw["descriptionPublic"], row.raw["descriptionPrivate"]) == (TEXT, PRIVATE)
    (client,) = account.rows(Kind.CLIENT, version=version)
    assert (client.external_id, client.raw["customId"]) == (str(account.client), "100")
    (project,) = account.rows(Kind.MATTER, version=version)
    assert (project.raw["clientId"], project.raw["customId"]) == (account.client, "100.01")
    (user,) = account.rows(Kind.TIMEKEEPER, version=version)
    assert (user.external_id, user.raw["fname"]) == (str(account.user), "Jane")


@pytest.mark.parametrize("count", [0, 9, 10, 11, 20, 35])
@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
def test_a_listing_needs_no_more_requests_than_pages(account: Account, count: int, *, counts: bool) -> None:
    account.sandbox.switches.set(count=counts)
    ids = account.worked(count)
    account.sandbox.reset_requests()
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert ids_of(pages) == ids
    assert pages[-1].complete
    # Without a count that can be no page's own, only an empty page shows the end.
    expected = math.ceil(count / SIZE) + (not counts or count <= SIZE)
    assert account.sandbox.requests["timeEntries"] == expected


def test_an_account_that_gives_fewer_rows_than_asked_for_is_read_to_its_end(account: Account) -> None:
    account.sandbox.switches.set(page_cap=7)
    ids = account.worked(30)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert (ids_of(pages), pages[-1].complete) == (ids, True)


@pytest.mark.parametrize("added", [False, True])
def test_rows_that_shift_between_pages_hide_no_other(account: Account, *, added: bool) -> None:
    ids = account.worked(35)
    account.sandbox.tell("shift", on="timeEntries", after=1, rows=3, added=added)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    there = {row["id"] for row in account.firm.all("timeEntries")}
    assert there & set(ids) <= set(ids_of(pages))
    assert len(ids_of(pages)) == len(set(ids_of(pages)))
    assert pages[-1].complete


def test_a_page_that_is_repeated_is_asked_for_again(account: Account) -> None:
    ids = account.worked(35)
    account.sandbox.tell("repeat_page", on="timeEntries", after=2)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert (ids_of(pages), pages[-1].complete) == (ids, True)


def test_an_account_that_gives_one_page_again_and_again_is_no_whole_listing(account: Account) -> None:
    account.worked(35)
    account.sandbox.tell("repeat_page", on="timeEntries", after=1, times=None)
    with pytest.raises(SourceFailed, match="again and again"):
        account.pages(Kind.TIME_ENTRY, page_size=SIZE)


@pytest.mark.parametrize("counts", [True, False])
def test_a_last_page_that_is_cut_short_is_not_the_end(account: Account, *, counts: bool) -> None:
    account.sandbox.switches.set(count=counts)
    ids = account.worked(35)
    account.sandbox.tell("short_last_page", on="timeEntries", rows=2)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert (ids_of(pages), pages[-1].complete) == (ids, True)


def test_an_answer_that_is_cut_off_is_asked_for_again(account: Account) -> None:
    ids = account.worked(35)
    account.sandbox.tell("cut_json", on="timeEntries", after=3)
    assert ids_of(account.pages(Kind.TIME_ENTRY, page_size=SIZE)) == ids
    account.sandbox.tell("cut_json", on="timeEntries", times=None)
    with pytest.raises(SourceFailed, match="not all of it"):
        account.pages(Kind.TIME_ENTRY, page_size=SIZE)


@pytest.mark.parametrize("ignored", ["filter", "orderby"])
@pytest.mark.parametrize("count", [0, 1, 10, 11, 35])
def test_where_a_question_is_not_understood_the_listing_goes_by_place(
    account: Account, ignored: str, count: int
) -> None:
    account.sandbox.switches.set(**{f"ignores_{ignored}": True})
    ids = account.worked(count)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert (set(ids_of(pages)), pages[-1].complete) == (set(ids), True)


def test_by_place_a_shift_is_noticed(account: Account) -> None:
    account.sandbox.switches.set(ignores_filter=True)
    account.worked(35)
    account.sandbox.tell("shift", on="timeEntries", after=4, rows=3)
    pages = account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert not pages[-1].complete
    assert "changed while they were listed" in pages[-1].notices[0]


def test_a_server_alone_has_its_addresses_where_the_vendor_has_them(account: Account) -> None:
    ids = account.worked(2)
    server = account.sandbox.url.removesuffix("/b4t-api")
    for base in (server, f"{server}/", f"{server}/b4t-api/"):
        assert ids_of(account.pages(Kind.TIME_ENTRY, base_url=base)) == ids


@pytest.mark.parametrize("wrong", [401, 403, 404, 200])
def test_a_key_that_is_not_accepted_is_no_empty_account(account: Account, wrong: int) -> None:
    account.worked(35)
    account.sandbox.switches.set(wrong_key=wrong)
    with pytest.raises(AuthenticationFailed, match="hub connect capture"):
        account.connect(api_key="another-key").check()
    account.sandbox.tell("expire", after=2)
    with pytest.raises((SourceFailed, SourceFailed.__base__)) as caught:  # type: ignore[arg-type]
        account.pages(Kind.TIME_ENTRY, page_size=SIZE)
    assert account.sandbox.api_key not in str(caught.value)
    assert "hub connect capture" in str(caught.value)


@pytest.mark.parametrize("retry_after", [7, None])
def test_an_account_that_has_had_enough_is_waited_for(account: Account, retry_after: int | None) -> None:
    ids = account.worked(3)
    account.sandbox.tell("throttle", on="timeEntries", times=2, retry_after=retry_after)
    before = account.clock.now()
    assert ids_of(account.pages(Kind.TIME_ENTRY)) == ids
    waited = (account.clock.now() - before).total_seconds()
    assert waited == (14 if retry_after else 3)


def test_the_key_is_found_in_no_error(account: Account) -> None:
    key = account.sandbox.api_key
    account.sandbox.tell("error", times=None, status=503)
    with pytest.raises(SourceFailed) as caught:
        account.pages(Kind.CLIENT)
    assert key not in f"{caught.value!r} {caught.value} {caught.value.__context__} {caught.value.__cause__}"
    assert key not in repr(account.connect().config)
