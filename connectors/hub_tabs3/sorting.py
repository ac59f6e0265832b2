"""A database on the disk for what has to be sorted and does not fit into memory."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def sorted_on_disk(schema: str, what: str) -> Iterator[sqlite3.Connection]:
    """A temporary SQLite database, which spills to the disk and is gone when it is closed.

    It is for ids, amounts and places in files: narratives are privileged and stay where they are.

    Args:
        schema: its tables.
        what: what is sorted in it and by what, for a person.

    Raises:
        SourceFailed: there is no room for it.

    """
    try:
        with closing(sqlite3.connect("")) as database:
            database.executescript(schema)
            yield database
    except sqlite3.Error as error:
        raise SourceFailed(
            f"{what}: {error}.",
            remedy="Make room in the folder for temporary files.",
        ) from error
