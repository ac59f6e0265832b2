"""Which firm a ledger belongs to, and whether the ledger was copied or restored."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import insert, select, update

from hub.ledger.engine import sqlite_path
from hub.ledger.schema import workspace

if TYPE_CHECKING:
    from pathlib import Path

    from hub.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Displacement:
    """Why a ledger may not be the one that wrote last."""

    code: str
    message: str


class Workspaces:
    """The firms of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def enter(self, firm: str) -> tuple[int, str]:
        """The number and identity of a firm's workspace, made when it is first seen."""
        connection = self._ledger.connection
        wanted = select(workspace.c.id, workspace.c.identity).where(workspace.c.firm == firm)
        if connection.execute(wanted).one_or_none() is None and not self._rename(firm):
            connection.execute(
                insert(workspace).values(firm=firm, identity=uuid4().hex, place=self._place(), serial=0),
            )
        row = connection.execute(wanted).one()
        return row.id, row.identity

    def _rename(self, firm: str) -> bool:
        """A ledger in a file is one firm's: another name for the firm is a new name of the same one."""
        if sqlite_path(self._ledger.url) is None:
            return False
        renamed = self._ledger.connection.execute(update(workspace).values(firm=firm))
        return bool(renamed.rowcount)

    def displacement(self) -> Displacement | None:
        """Whether the ledger stands elsewhere than before, or is older than its last run."""
        row = self._row()
        if row.place != self._place():
            return Displacement("copied", f"This ledger was last used at {row.place}.")
        witness = self._witness()
        if witness is not None and witness.get(row.identity, 0) > row.serial:
            return Displacement(
                "restored",
                f"This ledger is older than its last run ({row.serial} runs, not {witness[row.identity]}).",
            )
        return None

    def settle(self) -> None:
        """Take the ledger as it stands now for the true one."""
        with self._ledger.transaction():
            self._ledger.connection.execute(
                update(workspace)
                .where(workspace.c.id == self._ledger.workspace)
                .values(place=self._place(), serial=workspace.c.serial + 1),
            )
        row = self._row()
        path = self._witness_path()
        if path is not None:
            path.write_text(json.dumps({row.identity: row.serial}), encoding="utf-8")

    def rule_families(self) -> set[str]:
        """Which families of rules looked at what went out in the last sound run."""
        mine = workspace.c.id == self._ledger.workspace
        return set(
            json.loads(self._ledger.connection.execute(select(workspace.c.rules).where(mine)).scalar_one())
        )

    def remember_rule_families(self, families: set[str]) -> None:
        """Note which families of rules there are."""
        self._ledger.connection.execute(
            update(workspace)
            .where(workspace.c.id == self._ledger.workspace)
            .values(rules=json.dumps(sorted(families))),
        )

    def _row(self) -> Row:
        with self._ledger.reading():
            found = self._ledger.connection.execute(
                select(workspace.c.identity, workspace.c.place, workspace.c.serial).where(
                    workspace.c.id == self._ledger.workspace,
                ),
            ).one()
        return Row(found.identity, found.place, found.serial)

    def _place(self) -> str:
        path = sqlite_path(self._ledger.url)
        return str(path.resolve()) if path else self._ledger.place

    def _witness_path(self) -> Path | None:
        path = sqlite_path(self._ledger.url)
        return path.with_name(path.name + "-witness") if path else None

    def _witness(self) -> dict[str, int] | None:
        path = self._witness_path()
        with contextlib.suppress(OSError, ValueError):
            if path is not None:
                known: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
                return known
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """The state of a workspace."""

    identity: str
    place: str
    serial: int
