"""``python -m hub_quickbooks.sandbox``: a company that other programs can talk to."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from hub_quickbooks.sandbox import serve


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(prog="python -m hub_quickbooks.sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="the port on loopback; any that is free unless given"
    )
    parser.add_argument("--file", type=Path, help="a SQLite file to keep the company in")
    parser.add_argument("--no-limits", action="store_true", help="answer however many requests are made")
    chosen = parser.parse_args()
    with suppress(KeyboardInterrupt):
        serve(chosen.file, port=chosen.port, limits=not chosen.no_limits)


if __name__ == "__main__":
    main()
