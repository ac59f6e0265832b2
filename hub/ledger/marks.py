"""How far the records of a kind have been settled at a target, so that a run looks at few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from hub.ledger.schema import mark

if TYPE_CHECKING:
    from hub.ledger.ledger import Ledger
    from hub.model import Kind


class Marks:
    """The marks of a workspace's flows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def reached(self, flow: str, kind: Kind, basis: str) -> int:
        """Up to which revision all is settled; 0 when the flow, its mapping or its rules changed."""
        row = self._ledger.connection.execute(
            select(mark).where(
                mark.c.workspace == self._ledger.workspace,
                mark.c.flow == flow,
                mark.c.kind == kind.number,
            ),
        ).one_or_none()
        return int(row.revision) if row is not None and row.basis == basis else 0

    def lower(self, kind: Kind, revision: int) -> None:
        """Let every flow look again at what comes after a revision."""
        self._ledger.connection.execute(
            update(mark)
            .where(
                mark.c.workspace == self._ledger.workspace,
                mark.c.kind == kind.number,
                mark.c.revision > revision,
            )
            .values(revision=revision),
        )

    def move(self, flow: str, kind: Kind, basis: str, revision: int) -> None:
        """Note up to which revision all is settled."""
        self._ledger.connection.execute(
            delete(mark).where(
                mark.c.workspace == self._ledger.workspace,
                mark.c.flow == flow,
                mark.c.kind == kind.number,
            ),
        )
        self._ledger.connection.execute(
            insert(mark).values(
                workspace=self._ledger.workspace,
                flow=flow,
                kind=kind.number,
                basis=basis,
                revision=revision,
            ),
        )
