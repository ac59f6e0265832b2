"""A bug report for what nobody foresaw: where it happened, and nothing of what was being handled."""

from __future__ import annotations

import platform
import tempfile
import traceback
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG_NAME = "hub-error.log"

# These speak of code. The text of any other error may quote a narrative or a secret.
_TELLING = (AttributeError, ImportError, NameError, TypeError)


def report_bug(error: Exception, folder: Path) -> tuple[str, str]:
    """Write the details down; gives a message and a remedy for the person who met the bug."""
    message = f"This is a bug in {_culprit(error)} ({type(error).__name__})."
    home = folder if (folder / "hub.toml").is_file() else Path(tempfile.gettempdir())
    path = home / LOG_NAME
    try:
        path.write_text("\n".join(_details(error)), encoding="utf-8", newline="\n")
    except OSError:
        return message, "The details could not be written down."
    return message, f"Please report it; the details, without narratives and secrets, are in {path}."


def _culprit(error: Exception) -> str:
    """The part of the hub, or the plugin, in which it happened: the innermost frame that is one of them."""
    entries = metadata.entry_points(group="hub.plugins")
    plugins = {entry.module.partition(".")[0]: entry.name for entry in entries}
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        module = str(frame.f_globals.get("__name__", ""))
        package = module.partition(".")[0]
        if package in plugins:
            return f"the plugin '{plugins[package]}', {module}, line {line}"
        if package == "hub":
            return f"the hub, {module}, line {line}"
    return "the hub"


def _details(error: BaseException) -> Iterator[str]:
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    version = metadata.version("legal-billing-hub")
    yield f"hub {version}, Python {platform.python_version()}, {platform.platform()}"
    link: BaseException | None = error
    while link is not None:
        yield ""
        yield from traceback.format_list(traceback.extract_tb(link.__traceback__))
        yield f"{type(link).__name__}: {link if isinstance(link, _TELLING) else '(text left out)'}"
        link = link.__cause__ or link.__context__
