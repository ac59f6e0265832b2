"""How a change of a CSV file is prepared: as a tail to append, or as a whole new file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

from hub_folder.columns import Columns, header_for
from hub_folder.csv_rows import Block
from hub_folder.files import lacks_ending, write_durably
from hub_folder.layout import Layout
from hub_folder.table import Change, Edit, Identities, Row, digest_of, staged
from hub_folder.values import text_of

Blocks = Callable[[], Iterator[Block]]


class CsvEditor:
    """Prepares changes of one CSV file in its own layout."""

    def __init__(self, path: Path, layout: Layout, id_column: str) -> None:
        self._path = path
        self.layout = layout
        self._id_column = id_column

    def create(self, change: Change) -> Edit:
        """Prepare a file that is not there yet."""
        names = header_for(change.added, self._id_column)
        texts = self._texts(change.added, names)
        self._stage(lambda: chain(self.texts_of([names]), texts))
        return Edit(self._path, [digest_of(text) for text in texts])

    def append(self, rows: Sequence[Row], columns: Columns) -> Edit | None:
        """Prepare a tail; ``None`` where the file's encoding has no room for what it says."""
        texts = self._texts(rows, columns.names)
        tail = self.layout.encode(self._joint() + "".join(texts))
        return None if tail is None else Edit(self._path, [digest_of(text) for text in texts], tail=tail)

    def rewrite(self, change: Change, columns: Columns, blocks: Blocks) -> Edit:
        """Prepare the whole file anew; rows that do not change keep their text to the letter."""
        names = columns.widened(change.rows, self._id_column)
        added = self._texts(change.added, names)
        rewriting = _Rewriting(change, columns, names, self)
        self._stage(lambda: chain(self.texts_of([names]), rewriting.texts(blocks()), added))
        return Edit(self._path, [digest_of(text) for text in added], rewriting.digests)

    def _stage(self, texts: Callable[[], Iterable[str]]) -> None:
        """Write the new file beside the old one, in a wider encoding where its own is too narrow."""
        try:
            write_durably(staged(self._path), self.layout.encoded(texts()))
        except UnicodeEncodeError:
            write_durably(staged(self._path), self.layout.widened().encoded(texts()))

    def _joint(self) -> str:
        """What a last line without an ending lacks."""
        with self._path.open("rb") as file:
            return self.layout.newline if lacks_ending(file) else ""

    def _texts(self, rows: Sequence[Row], names: Sequence[str]) -> list[str]:
        """The text of each row, as the next reading will see it."""
        used = dict.fromkeys(chain.from_iterable(rows))
        spelt = {key.lower(): key for key in used}
        if len(spelt) < len(used):  # rows that spell one column in several ways
            spelt = {small: small for small in spelt}
            rows = [{key.lower(): value for key, value in row.items()} for row in rows]
        keys = [spelt.get(name.lower(), name) for name in names]
        return self.texts_of([[row.get(key) for key in keys] for row in rows])

    def texts_of(self, rows: Iterable[Sequence[object]]) -> list[str]:
        """The text of each row of cells, line ending included."""
        texts: list[str] = []
        # The writer of Python 3.11 quotes a lone \r or \n only where it is in the terminator.
        writer = csv.writer(
            SimpleNamespace(write=texts.append),
            delimiter=self.layout.delimiter,
            lineterminator="\r\n",
        )
        writer.writerows([cell if type(cell) is str else text_of(cell) for cell in row] for row in rows)
        newline = self.layout.newline
        return texts if newline == "\r\n" else [text[:-2] + newline for text in texts]


class _Rewriting:
    """One pass over the rows of a file, with the changes of a batch made on the way."""

    def __init__(self, change: Change, columns: Columns, names: Sequence[str], editor: CsvEditor) -> None:
        self.digests: dict[str, bytes] = {}
        self._change = change
        self._columns = columns
        self._extra = len(names) - len(columns.names)
        self._positions = {name.lower(): at for at, name in enumerate(names)}
        self._editor = editor
        self._identities = Identities()

    def texts(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The texts of all rows that stay, changed where the batch says so."""
        self._identities = Identities()
        for block in blocks:
            for row, text in zip(block.rows, block.texts, strict=True):
                yield self._text(row, text)

    def _text(self, row: list[str], text: str) -> str:
        if len(row) != len(self._columns.names) or not any(row):
            return text
        identifier = self._identifier(row, text)
        if identifier in self._change.dropped:
            return ""
        if identifier in self._change.updated:
            return self._updated(identifier, row)
        return self._widened(identifier, text) if self._extra else text

    def _identifier(self, row: list[str], text: str) -> str:
        at = self._columns.id
        return self._identities.name(digest_of(text)) if at is None else row[at].strip()

    def _updated(self, identifier: str, row: list[str]) -> str:
        cells: list[object] = [*row, *[None] * self._extra]
        if self._columns.id is None:
            cells[len(row)] = identifier
        for name, value in self._change.updated[identifier].items():
            at = self._positions.get(name.lower())
            if at is not None:  # what says that a field is empty has no column where none is filled
                cells[at] = value
        (text,) = self._editor.texts_of([cells])
        self.digests[identifier] = digest_of(text)
        return text

    def _widened(self, identifier: str, text: str) -> str:
        """A row's own text with cells for the new columns; its identity where it had no id."""
        body = text.rstrip("\r\n")
        mark = self._editor.layout.delimiter
        first = identifier if self._columns.id is None else ""
        return f"{body}{mark}{first}{mark * (self._extra - 1)}{text[len(body) :]}"
