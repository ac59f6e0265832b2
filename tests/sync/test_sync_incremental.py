"""Systems that tell only what changed: nothing they said once may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, read
from sync_mappings import MAPPING

from hub.sdk import Access, Deleted, Kind, Listing, Page, SourceFailed, Upsert

if TYPE_CHECKING:
    from sync_fakes import Bench


@pytest.fixture
def feed(bench: Bench) -> Bench:
    """A fake system that is read by what changed."""
    bench.connections = {"feed": {"connector": "fake"}}
    bench.access = dict.fromkeys((Kind.CLIENT, Kind.MATTER), Access(read=True, listing=Listing.INCREMENTAL))
    bench.flows = {"in": {"from": "feed", "kinds": ["client"]}}
    return bench


def client(key: str, **more: str) -> Upsert:
    return Upsert("clients", key, {"number": key, "name": "Acme", **more})


def tell(feed: Bench, *items: Upsert | Deleted, complete: bool = True) -> dict[str, object]:
    """Run once, with these items as what changed."""
    feed.system.lists = [Page(items, cursor=f"{len(items)}", complete=complete)]
    return feed.sync()


def names(feed: Bench) -> list[str]:
    return [one["name"] for one in feed.records()]


def test_what_a_listing_does_not_name_is_not_gone(feed: Bench) -> None:
    tell(feed, client("1"), client("2"))
    document = tell(feed, client("1", name="Changed"))
    assert read(document, source="feed") == {"read": 1, "changed": 1}
    assert {one["state"] for one in feed.records()} == {"LIVE"}


def test_what_it_says_is_gone_is_gone(feed: Bench) -> None:
    tell(feed, client("1"), client("2"))
    assert read(tell(feed, Deleted("clients", "2")), source="feed") == {"read": 1, "deleted": 1}
    assert [one["state"] for one in feed.records()] == ["LIVE", "GONE"]


def test_what_was_made_anew_after_its_deletion_is_there(feed: Bench) -> None:
    tell(feed, client("1"))
    tell(feed, Deleted("clients", "1"), client("1", name="Anew"))
    assert [(one["name"], one["state"]) for one in feed.records()] == [("Anew", "LIVE")]


def test_the_last_word_on_a_record_counts(feed: Bench) -> None:
    tell(feed, client("1"))
    document = tell(feed, client("1", name="First"), client("1", name="Second"))
    assert names(feed) == ["Second"]
    assert codes(document) == []


def test_the_last_word_on_a_new_record_counts(feed: Bench) -> None:
    tell(feed, client("1", name="First"), client("1", name="Second"))
    assert names(feed) == ["Second"]


def test_what_was_held_is_tried_again_though_it_is_not_listed_again(feed: Bench) -> None:
    document = tell(feed, client("1", email=["x"]))  # type: ignore[arg-type]
    assert document["outcome"] == "held"
    feed.mapping(MAPPING.replace('email = { field = "email", optional = true }\n', ""))
    assert tell(feed)["outcome"] == "ok"
    assert names(feed) == ["Acme"]


def test_what_lacks_a_column_is_not_passed_by(feed: Bench) -> None:
    tell(feed, client("1"))
    document = tell(feed, Upsert("clients", "2", {"number": "2"}))
    assert document["outcome"] == "held"
    feed.mapping(
        MAPPING.replace(
            'name = { field = "name" }', 'name = { field = "name", default = "?", optional = true }', 1
        )
    )
    tell(feed)
    assert names(feed) == ["Acme", "?"]


def test_what_was_held_and_is_mended_is_taken_as_it_is_now(feed: Bench) -> None:
    feed.flows["in"]["kinds"] = ["matter"]
    matter = {"client": "1", "number": "1.1", "name": "Old"}
    feed.system.lists = [Page([Upsert("matters", "M", matter)], cursor="1", complete=True)]
    feed.access[Kind.CLIENT] = Access()
    assert codes(feed.sync()) == ["reference"]
    feed.access[Kind.CLIENT] = Access(read=True, listing=Listing.INCREMENTAL)
    items = [client("1"), Upsert("matters", "M", matter | {"name": "New"})]
    feed.system.lists = None
    pages = {Kind.CLIENT: items[:1], Kind.MATTER: items[1:]}
    feed.system.pages = pages
    document = feed.sync()
    assert codes(document) == []
    assert [one["name"] for one in feed.records(Kind.MATTER)] == ["New"]


def test_what_was_held_and_is_deleted_is_held_no_longer(feed: Bench) -> None:
    tell(feed, client("1", email=["x"]))  # type: ignore[arg-type]
    assert tell(feed, Deleted("clients", "1"))["outcome"] == "ok"


def test_an_edited_mapping_reaches_what_is_not_listed_again(feed: Bench) -> None:
    tell(feed, client("1", tel="555"))
    feed.mapping(MAPPING.replace("[matter]", 'phone = { field = "tel", optional = true }\n[matter]'))
    tell(feed)
    assert feed.records()[0]["phone"] == "555"


def test_a_listing_that_breaks_off_is_taken_up_where_it_was(feed: Bench) -> None:
    def pages() -> object:
        yield Page([client("1")], cursor="one")
        raise SourceFailed("It broke off.")

    feed.system.lists = pages()  # type: ignore[assignment]
    document = feed.sync()
    assert document["outcome"] == "failed"
    assert names(feed) == ["Acme"]
    with feed.open() as workspace, workspace.ledger.transaction():
        number = workspace.ledger.streams.connection("feed")
        assert workspace.ledger.streams.cursor(number, Kind.CLIENT) == "one"


@pytest.mark.parametrize("key", [17, None])
def test_an_id_that_is_no_text_is_the_connectors_fault_alone(feed: Bench, key: object) -> None:
    feed.connections["a"] = {"connector": "folder", "folder": "source"}
    feed.flows["a"] = {"from": "a", "kinds": ["client"]}
    for _ in range(2):
        items = [Upsert("clients", key, {"number": "7", "name": "Number"})]  # type: ignore[arg-type]
        feed.system.lists = [Page(items, cursor="1", complete=True)]
        document = feed.sync()
    assert "100" in [one["number"] for one in feed.records()]
    assert document["outcome"] in {"ok", "failed"}
