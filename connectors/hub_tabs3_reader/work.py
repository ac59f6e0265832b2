"""The work of the program, for which pyodbc has to be there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hub_tabs3_reader import request
from hub_tabs3_reader.database import Database
from hub_tabs3_reader.folder import export
from hub_tabs3_reader.printing import put
from hub_tabs3_reader.reading import Reading

if TYPE_CHECKING:
    import argparse

_FLUSH_EVERY = 200


def read(options: argparse.Namespace, further: str) -> None:
    """Read what is asked for, into the folder that is named or onto the standard output.

    Raises:
        ReaderError: not all of it could be read.

    """
    wanted = request.parsed(sys.stdin.buffer.readline()) if options.request else request.named(options.tables)
    with Database.connect(options.dsn, further) as database:
        reading = Reading(database, wanted)
        if options.into:
            put({"exported": export(reading.frames(), options.into)})
        else:
            _stream(reading)


def _stream(reading: Reading) -> None:
    """Print frames; what is printed reaches the hub soon, so that it knows that the reader lives."""
    for number, frame in enumerate(reading.frames()):
        put(frame, flush="row" not in frame or number % _FLUSH_EVERY == 0)
