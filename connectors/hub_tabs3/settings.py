"""What a firm says about its Tabs3."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.sdk import Settings
from hub_tabs3.clients import Speaker
from hub_tabs3.device import DeviceSettings
from hub_tabs3.odbc import Blackout


class Tabs3Settings(Settings):
    """Where the tables are, who speaks for a client, and how time and expenses go back."""

    folder: str = Field(default="", json_schema_extra={"unless": "dsn"})
    """The folder of exported tables; a relative path starts at the workspace."""
    dsn: str = ""
    """The ODBC data source of Tabs3, a 32-bit system DSN, where the tables are read live."""
    reader: str | tuple[str, ...] = "hub-tabs3-reader"
    """The program that reads the data source, in its 32-bit Python: a name, a path, or a command."""
    connect: SecretStr | None = None
    """Further parts of the ODBC connection string, such as UID=hub;PWD=…, where the source asks for them."""
    silence_seconds: float = Field(default=300.0, gt=0)
    """For how long the reader may say nothing before it is ended."""
    blackout: tuple[str, ...] = ()
    """When Tabs3 is not read, such as ["22:00-02:30"]: its backup, its maintenance of data files."""
    sweep_nights: int = Field(default=30, ge=1)
    """In how many nights all billed lines are read once more, a part of them each night."""
    client_from: Speaker = Speaker.LOWEST
    """Which matter speaks for its client: lowest, bill-to or crosswalk."""
    client_crosswalk: str = ""
    """A CSV file with the columns client and client_id: which CLIENT_ID speaks for which client."""
    trust_folder: str = ""
    """The folder of tables exported from Tabs3 Trust, where the firm has it; not that of Billing."""
    trust_dsn: str = ""
    """The ODBC data source of Tabs3 Trust, where it is read live."""
    trust_table: str = Field(default="COMBINEDTRANS", min_length=1)
    """The table of Tabs3 Trust that holds its transactions."""
    device: DeviceSettings | None = None
    """How time and expenses go back into Tabs3, as a file for its Device Interface."""

    @field_validator("blackout")
    @classmethod
    def _is_a_span(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        Blackout.parse(texts)
        return texts

    @model_validator(mode="after")
    def _fits(self) -> Tabs3Settings:
        if bool(self.folder) is bool(self.dsn):
            message = "give folder (exported tables) or dsn (read live), one of the two"
            raise ValueError(message)
        if self.trust_folder and self.trust_dsn:
            message = "give trust_folder or trust_dsn, not both"
            raise ValueError(message)
        if self.client_from is Speaker.CROSSWALK and not self.client_crosswalk:
            message = "client_crosswalk has to name the file that says which matter speaks for a client"
            raise ValueError(message)
        return self
