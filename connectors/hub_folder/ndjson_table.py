"""NDJSON tables: one JSON document on each line, which nests its own lines."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar, Final, NoReturn

from hub.sdk import Upsert
from hub_folder.files import lacks_ending, open_bytes, write_durably
from hub_folder.layout import open_text
from hub_folder.table import Change, Edit, Identities, Row, TextTable, digest_of, staged
from hub_folder.values import document_of

_PAGE: Final = 1000
_KEPT_NUMBER: Final = re.compile('"\ue000([^"]*)\ue000"')


class NdjsonTable(TextTable):
    """An NDJSON file; a document without the id key is told from others by its content."""

    nests: ClassVar[bool] = True

    @property
    def identified(self) -> bool:
        """Whether the first document has an id; each is judged by itself when it is read."""
        first = next(self._texts(), (1, "{}"))[1]
        try:
            return _key(_parsed(first), self.id_column) is not None
        except ValueError:
            return True

    def pages(self) -> Iterator[list[Upsert]]:
        """All documents, a page at a time; blank lines are passed over."""
        identities = Identities()
        texts = self._texts()
        while rows := list(islice(texts, _PAGE)):
            yield [self._item(text, number, identities) for number, text in rows]

    def edit(self, change: Change) -> Edit:
        """Append where that is all there is to do; else rewrite the whole file beside the old one."""
        texts = [json.dumps(document_of(row), ensure_ascii=False) for row in change.added]
        added = [digest_of(text) for text in texts]
        body = "".join(f"{text}\n" for text in texts).encode()
        if self.is_new():
            write_durably(staged(self.path), (body,))
            return Edit(self.path, added)
        if change.only_adds and self.layout.encoding != "cp1252":
            with self.path.open("rb") as file:
                joint = b"\n" if lacks_ending(file) else b""
            return Edit(self.path, added, tail=joint + body)
        updated: dict[str, bytes] = {}
        lines = (f"{text}\n".encode() for text in self._rewritten(change, updated))
        write_durably(staged(self.path), (part for parts in (lines, (body,)) for part in parts))
        return Edit(self.path, added, updated)

    def _texts(self) -> Iterator[tuple[int, str]]:
        with open_text(open_bytes(self.content, self.limit), self.layout) as file:
            yield from ((at, text) for at, line in enumerate(file, 1) if (text := line.strip()))

    def _item(self, text: str, number: int, identities: Identities) -> Upsert:
        try:
            document = _parsed(text)
        except ValueError as error:
            return self.problem(number, "", f"is no JSON document: {error}. Mend the line.", text)
        digest = digest_of(text)
        identifier = self._identifier(document, digest, identities)
        if not identifier:
            what = f"has no {self.id_column}. Fill in that column."
            return self.problem(number, "", what, text)
        small = {name.lower(): value for name, value in document.items()}
        return Upsert(self.source, identifier, {**small, **document}, digest.hex(), digest=digest)

    def _identifier(self, document: Mapping[str, Any], digest: bytes, identities: Identities) -> str:
        """The id that a document gives; empty where what it gives is none."""
        key = _key(document, self.id_column)
        if key is None:
            return identities.name(digest)
        value = document[key]
        fit = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
        return str(value).strip() if fit else ""

    def _rewritten(self, change: Change, digests: dict[str, bytes]) -> Iterator[str]:
        identities = Identities()
        for _, text in self._texts():
            identifier, document = self._known(text, identities)
            if identifier in change.updated:
                new = self._merged(identifier, document, change.updated[identifier])
                digests[identifier] = digest_of(new)
                yield new
            elif identifier not in change.dropped:
                yield text

    def _known(self, text: str, identities: Identities) -> tuple[str, dict[str, Any]]:
        try:
            document = _parsed(text, _kept)
        except ValueError:
            return "", {}
        return self._identifier(document, digest_of(text), identities), document

    def _merged(self, identifier: str, document: dict[str, Any], cells: Row) -> str:
        """A document with some of its values replaced; all else stays, numbers to the digit."""
        nameless = _key(document, self.id_column) is None
        spelt = {name.lower(): name for name in document}
        changed = {spelt.get(name.lower(), name): document_of(value) for name, value in cells.items()}
        identity = {self.id_column: identifier} if nameless else {}
        return _KEPT_NUMBER.sub(r"\1", json.dumps({**identity, **document, **changed}, ensure_ascii=False))


def _key(document: Mapping[str, Any], wanted: str) -> str | None:
    """The key of a document's id, whatever its case."""
    if wanted in document:
        return wanted
    return next((name for name in document if name.lower() == wanted.lower()), None)


def _parsed(text: str, number: Callable[[str], object] = Decimal) -> dict[str, Any]:
    """Read a document with its numbers exact.

    Raises:
        ValueError: the text is none; the message names the place and shows nothing of it.

    """
    try:
        document = json.loads(text, parse_float=number, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- one error for all that is no document
    return document


def _kept(number: str) -> str:
    """A number in brackets of its own, so that it can be written again as it was spelt."""
    return f"\ue000{number}\ue000"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
