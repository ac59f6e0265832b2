"""The stand-in server as a process, and its plugin as something the hub finds by entry point."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

HERE = Path(__file__).parent


class Server:
    """The server in its own process, killed on leaving; its memory can be read at any time."""

    def __init__(self, memory: Path, *abilities: str) -> None:
        self.memory = memory
        command = [sys.executable, str(HERE / "server.py"), str(memory), *abilities]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def count(self) -> int:
        """Ask how many records there are."""
        with urlopen(f"{self.url}/count", timeout=30) as answer:
            return int(json.load(answer)["count"])

    def records(self) -> Sequence[dict[str, Any]]:
        """Read every record that was ever created, past the server."""
        database = sqlite3.connect(f"{self.memory.as_uri()}?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT id, body FROM record ORDER BY id").fetchall()
        finally:
            database.close()
        return [{**json.loads(body), "id": str(number)} for number, body in rows]


def install_plugin(folder: Path) -> Path:
    """Lay the plugin out as pip would, so that a process with this folder on PYTHONPATH finds it."""
    info = folder / "hub_standin-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(HERE / "hub_standin.py", folder)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: hub-standin\nVersion: 1.0\n", encoding="utf-8"
    )
    (info / "entry_points.txt").write_text("[hub.plugins]\nstandin = hub_standin\n", encoding="utf-8")
    return folder
