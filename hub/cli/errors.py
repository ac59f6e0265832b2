"""Errors in words: what is wrong and what to do, with an exit code; a traceback is never shown."""

from __future__ import annotations

import errno
import re
from typing import TYPE_CHECKING

import click

from hub.cli.bugs import report_bug
from hub.cli.exits import ExitCode
from hub.cli.output import print_json, printable

if TYPE_CHECKING:
    from hub.cli.options import Globals

_REMEDIES = {
    errno.ENOSPC: "Make room on the disk and run it again; what was done is kept.",
    errno.EACCES: "Close the program that holds it, or ask for the right to use it.",
    errno.EPERM: "Close the program that holds it, or ask for the right to use it.",
    errno.EROFS: "Choose a folder that can be written to.",
}


def answer(error: Exception, said: Globals) -> ExitCode:
    """Tell the person what happened, on stderr or as a JSON document on stdout; gives the exit code."""
    from hub.sdk.errors import HubError  # noqa: PLC0415 -- costs time that only a failure has

    match error:
        case click.UsageError():
            if not said.json:
                error.show()
            _say(said, error.format_message(), code="usage_error", is_shown=not said.json)
            return ExitCode.USAGE
        case click.Abort():
            _say(said, "Stopped.", code="interrupted")
            return ExitCode.INTERRUPTED
        case click.ClickException():
            _say(said, error.format_message(), code="failed")
        case HubError():
            _say(said, error.message, error.remedy, code=_code(error))
        case OSError():
            _say(said, _os_message(error), _REMEDIES.get(error.errno or 0, ""), code="os_error")
        case _:
            _say(said, *report_bug(error, said.folder), code="bug")
    return ExitCode.FAILED


def _say(said: Globals, message: str, remedy: str = "", *, code: str, is_shown: bool = False) -> None:
    if said.json:
        print_json({"error": {"message": message, "remedy": remedy, "code": code}})
    elif not is_shown:
        click.echo(printable(f"Error: {message}"), err=True)
        if remedy:
            click.echo(printable(remedy), err=True)


def _code(error: Exception) -> str:
    """``ConfigurationError`` as ``configuration_error``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()


def _os_message(error: OSError) -> str:
    place = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or type(error).__name__}{place}."
