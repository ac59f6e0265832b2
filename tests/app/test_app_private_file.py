"""Files are replaced whole, or stay as they were."""

import os
import stat
from pathlib import Path

import pytest

from hub.app.private_file import write_whole
from hub.sdk import HubError


def test_the_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.toml"
    write_whole(path, "a\nb\r\né")
    assert path.read_bytes() == b"a\nb\r\n\xc3\xa9"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.toml"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in access lists")
def test_rights_are_kept_unless_it_is_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    write_whole(path, "newer", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_held_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, failures = tmp_path / "file", iter([PermissionError, PermissionError])
    real = Path.replace

    def held_twice(self: Path, target: Path) -> Path:
        if failure := next(failures, None):
            raise failure
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held_twice)
    monkeypatch.setattr("time.sleep", lambda _: None)
    write_whole(path, "new")
    assert path.read_text() == "new"


def test_a_file_that_stays_held_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def held(_self: Path, _target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(HubError, match="held by another program"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
