"""The practice's part of the sample firm that ``hub demo`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.faults import LEVELS, plant

if TYPE_CHECKING:
    from hub.sdk import SampleFirm

_KINDS = ("client", "matter", "timekeeper", "time_entry", "expense", "invoice")


def build_sample_firm(firm: SampleFirm) -> None:
    """Write the tables and the firm's own choices, connect them, and tell the planted faults."""
    practice = Tabs3Firm(firm.random, firm.records)
    plant(practice)
    practice.write(firm.folder / "tabs3")
    mappings = firm.folder / "mappings"
    mappings.mkdir(exist_ok=True)
    (mappings / "tabs3.toml").write_text(_choices(), encoding="utf-8", newline="\n")
    firm.connect("billing", {"connector": "tabs3", "folder": "tabs3"}, gives=_KINDS)
    for fault in practice.faults.values():
        firm.tell(fault)


def _choices() -> str:
    levels = ", ".join(f'"{level}" = "{code}"' for level, code in LEVELS.items())
    return (
        "# What this firm chose; `hub connect billing` asks these questions.\n\n"
        "[matter.fields]\n"
        'client_matter_id = { field = "MISC_1", optional = true }\n\n'
        "[timekeeper.fields]\n"
        f'classification = {{ field = "LEVEL", values = {{ {levels} }} }}\n'
    )
