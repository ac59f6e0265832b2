"""``hub sandbox quickbooks``: the stand-in company, served until it is stopped."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click


@click.command("quickbooks")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; any free one unless given.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the company in FILE, so that it goes on where it stopped.",
)
@click.option("--no-limits", is_flag=True, help="Answer any number of requests.")
def sandbox(port: int, file: Path | None, *, no_limits: bool) -> None:
    """Serve a QuickBooks Online company on this machine.

    It prints what a connection needs, and serves until it is stopped (Ctrl-C). What it can be told to do
    wrong, and how its clock is driven, stands in docs/quickbooks.md.
    """
    from hub_quickbooks.sandbox import serve  # noqa: PLC0415 -- only a sandbox needs it

    with contextlib.suppress(KeyboardInterrupt):
        serve(file, port=port, limits=not no_limits)
