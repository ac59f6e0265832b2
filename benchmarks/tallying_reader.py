"""``hub-tabs3-reader``, and how many rows of each table it gives: ``tallying_reader.py TALLY ARGUMENT ...``.

What the reader prints goes through, unless an argument is ``--silent``; of each table that came to its end a
line is added to the file TALLY.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import IO

_END = re.compile(rb'^\{"end":"(\w+)","rows":(\d+)\}$', re.MULTILINE)
_CHUNK = 1 << 16
SILENT = "--silent"


def main(tally: str, *arguments: str) -> int:
    """Run the reader and give its exit code."""
    own = [one for one in arguments if one != SILENT]
    command = [sys.executable, "-m", "hub_tabs3_reader", *own]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as reader,
        Path(tally).open("ab") as file,
    ):
        assert reader.stdout is not None
        _pass_on(reader.stdout, file, silent=SILENT in arguments)
    return reader.returncode


def tallied(path: Path) -> dict[str, int]:
    """Sum up a tally by table, and begin a new one."""
    found: dict[str, int] = {}
    for line in path.read_text(encoding="ascii").splitlines() if path.exists() else ():
        name, rows = line.split()
        found[name] = found.get(name, 0) + int(rows)
    path.unlink(missing_ok=True)
    return found


def _pass_on(output: IO[bytes], tally: IO[bytes], *, silent: bool) -> None:
    rest = b""
    while chunk := output.read(_CHUNK):
        if not silent:
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        whole, _, rest = (rest + chunk).rpartition(b"\n")
        for name, rows in _END.findall(whole):
            tally.write(name + b" " + rows + b"\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
