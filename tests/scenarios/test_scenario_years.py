"""A firm lives through busy weeks, and each night the hub's totals are its own; two years are a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulated_years import Simulation

if TYPE_CHECKING:
    from pathlib import Path


def test_each_night_the_hub_has_what_the_firm_has(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path / "firm", seed=3, entries=3, events=8)
    seen = simulation.run(16)
    assert not seen.faults
    assert seen.nights == 16
    # It is no quiet life: what can happen at a firm did.
    assert len(simulation.life.done) > 40
    assert {"reissued", "gone-at-the-source"} <= seen.held.keys()
