"""The reading contract: what a listing holds, and what it says when it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub.ledger import digest_of
from hub.mapping import Untranslatable
from hub.sdk import Deleted, Listing, Page, SourceFailed, SourceMissing, Upsert
from hub.testing.base import SuiteBase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.model import Kind
    from hub.sdk import Access, Item

_PLAIN = (str, bool, int, Decimal)


class ReadingContract(SuiteBase):
    """Checks of ``read``."""

    def _listings(self) -> dict[Kind, list[Page]]:
        """A listing of every kind that is read, from a system that holds sample records."""
        kinds = self.kinds("reading", _reads)
        self.stand.stock()
        return {kind: self.stand.pages(kind) for kind in kinds}

    def test_a_listing_holds_rows(self) -> None:
        """The sandbox has something to read of every kind, or no check of reading shows anything."""
        for kind, pages in self._listings().items():
            assert any(page.items for page in pages), f"The sandbox holds no {kind.words}: put some there."

    def test_pages_are_made_of_rows_and_deletions(self) -> None:
        """A page holds Upsert and Deleted, each with a source and an id that is not empty."""
        for kind, pages in self._listings().items():
            for page in pages:
                assert isinstance(page, Page), f"read() gives a {type(page).__name__} for {kind.words}."
                assert page.cursor is None or isinstance(page.cursor, str), "A cursor is text."
                for item in page.items:
                    _check_item(item)

    def test_an_id_names_one_row(self) -> None:
        """No source and id stand twice in a listing."""
        for kind, pages in self._listings().items():
            times = Counter(_name(item) for page in pages for item in page.items)
            twice = [name for name, count in times.items() if count > 1]
            assert not twice, f"A listing of {kind.words} has these more than once: {twice[:5]}."

    def test_a_second_listing_is_the_same(self) -> None:
        """Where nothing changed, ids and digests are what they were; else everything counts as changed."""
        for kind, pages in self._listings().items():
            before, after = _digests(pages), _digests(self.stand.pages(kind))
            assert before.keys() == after.keys(), f"The ids of {kind.words} change from listing to listing."
            changed = [name for name, digest in before.items() if after[name] != digest]
            assert not changed, f"Nothing changed, and {kind.words} differ: {changed[:5]}."

    def test_raw_values_are_plain(self) -> None:
        """Raw records hold text, whole numbers, Decimals, flags, lists and documents; never a float."""
        for kind, pages in self._listings().items():
            for item in _upserts(pages):
                found = list(_not_plain(item.raw))
                assert not found, f"{kind.words} {item.external_id} has {found[0]}."

    def test_the_last_page_alone_is_complete(self) -> None:
        """A listing that held everything says so on its last page, and on no other."""
        for kind, pages in self._listings().items():
            early = [number for number, page in enumerate(pages[:-1], 1) if page.complete]
            assert not early, f"Page {early[0]} of {kind.words} is called complete, and more follow."
            assert pages[-1].complete, f"The whole listing of {kind.words} is not called complete."

    def test_a_listing_holds_what_was_written(self) -> None:
        """All that was created is listed: a listing that is cut must not be called complete."""
        kinds = self.kinds("reading of what it creates", lambda access: access.read and access.create)
        before = {kind: len(self.stand.rows(kind)) for kind in kinds}
        self.stand.stock()
        for kind in kinds:
            written, there = len(self.stand.samples[kind]), len(self.stand.rows(kind)) - before[kind]
            assert there == written, f"{written} {kind.words} were written, {there} more are listed."

    def test_reading_changes_nothing(self, tmp_path: Path) -> None:
        """A reading leaves files, and what is listed of other kinds, as they were."""
        listings = self._listings()
        files = _files(tmp_path)
        again = {kind: self.stand.pages(kind) for kind in reversed(listings)}
        assert _files(tmp_path) == files, "A reading changes files."
        for kind, pages in listings.items():
            assert _digests(again[kind]) == _digests(pages), f"A reading changes {kind.words}."

    def test_rows_can_be_translated(self) -> None:
        """The mapping knows every source, and reads the sandbox's rows."""
        for kind, pages in self._listings().items():
            for item in _upserts(pages):
                inward = self.stand.mapping.inward(kind, item.source)
                assert inward, f"No mapping reads {item.source} as {kind.words}."
                try:
                    inward.translate(item.raw)
                except Untranslatable as error:
                    problem = error.problems[0]
                    pytest.fail(f"{item.source} {item.external_id}, {problem.field}: {problem.message}")

    def test_a_cursor_is_where_a_reading_goes_on(self) -> None:
        """What a cursor does not cover comes with the next reading, whichever page it is of."""
        for kind in self.kinds("incremental listing", _is_incremental):
            self.stand.stock()
            pages = self.stand.pages(kind)
            cursors = [number for number, page in enumerate(pages) if page.cursor is not None]
            assert cursors, f"An incremental listing of {kind.words} gives no cursor."
            for number in cursors:
                known = {_name(item) for page in pages[: number + 1] for item in page.items}
                rest = {
                    _name(item)
                    for page in self.stand.pages(kind, pages[number].cursor)
                    for item in page.items
                }
                lost = _digests(pages).keys() - known - rest
                assert not lost, f"After the cursor of page {number + 1} these {kind.words} are lost: {lost}."

    def test_a_change_comes_with_the_next_cursor(self) -> None:
        """What was created after a listing is in the one that its last cursor starts."""
        for kind in self.kinds("incremental listing of what it creates", _is_incremental_target):
            *most, last = self.stand.intents(kind)
            outcomes = self.stand.write(most)
            self.stand.load()
            cursor = [page.cursor for page in self.stand.pages(kind) if page.cursor is not None][-1]
            outcomes += self.stand.write([last])
            self.stand.learn(kind, outcomes)
            self.stand.load()
            assert self.stand.rows(kind, cursor), f"A new {kind.words} does not come with the last cursor."

    def test_a_broken_source_is_said_to_be(self) -> None:
        """A listing that cannot go on raises SourceFailed or SourceMissing; it never just ends."""
        kinds = list(self._listings())
        self.do(self.break_source)
        for kind in kinds:
            with pytest.raises((SourceFailed, SourceMissing)):
                self.stand.pages(kind)


