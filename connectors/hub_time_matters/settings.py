"""What a firm says about its Time Matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hub.sdk import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import URL

HOURS_UNITS = {"hours": 1, "minutes": 60, "seconds": 3_600, "hundredths": 360_000}
"""In what hours may be counted → how many make an hour."""
_SECRET_WORDS = ("password", "passwd", "pwd")


class BillingColumns(Settings):
    """Which column of the billing table holds what: no public page of the vendor names them."""

    id: str = Field(min_length=1)
    """The column by which a row is known for ever."""
    matter: str = Field(min_length=1)
    """The column that names the matter."""
    matter_by: Literal["sysid", "number"] = "sysid"
    """Whether that column holds the matter's sysid or its number (mat_no)."""
    staff: str = Field(min_length=1)
    """The column with the initials of who did the work."""
    date: str = Field(min_length=1)
    """The column with the day, as a Clarion date."""
    hours: str = Field(min_length=1)
    """The column with the hours; of an expense, the units."""
    hours_unit: Literal["hours", "minutes", "seconds", "hundredths"] = "hours"
    """What hours are counted in there; hundredths are those of a second, as in Clarion times."""
    rate: str = ""
    """The column with the hourly rate; of an expense, the price of a unit."""
    amount: str = ""
    """The column with the amount."""
    description: str = ""
    """The column with the narrative."""
    code: str = ""
    """The column with the billing code."""
    type: str = ""
    """The column that says whether a row is time or an expense; empty where all rows are time."""
    time_types: tuple[str, ...] = ()
    """The values of type that mean time."""
    expense_types: tuple[str, ...] = ()
    """The values of type that mean an expense."""
    status: str
    """The column that says whether a row is billed; an empty text where the table has none."""
    unbilled: tuple[str, ...] = ()
    """The values of status that mean: not billed yet. An empty text is such a value, too."""
    billed: tuple[str, ...] = ()
    """The values of status that mean: billed."""

    @field_validator("time_types", "expense_types", "unbilled", "billed", mode="before")
    @classmethod
    def _as_text(cls, values: object) -> object:
        """Numbers may stand without quotes."""
        return [str(one) for one in values] if isinstance(values, list | tuple) else values

    @model_validator(mode="after")
    def _says_what_values_mean(self) -> BillingColumns:
        if self.type and not (self.time_types or self.expense_types):
            raise ValueError("say with time_types and expense_types what the values of type mean")
        if self.status and not (self.unbilled and self.billed):
            raise ValueError("say with unbilled and billed what the values of status mean")
        for one, other in ((self.time_types, self.expense_types), (self.unbilled, self.billed)):
            if both := {*map(str.casefold, one)} & {*map(str.casefold, other)}:
                raise ValueError(f"{min(both)!r} cannot mean both")
        return self

    @property
    def columns(self) -> Mapping[str, str]:
        """What a column is called in the hub → its own name in lower case; those that the table has."""
        named = {
            "id": self.id,
            "matter": self.matter,
            "staff": self.staff,
            "date": self.date,
            "hours": self.hours,
            "rate": self.rate,
            "amount": self.amount,
            "description": self.description,
            "code": self.code,
            "type": self.type,
            "status": self.status,
        }
        return {name: column.lower() for name, column in named.items() if column}


class TimeMattersSettings(Settings):
    """Where the tables are, who the client of a matter is, and where time and expenses stand."""

    url: str = Field(default="", json_schema_extra={"unless": "folder"})
    """The database, such as mssql+pyodbc://hub@server/TimeMatters?driver=ODBC+Driver+18+for+SQL+Server."""
    password: SecretStr | None = None
    """The password of the database user; none where Windows signs in."""
    owner: str | None = None
    """Whose the tables are in the database (seen: tm8user, lntmu11); found where it is not said."""
    folder: str = ""
    """The folder of exported tables, CSV files named after them; a relative path starts at the workspace."""
    client_column: str = ""
    """The column of matter with the client's sysid; where it is not said, the links in RelateA count."""
    client_codes: tuple[str, ...] = ()
    """The classifications of contacts that are clients, such as ["CLIENT"]; else any linked contact is."""
    clients_of: dict[str, str] = Field(default_factory=dict)
    """For matters with several possible clients: the matter's number = the sysid of its client."""
    billing_table: str = ""
    """The table of time and expenses; hub connect says which one seems to be it."""
    billing: BillingColumns | None = None
    """Which column of the billing table holds what; hub connect proposes it."""

    @field_validator("clients_of", mode="before")
    @classmethod
    def _as_text(cls, values: object) -> object:
        return {key: str(one) for key, one in values.items()} if isinstance(values, dict) else values

    @field_validator("url")
    @classmethod
    def _is_a_url_without_password(cls, text: str) -> str:
        url = _parsed(text) if text else None
        if url is not None and _holds_a_password(url):
            raise ValueError(
                "the address may not hold a password: take it out, and let hub connect ask for it "
                "or set HUB_SECRET_<CONNECTION>__PASSWORD"
            )
        return text

    @model_validator(mode="after")
    def _fits(self) -> TimeMattersSettings:
        if bool(self.folder) is bool(self.url):
            raise ValueError("give url (a database) or folder (exported tables), one of the two")
        if self.billing and not self.billing_table:
            raise ValueError("billing_table has to name the table whose columns billing describes")
        return self


def _parsed(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        parsed = None
    # Outside, so that the address, which may hold a password, is no part of the error.
    if parsed is None:
        raise ValueError("this is no address of a database, such as mssql+pyodbc://user@server/database")
    return parsed


def _holds_a_password(url: URL) -> bool:
    query = url.query
    inside = "".join(str(query.get("odbc_connect", ""))).lower()
    named = any(word in key.lower() for key in query for word in _SECRET_WORDS)
    return bool(url.password) or named or any(f"{word}=" in inside for word in _SECRET_WORDS)
