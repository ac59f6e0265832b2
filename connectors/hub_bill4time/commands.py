"""``hub sandbox bill4time``: the stand-in firm, served until it is stopped."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click


@click.command("bill4time")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; any free one unless given.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the firm in FILE, so that it goes on where it stopped.",
)
def sandbox(port: int, file: Path | None) -> None:
    """Serve a firm in Bill4Time on this machine.

    It prints what a connection needs, and serves until it is stopped (Ctrl-C). A new firm has some
    clients, projects and time entries of its own. How it is told to do wrong, and how its clock is
    driven, stands in the docstring of hub_bill4time.sandbox.control.
    """
    from hub_bill4time.sandbox import serve  # noqa: PLC0415 -- only a sandbox needs it

    with contextlib.suppress(KeyboardInterrupt):
        serve(file, port=port)
