"""What a firm says about its Tabs3 Device Interface (TBDevice)."""

from __future__ import annotations

import codecs
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from hub.sdk import Settings

if TYPE_CHECKING:
    from pathlib import Path

_Tcode = Annotated[int, Field(ge=1, le=999)]
# What Windows forbids in a file's name.
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]|[. ]$|^$')
NUMBER = "{n}"
"""Stands in ``file_name`` for the number of a delivery."""


class DeviceSettings(Settings):
    """How time and expenses go back into Tabs3: as a file of the kind "ASCII Variable" for TBDevice."""

    folder: str = Field(min_length=1)
    """The folder where the Tabs3 Device Interface looks for the file; a relative path starts at the
    workspace."""
    file_name: str = "TABS3.CV"
    """The name of the file that the Device Interface expects. With {n} in it each delivery has a number
    of its own, and none waits until the one before it is loaded."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """What stands between the fields, as it is set in the Device Interface."""
    quoting: Literal["none", "double"] = "none"
    """Whether a field that holds the delimiter is put in double quotes. With none, the delimiter becomes
    another mark in descriptions: a comma becomes a semicolon."""
    date_format: Literal["mm/dd/yyyy", "mm/dd/yy"] = "mm/dd/yyyy"
    """How dates are spelt."""
    send_rate: bool = False
    """Whether the rates and amounts of time entries are sent; otherwise Tabs3 prices them. The amount of
    an expense is always sent."""
    timekeeper: Literal["number", "initials"] = "number"
    """Whether timekeepers are named by their number or by their initials."""
    encoding: str = "cp1252"
    """The character set of the file; what it lacks is spelt in plain letters."""
    fee_tcode: _Tcode | None = None
    """The transaction code of time entries that have none; without one they are refused."""
    expense_tcode: _Tcode | None = None
    """The transaction code of expenses that have none; without one they are refused."""
    advance_tcode: _Tcode | None = None
    """The transaction code of advances that have none; without one they are refused."""
    log: str = ""
    """The file in which Tabs3 notes the records that it refuses; TBDEVICE.LOG in the folder unless said."""
    lists: str = ""
    """The folder of the lists CLIENT.TXT, EMPL.TXT and TCODE.TXT; the folder itself unless said."""
    copies: str = Field("tabs3-sent", min_length=1)
    """Where copies of all files and the notes about them are kept; a relative path starts at the
    workspace. Without them nobody knows what was sent already."""
    seen_within_days: int = Field(3, ge=1)
    """After how many days a person is told that a record was not seen in Tabs3."""

    @field_validator("file_name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if _NO_NAME.search(name) or name.count(NUMBER) > 1 or set(name.replace(NUMBER, "")) & set("{}"):
            raise ValueError("a file name such as TABS3.CV, with {n} at most once")
        return name

    @field_validator("encoding")
    @classmethod
    def _is_a_character_set(cls, name: str) -> str:
        try:
            plain = "Az09,\r\n".encode(name)
        except (LookupError, UnicodeError):
            plain = b""
        if plain != b"Az09,\r\n":
            raise ValueError("a character set such as cp1252 or utf-8")
        return codecs.lookup(name).name

    @property
    def is_numbered(self) -> bool:
        """Whether each delivery has a file name of its own."""
        return NUMBER in self.file_name

    @property
    def seen_within(self) -> timedelta:
        """After how long a person is told that a record was not seen in Tabs3."""
        return timedelta(days=self.seen_within_days)


class Places:
    """Where everything is, once relative paths have found their start."""

    def __init__(self, settings: DeviceSettings, workspace: Path) -> None:
        self.folder = workspace / settings.folder
        """Where the file is put."""
        self.log = workspace / settings.log if settings.log else self.folder / "TBDEVICE.LOG"
        """Where Tabs3 notes what it refuses."""
        self.lists = workspace / settings.lists if settings.lists else self.folder
        """Where the lists of clients, timekeepers and transaction codes are."""
        self.copies = workspace / settings.copies
        """Where copies and notes are kept."""
