"""Of when a listing is, and what it says of tables that were still being exported."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.sdk import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tabs3.conftest import Exported

EARLY = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
LATE = datetime(2026, 5, 4, 12, 30, 0, tzinfo=UTC)


def written_at(path: Path, moment: datetime) -> None:
    second = int(moment.timestamp())
    os.utime(path, (second, second))


def table(exported: Exported, name: str, moment: datetime) -> None:
    written_at(exported.rows(name, {"_SEQUENCE_NO": "1", "CLIENT_ID": "1.00", "REC_TYPE": "F"}), moment)


def test_a_listing_is_of_when_its_newest_table_was_written(exported: Exported) -> None:
    table(exported, "FEE", EARLY)
    table(exported, "ARCHIVE", LATE)
    table(exported, "CLIENT", datetime(2026, 5, 5, tzinfo=UTC))
    pages = exported.pages(Kind.TIME_ENTRY)
    assert [page.as_of for page in pages] == [LATE]


def export(exported: Exported, **changes: Any) -> None:
    """Write FEE and ARCHIVE as the reader does, with its manifest beside them."""
    tables: dict[str, dict[str, Any]] = {}
    for name in ("FEE", "ARCHIVE"):
        path = exported.put(f"{name}.ndjson", '{"_SEQUENCE_NO": 1, "CLIENT_ID": "1.00", "REC_TYPE": "F"}\n')
        size = path.stat().st_size
        tables[name] = {"rows": 1, "bytes": size, "sha256": "", "changed": False, "grown": False}
    manifest = {"complete": True, "started": EARLY.isoformat(), "tables": tables} | changes
    exported.put("tabs3-export.json", json.dumps(manifest))


def listed(exported: Exported) -> tuple[int, bool, str]:
    (page,) = exported.pages(Kind.TIME_ENTRY)
    return len(page.items), page.complete, " ".join(page.notices)


def test_a_whole_export_is_of_when_it_began(exported: Exported) -> None:
    export(exported)
    assert listed(exported) == (2, True, "")
    assert exported.pages(Kind.TIME_ENTRY)[-1].as_of == EARLY


@pytest.mark.parametrize("manifest", [{"complete": False}, {"tables": {}}, {"tables": 7}])
def test_of_an_export_that_is_not_whole_nothing_is_missing(
    exported: Exported, manifest: dict[str, Any]
) -> None:
    export(exported, **manifest)
    count, complete, notices = listed(exported)
    assert (count, complete) == (2, False)
    assert "FEE.ndjson is not of a whole export" in notices


def test_a_table_that_changed_while_it_was_exported_misses_nothing(exported: Exported) -> None:
    export(exported)
    manifest = json.loads((exported.folder / "tabs3-export.json").read_bytes())
    manifest["tables"]["FEE"]["changed"] = True
    exported.put("tabs3-export.json", json.dumps(manifest))
    count, complete, notices = listed(exported)
    assert (count, complete) == (2, False)
    assert notices == "FEE changed while it was exported; none of its rows is taken to be deleted."


def test_an_export_that_begins_while_tables_are_read_is_noticed(exported: Exported) -> None:
    export(exported)
    rows = "".join(f'{{"_SEQUENCE_NO": {n}, "CLIENT_ID": "1.00"}}\n' for n in range(1_500))
    exported.put("FEE.ndjson", rows)
    manifest = json.loads((exported.folder / "tabs3-export.json").read_bytes())
    manifest["tables"]["FEE"] |= {"rows": 1_500, "bytes": len(rows)}
    exported.put("tabs3-export.json", json.dumps(manifest))
    pages = exported.connector.read(Kind.TIME_ENTRY, None)
    next(pages)
    exported.put("tabs3-export.json", json.dumps(manifest | {"complete": False}))
    *_, last = pages
    assert (last.complete, last.notices) == (False, ("A new export began while the tables were read.",))
