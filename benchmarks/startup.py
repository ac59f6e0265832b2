"""How long ``hub --help`` takes beside the bare minimum that it needs: ``python benchmarks/startup.py``."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from measure import measure

RUNS = 15
MINIMUM = "import click, pluggy, importlib.metadata as m; m.entry_points(group='x')"


def main() -> None:
    """Measure both in turn, so that a busy moment hits both, and print the medians and their ratio."""
    hub = str(Path(sys.executable).with_name("hub"))
    commands = {"hub --help": [hub, "--help"], "minimum": [sys.executable, "-c", MINIMUM]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            seconds[name].append(_run(command))
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"{name:<12} {median * 1000:6.0f} ms")
    print(f"{'ratio':<12} {medians['hub --help'] / medians['minimum']:6.2f}")


def _run(command: list[str]) -> float:
    measured = measure(command)
    if measured.status:
        sys.exit(f"{command[0]} ends with {measured.status}.")
    return measured.seconds


if __name__ == "__main__":
    main()
