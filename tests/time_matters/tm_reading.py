"""The connector at work, without a workspace."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Page, Upsert
from hub_time_matters import TimeMatters, TimeMattersSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = tuple(TimeMatters.access)


def connector(settings: Mapping[str, Any], folder: Path = Path()) -> TimeMatters:
    config = TimeMattersSettings.model_validate(settings)
    return TimeMatters(config, SimpleNamespace(folder=folder, connection="time"))  # type: ignore[arg-type]


def pages(settings: Mapping[str, Any], kind: Kind, folder: Path = Path()) -> list[Page]:
    return list(connector(settings, folder).read(kind, None))


def rows(settings: Mapping[str, Any], kind: Kind, folder: Path = Path()) -> dict[str, Upsert]:
    found = [one for page in pages(settings, kind, folder) for one in page.items if isinstance(one, Upsert)]
    return {one.external_id: one for one in found}


def records(settings: Mapping[str, Any], folder: Path = Path()) -> dict[Kind, dict[str, tuple[Any, ...]]]:
    """All that is read: source, raw and what is wrong, by kind and id."""
    return {
        kind: {
            one.external_id: (one.source, one.raw, one.problem, one.unsettled)
            for one in rows(settings, kind, folder).values()
        }
        for kind in KINDS
    }
