"""A company on this machine, for ``environment = "stand-in"``: the sandbox, served while the hub runs.

It is reached over HTTP like the real one, and remembers in a file in the workspace what was done to it.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from hub_quickbooks.oauth import MemoryKeeper

if TYPE_CHECKING:
    from pathlib import Path

    from hub.sdk import Secrets, Surroundings
    from hub_quickbooks.sandbox import QuickBooksSandbox
    from hub_quickbooks.settings import QuickBooksSettings

STAND_IN = "stand-in"
FILE = "quickbooks/company.db"

_served: dict[Path, tuple[QuickBooksSandbox, MemoryKeeper]] = {}


def settings_for(config: QuickBooksSettings, surroundings: Surroundings) -> QuickBooksSettings:
    """The settings as they are; for a stand-in, those that lead to it."""
    if config.environment != STAND_IN or config.base_url:
        return config
    sandbox, _ = _serve(surroundings.folder / FILE)
    return type(config).model_validate({**sandbox.settings, "environment": STAND_IN})


def keeper_for(config: QuickBooksSettings, surroundings: Surroundings) -> Secrets:
    """Where tokens are kept: those of a stand-in are no secrets, and die with it."""
    if config.environment != STAND_IN:
        return surroundings.secrets
    known = _served.get((surroundings.folder / FILE).absolute())
    return known[1] if known else MemoryKeeper()


def stand_in(folder: Path) -> QuickBooksSandbox:
    """The stand-in of a workspace, served from now on."""
    return _serve(folder / FILE)[0]


def close(folder: Path) -> None:
    """Stop serving the stand-in of a workspace."""
    known = _served.pop((folder / FILE).absolute(), None)
    if known is not None:
        known[0].__exit__(None, None, None)


def _serve(path: Path) -> tuple[QuickBooksSandbox, MemoryKeeper]:
    path = path.absolute()
    if path not in _served:
        from hub_quickbooks.sandbox import QuickBooksSandbox  # noqa: PLC0415 -- only a stand-in needs it

        path.parent.mkdir(parents=True, exist_ok=True)
        sandbox = QuickBooksSandbox(path, limits=False)
        sandbox.__enter__()
        _served[path] = (sandbox, MemoryKeeper())
    return _served[path]


@atexit.register
def _close_all() -> None:
    for sandbox, _ in _served.values():
        sandbox.__exit__(None, None, None)
    _served.clear()
