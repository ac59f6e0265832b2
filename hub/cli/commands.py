"""The built-in commands, listed without loading any of them."""

from typing import NamedTuple


class Listed(NamedTuple):
    """A command's file in hub.cli, which holds it as ``command``, and its line in ``hub --help``."""

    module: str
    help: str


COMMANDS = {
    "init": Listed("init", "Make a new workspace."),
    "demo": Listed("demo", "Make a workspace with a sample firm, and run it."),
    "connect": Listed("connect", "Set up a connection, try it, show what will be in the way."),
    "plan": Listed("plan", "Show what would happen, and why; write nothing outside."),
    "sync": Listed("sync", "Move what is to be moved."),
    "status": Listed("status", "Show where everything stands."),
    "review": Listed("review", "Show what is held, grouped by cause; decide about it."),
    "runs": Listed("runs", "Show what each run did."),
    "history": Listed("history", "Show every revision of a record, and where it went."),
    "doctor": Listed("doctor", "Look whether this workspace is healthy."),
    "plugins": Listed("plugins", "Show what is loaded, and from where."),
    "sandbox": Listed("sandbox", "Start a stand-in of a system, to try the hub with."),
}
"""In the order in which a firm meets them."""
