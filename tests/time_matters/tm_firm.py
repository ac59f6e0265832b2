"""A workspace that reads Time Matters, and the program at work in it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import tomlkit
from click.testing import CliRunner

from hub.app.workspace import OpenWorkspace
from hub.cli.program import program
from hub.sdk import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.model import Kind, Record
    from hub_time_matters.sandbox import TimeMattersSandbox

CROSSWALKS = {
    "timekeeper": "number,time_matters\n01,JAD\n02,RV\n03,KL\n04,TM\n",
    "activity": "code,time_matters\nA103,DRAFT\nA104,REVIEW\nA106,TEL\n",
    "expense": "code,time_matters\nE112,FILING\nE101,COPIES\n",
    "transaction_code": "tabs3,time_matters\n12,DRAFT\n",
}
KINDS = ("client", "timekeeper", "matter", "time_entry", "expense")


class Firm:
    """The workspace of a firm.

    Args:
        folder: where it is.
        sandbox: its Time Matters.
        ledger: an empty ledger, since making one takes its time.
        settings: the settings of the connection; none where the firm has still to set it up.

    """

    def __init__(
        self, folder: Path, sandbox: TimeMattersSandbox, ledger: Path, settings: Mapping[str, Any] | None
    ) -> None:
        self.folder = folder
        self.sandbox = sandbox
        (folder / "mappings" / "crosswalks").mkdir(parents=True)
        for name, text in CROSSWALKS.items():
            (folder / "mappings" / "crosswalks" / f"{name}.csv").write_text(text, encoding="utf-8")
        shutil.copy(ledger, folder / "hub.db")
        self.configure(settings)

    def configure(self, settings: Mapping[str, Any] | None) -> None:
        connections = {} if settings is None else {"time": {"connector": "time_matters", **settings}}
        flows = {"in": {"from": "time", "kinds": list(KINDS)}} if connections else {}
        document = {
            "hub": {"firm": "Doyle & Vance LLP", "timezone": "America/Chicago", "currency": "USD"},
            "connections": connections,
            "flows": flows,
        }
        (self.folder / "hub.toml").write_text(tomlkit.dumps(document), encoding="utf-8")

    def hand_over_to_tabs3(
        self, settings: Mapping[str, Any], tables: Mapping[str, str], crosswalks: Mapping[str, str]
    ) -> None:
        """Let a second connection take what is unbilled: Tabs3, with these tables."""
        (self.folder / "drop").mkdir()
        (self.folder / "tabs3").mkdir()
        for name, text in tables.items():
            (self.folder / "tabs3" / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, text in crosswalks.items():
            (self.folder / "mappings" / "crosswalks" / f"{name}.csv").write_text(text, encoding="utf-8")
        self.configure(settings)
        document = tomlkit.parse((self.folder / "hub.toml").read_text(encoding="utf-8"))
        device = {"folder": "drop", "fee_tcode": 1, "expense_tcode": 50}
        document["connections"]["billing"] = {"connector": "tabs3", "folder": "tabs3", "device": device}  # type: ignore[index]
        document["flows"] = {
            "known": {"from": "billing", "kinds": ["client", "timekeeper", "matter"]},
            "work": {"from": "time", "to": "billing", "kinds": ["time_entry", "expense"]},
        }
        document["authority"] = dict.fromkeys(("client", "timekeeper", "matter"), "billing")
        (self.folder / "hub.toml").write_text(tomlkit.dumps(document), encoding="utf-8")

    def map(self, text: str) -> None:
        """Write the workspace's own mapping."""
        (self.folder / "mappings" / "time_matters.toml").write_text(text, encoding="utf-8")

    def hub(self, *words: str, code: int = 0) -> Any:
        """Run the program and read what it prints."""
        done = CliRunner().invoke(program, ["-C", str(self.folder), "--json", *words])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def records(self, kind: Kind) -> list[Record]:
        """The records of a kind, as they stand in the ledger."""
        with OpenWorkspace(self.folder, clock=SystemClock()) as workspace, workspace.ledger.reading():
            return [record for _, record in workspace.records(kind)]

    def said(self, *words: str, typed: str = "", code: int = 0) -> str:
        """Run the program and give what a person sees."""
        done = CliRunner().invoke(program, ["-C", str(self.folder), *words], input=typed)
        assert done.exit_code == code, done.output
        return done.output
