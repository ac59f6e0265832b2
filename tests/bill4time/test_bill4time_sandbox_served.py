"""The sandbox as a process of its own: started by its command, killed, and started again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = "from hub_bill4time.commands import sandbox; sandbox()"


@contextmanager
def served(path: Path) -> Iterator[dict[str, str]]:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--file", str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(2)]
        try:
            yield dict(line.split("=", 1) for line in lines)
        finally:
            process.kill()


def test_a_firm_outlives_its_process(tmp_path: Path) -> None:
    with served(tmp_path / "firm.db") as first:
        root = first["BASE_URL"].removesuffix("b4t-api")
        requests.post(f"{root}sandbox/objects/clients", json={"clientName": "Bolt"}, timeout=5)
    with served(tmp_path / "firm.db") as second:
        address = f"{second['BASE_URL']}/{first['API_KEY']}/v1/clients"
        found = requests.get(address, params={"$filter": "clientName ge 'B'"}, timeout=5).json()["data"]

    assert second["API_KEY"] == first["API_KEY"]
    assert [row["clientName"] for row in found if not row["customId"]] == ["Bolt"]
    assert len(found) == 21
