"""Logs go to stderr: warnings always, the hub's own course with ``-v``, details with ``-vv``."""

import logging

import click

_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}


class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def _is_ours_or_grave(record: logging.LogRecord) -> bool:
    """Details of other libraries may hold addresses and contents; only their warnings are shown."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0].startswith("hub")


def set_verbosity(verbosity: int) -> None:
    """Show logs from -1 (errors) to 2 (details of the hub and of its own plugins)."""
    root = logging.getLogger()
    if not any(isinstance(handler, _Stderr) for handler in root.handlers):
        handler = _Stderr()
        handler.addFilter(_is_ours_or_grave)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    root.setLevel(_LEVELS[verbosity])
