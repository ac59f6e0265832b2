"""The connector: one invoice, one LEDES file in the folder of its portal."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import StringConstraints

from hub.ledes import CannotCarry
from hub.sdk import (
    Access,
    Connector,
    Found,
    Health,
    Kind,
    Outcome,
    Rejected,
    Role,
    Settings,
    SourceFailed,
)
from hub_ebilling.document import document_of
from hub_ebilling.naming import file_name
from hub_ebilling.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import End, Intent, Reference, Surroundings

_Given = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_BATCH = 20


class EbillingSettings(Settings):
    """How invoices reach one portal."""

    portal: _Given = "default"
    """The portal profile whose demands the rules check, a file under ``portals/``."""
    format: Literal["LEDES1998B"] = "LEDES1998B"
    folder: _Given
    """Where the files are put for upload; a relative path starts at the workspace's folder."""
    law_firm_id: _Given
    """The firm's federal tax id; portals say what to put where a firm has none."""


class EbillingConnector(Connector[EbillingSettings]):
    """Writes invoices as files for upload; what becomes of them at the portal it cannot see."""

    name: ClassVar[str] = "ebilling"
    title: ClassVar[str] = "E-billing by LEDES file"
    settings: ClassVar[type[Settings]] = EbillingSettings
    role: ClassVar[Role] = Role.PORTAL
    access: ClassVar[Mapping[Kind, Access]] = {
        # What died no longer writes, and what is written is there at once.
        Kind.INVOICE: Access(create=True, find=True, visible_after=timedelta(0), batch=_BATCH),
    }

    def __init__(self, config: EbillingSettings, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self._outbox = Outbox(surroundings.folder / config.folder, surroundings.clock)

    def check(self) -> Health:
        """Say whether files can be put into the folder, which the first one will make."""
        folder = self._outbox.folder
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            return Health(ok=True, title=str(folder))
        trouble = "may not be written to" if nearest.is_dir() else "is a file, not a folder"
        remedy = "Choose another folder in hub.toml, or change its permissions."
        return Health(ok=False, title=str(folder), notes=(f"{nearest} {trouble}. {remedy}",))

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Put each invoice's file into the folder."""
        for intent in intents:
            yield Outcome(intent.key, self._end(intent.payload))

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:  # noqa: ARG002 -- there is one kind
        """Look for the very file that this payload makes.

        Raises:
            SourceFailed: the folder could not be read.

        """
        try:
            name, document = self._file(reference.payload)
            found = self._outbox.holds(name, document)
        except CannotCarry:
            return ()  # no file can have been made of it
        except OSError as error:
            message = f"{self._outbox.folder} cannot be read: {error.strerror or type(error).__name__}."
            raise SourceFailed(message, remedy="See that the folder is connected.") from error
        return (Found(name, receipt=name),) if found else ()

    def _end(self, payload: Mapping[str, Any]) -> End:
        try:
            name, document = self._file(payload)
        except CannotCarry as error:
            remedy = "Correct the invoice in the billing program, or the field's mapping."
            return Rejected("ledes", str(error), error.field, remedy)
        return self._outbox.put(name, document)

    def _file(self, payload: Mapping[str, Any]) -> tuple[str, bytes]:
        document = document_of(payload, self.config.law_firm_id)
        return file_name(str(payload["INVOICE_NUMBER"]), str(payload["LAW_FIRM_MATTER_ID"])), document
