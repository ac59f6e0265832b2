"""What can go wrong, told in a line that a person can act on."""

from __future__ import annotations

import struct

BITS = struct.calcsize("P") * 8
"""Whether this Python is of 32 or 64 bits."""


class ReaderError(Exception):
    """The reader cannot go on.

    Args:
        code: one word for the hub.
        message: what is wrong; never a connection string, a password or a value of a row.
        remedy: what a person can do.

    """

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def told(self) -> dict[str, str]:
        """Give the parts by their names."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


def wrong_bits() -> ReaderError:
    """Say that driver and Python have not the same number of bits."""
    return ReaderError(
        "bitness",
        f"This Python is {BITS}-bit and the ODBC driver is not.",
        "Tabs3's driver is 32-bit: install the reader into a 32-bit Python, and name it in the settings.",
    )


def without_pyodbc() -> ReaderError:
    """Say that pyodbc is not there, or finds no ODBC on the machine."""
    return ReaderError(
        "no_pyodbc",
        "pyodbc cannot be loaded in the Python that runs the reader.",
        "Install it there: python -m pip install pyodbc. On Linux it needs unixODBC as well.",
    )
