"""What a firm says about its Bill4Time account."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from hub.sdk import Settings

API_ROOT = "https://secure.bill4time.com/b4t-api"
"""The base of all addresses (support.bill4time.com, "API Overview")."""


class ImportSettings(Settings):
    """How clients, matters and time get into Bill4Time: as files for the vendor's import, by a person."""

    folder: str = Field(min_length=1)
    """The folder for the import files. A relative path starts at the workspace, and is made where it is
    missing; any other has to be there."""
    format: Literal["csv", "xlsx"] = "xlsx"
    """Whether they are workbooks or CSV files."""
    seen_within_days: int = Field(default=30, ge=1)
    """After so many days what was handed in should be seen in Bill4Time; then a person is told."""


class Bill4TimeSettings(Settings):
    """Which account it is, and how often all of it is read."""

    version: Literal["v1", "v2"] = "v2"
    """Which API the key was made for. Taxes and discounts of invoices are told by v2 alone."""
    base_url: str = ""
    """The address of the API, where it is not the vendor's own."""
    window_days: int = Field(default=62, ge=1)
    """Time, expenses, invoices, payments and trust transactions that were created within so many days are
    read in every run: Bill4Time does not say what changed."""
    sweep_days: int = Field(default=7, ge=0)
    """All of them are read once in so many days; with 0 in every run. Only that shows what was changed or
    deleted after longer."""
    page_size: int = Field(default=100, ge=1, le=1000)
    """How many rows are asked for at once; how many Bill4Time gives at most is not documented."""
    calls_per_minute: int | None = Field(default=None, ge=1)
    """At most so many calls in a minute. Bill4Time's own limit is not documented; it is heeded when met."""
    imports: ImportSettings | None = None
    """How records get into Bill4Time; without it, it is only read."""
    api_key: SecretStr | None = None
    """The API key, which opens the whole account (in Bill4Time: Settings → API)."""
