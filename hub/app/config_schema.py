"""What may stand in hub.toml, table by table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from hub.model import Kind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=", re.IGNORECASE)
_LEDGER = re.compile(r"(sqlite(\+\w+)?:///(?!:memory:).+|postgresql(\+\w+)?://.+)")
_DEFAULT_SHARE = Decimal("0.3")


def wrong(
    text: str, *, valid: tuple[str, ...] = (), remedy: str = "", value: str = ""
) -> PydanticCustomError:
    """An error for one value; ``valid`` are the words from which the nearest is offered."""
    context = {"text": text, "valid": valid, "remedy": remedy, "value": value}
    return PydanticCustomError("wrong", "{text}", context)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise wrong(f"'{value}' is no name.", remedy="Use letters, digits, - and _ only.")
    if value.casefold() in _RESERVED:
        raise wrong(f"'{value}' is a device's name on Windows.", remedy="Choose another name.")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        zones = tuple(available_timezones())
        raise wrong(f"'{value}' is no time zone.", valid=zones, value=value) from None
    return value


def _kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        raise wrong(f"'{value}' is no kind of record.", valid=tuple(Kind), value=str(value)) from None


def _choice(value: object) -> object:
    if value not in ("review", "apply"):
        raise wrong(f"'{value}' is no answer here.", valid=("review", "apply"), value=str(value))
    return value


def _number_text(value: object) -> object:
    if isinstance(value, int):
        raise wrong("numbers of clients are text here.", remedy=f'Write it in quotes: "{value}".')
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        raise wrong("a date is written without quotes.", remedy="Write it as in start = 2026-01-01.")
    return value


def _ledger(value: str) -> str:
    if _PASSWORD.search(value):
        remedy = "Take it out; give it as PGPASSWORD in the environment or in a .pgpass file."
        raise wrong("a password never stands in hub.toml.", remedy=remedy)
    if not _LEDGER.fullmatch(value):
        remedy = 'Write "sqlite:///hub.db" or "postgresql+psycopg://host/database".'
        raise wrong("this is no address of a ledger.", remedy=remedy)
    return value


Name = Annotated[str, AfterValidator(_name)]
"""A name that can stand in a file name and in the name of an environment variable."""

Line = Annotated[str, Field(min_length=1)]


class Table(BaseModel):
    """A table of hub.toml; a key that is not known is a typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HubTable(Table):
    """``[hub]``: the firm itself."""

    firm: Line
    timezone: Annotated[str, AfterValidator(_zone)]
    """Where the firm's days begin and end."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    ledger: Annotated[str, AfterValidator(_ledger)] = "sqlite:///hub.db"


class Connection(Table):
    """``[connections.NAME]``: one configured connector."""

    name: Name
    connector: Line
    settings: Mapping[str, Any] = Field(default_factory=dict, repr=False)
    """What the connector's own settings model checks; never a secret."""


class Where(Table):
    """Which part of the source a flow moves, by the source's own numbers."""

    client: tuple[Annotated[str, BeforeValidator(_number_text)], ...] = ()


class FlowTable(Table):
    """``[flows.NAME]``, without its name."""

    source: Name = Field(alias="from")
    to: Name | None = None
    """The target connection; ``None``: read into the ledger only."""
    kinds: Annotated[tuple[Annotated[Kind, BeforeValidator(_kind)], ...], Field(min_length=1)]
    start: Annotated[date, Field(strict=True), BeforeValidator(_day)] | None = None
    """What is older is not pushed."""
    where: Where = Where()
    voids: Annotated[Literal["review", "apply"], BeforeValidator(_choice)] = "review"
    """Whether voids wait for a person."""
    secure: bool = False
    """Whether matters that are walled off inside the firm move, too."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> FlowTable:
        if self.to == self.source:
            raise wrong("a flow leads from one connection to another.", remedy="Change 'to' or leave it out.")
        if self.to and Kind.TRUST_TRANSACTION in self.kinds:
            raise wrong(
                "trust transactions are read and never written.",
                remedy="Take trust_transaction out of kinds, or leave 'to' out.",
            )
        return self


class Flow(FlowTable):
    """What moves from which connection to which."""

    model_config = ConfigDict(populate_by_name=True)

    name: Name


class Limit(Table):
    """How much may happen in one run and kind before a brake stops it: a share or a count."""

    share: Decimal | None = None
    """Between 0 and 1."""
    count: int | None = None


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Limit(count=value)
    share = _share(value) if isinstance(value, str) else None
    if share is None:
        raise wrong("this is neither a share nor a count.", remedy='Write "30%" or a whole number.')
    return Limit(share=share)


def _share(text: str) -> Decimal | None:
    number, sign, rest = text.strip().partition("%")
    try:
        share = Decimal(number) / 100
    except InvalidOperation:
        return None
    return share if sign and not rest and 0 <= share <= 1 else None


LimitValue = Annotated[Limit, BeforeValidator(_limit)]


class Brakes(Table):
    """``[brakes]``: what stops a run before its first write."""

    changed: LimitValue = Limit(share=_DEFAULT_SHARE)
    voided: LimitValue = Limit(share=_DEFAULT_SHARE)
    shrunk: LimitValue = Limit(share=_DEFAULT_SHARE)
    """By how much a listing may be shorter than the last one."""


class PluginChoice(Table):
    """``[plugins]``: which of the installed plugins are used; all of them unless said."""

    enabled: tuple[str, ...] | None = None
    disabled: tuple[str, ...] = ()

    def allows(self, name: str) -> bool:
        """Whether the plugin of this name is to be loaded."""
        return name not in self.disabled and (self.enabled is None or name in self.enabled)


class Document(Table):
    """hub.toml as a whole."""

    hub: HubTable
    connections: Mapping[Name, Connection] = Field(default_factory=dict)
    flows: Mapping[Name, FlowTable] = Field(default_factory=dict)
    authority: Mapping[str, str] = Field(default_factory=dict)
    brakes: Brakes = Brakes()
    plugins: PluginChoice = PluginChoice()
