"""An account on this machine, for ``base_url = "stand-in"``: the sandbox, served while the hub runs.

It is reached over HTTP like the real one, and remembers in a file in the workspace what was done to it.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hub.sdk import Surroundings
    from hub_bill4time.sandbox import Bill4TimeSandbox
    from hub_bill4time.settings import Bill4TimeSettings

STAND_IN = "stand-in"
FILE = "bill4time/account.db"

_served: dict[Path, Bill4TimeSandbox] = {}


def settings_for(config: Bill4TimeSettings, surroundings: Surroundings) -> Bill4TimeSettings:
    """The settings as they are; for a stand-in, those that lead to it."""
    if config.base_url != STAND_IN:
        return config
    own = {name: getattr(config, name) for name in type(config).model_fields}
    return type(config).model_validate({**own, **stand_in(surroundings.folder).settings})


def stand_in(folder: Path) -> Bill4TimeSandbox:
    """The stand-in of a workspace, served from now on."""
    path = (folder / FILE).absolute()
    if path not in _served:
        from hub_bill4time.sandbox import Bill4TimeSandbox  # noqa: PLC0415 -- only a stand-in needs it

        path.parent.mkdir(parents=True, exist_ok=True)
        _served[path] = Bill4TimeSandbox(path)
        _served[path].__enter__()
    return _served[path]


def close(folder: Path) -> None:
    """Stop serving the stand-in of a workspace."""
    known = _served.pop((folder / FILE).absolute(), None)
    if known is not None:
        known.__exit__(None, None, None)


@atexit.register
def _close_all() -> None:
    for sandbox in _served.values():
        sandbox.__exit__(None, None, None)
    _served.clear()