def _reads(access: Access) -> bool:
    return access.read


def _is_incremental(access: Access) -> bool:
    return access.read and access.listing is Listing.INCREMENTAL


def _is_incremental_target(access: Access) -> bool:
    return _is_incremental(access) and access.create


def _check_item(item: Item) -> None:
    assert isinstance(item, Upsert | Deleted), f"A page holds a {type(item).__name__}."
    for word, value in (("source", item.source), ("external id", item.external_id)):
        assert isinstance(value, str), f"The {word} {value!r} is no text."
        assert value, f"A row has an empty {word}."
    if isinstance(item, Upsert):
        assert item.digest is None or isinstance(item.digest, bytes), "A digest is bytes."
        assert item.version is None or isinstance(item.version, str), "A version is text."
        assert isinstance(item.raw, Mapping), f"The raw record of {item!r} is no document."


def _name(item: Item) -> tuple[str, str]:
    return item.source, item.external_id


def _upserts(pages: Sequence[Page]) -> list[Upsert]:
    return [item for page in pages for item in page.items if isinstance(item, Upsert)]


def _digests(pages: Sequence[Page]) -> dict[tuple[str, str], bytes]:
    return {_name(item): item.digest or digest_of(item.raw) for item in _upserts(pages)}


def _not_plain(value: object, path: str = "") -> list[str]:
    """What is not plain, and where; values are not quoted."""
    if isinstance(value, Mapping):
        keys = [
            f"a key of type {type(key).__name__} in {path or 'it'}"
            for key in value
            if not isinstance(key, str)
        ]
        return keys + [
            one for key, inner in value.items() for one in _not_plain(inner, f"{path}.{key}".lstrip("."))
        ]
    if isinstance(value, list | tuple):
        return [one for number, inner in enumerate(value) for one in _not_plain(inner, f"{path}[{number}]")]
    is_plain = value is None or isinstance(value, _PLAIN)
    return [] if is_plain else [f"a {type(value).__name__} in {path}"]


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
