"""Secrets that rotate: several processes keep them at once, and what is tried is stored once it is good."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import keyring
import pytest

from hub.app import secrets
from hub.app.secrets import ConnectionSecrets, SecretStore, TrialSecrets
from hub.app.vaults import SECRETS_FILE
from hub.sdk import HubError
from tests.conftest import MemoryKeyring

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"HUB_SECRETS_KEY": "passphrase"}
WITHOUT_KEYRING = KEY | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
COUNT = 8
KEEPING = f"""
import sys
from pathlib import Path
from hub.app.secrets import ConnectionSecrets, SecretStore

kept = ConnectionSecrets(SecretStore(Path(sys.argv[1])), sys.argv[2])
for number in range({COUNT}):
    kept.keep(f"token-{{number}}", f"{{sys.argv[2]}}-{{number}}")
"""
COUNTING = f"""
import sys
from pathlib import Path
from hub.app.secrets import ConnectionSecrets, SecretStore

kept = ConnectionSecrets(SecretStore(Path(sys.argv[1])), "books")
for number in range({COUNT}):
    with kept.alone():
        kept.keep("count", str(int(kept.get("count") or 0) + 1))
"""


def at_once(folder: Path, code: str, *names: str) -> None:
    """Run the code in two processes; both have to end well."""
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), name], env=WITHOUT_KEYRING)
        for name in names
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]


def of_file(folder: Path, connection: str, monkeypatch: pytest.MonkeyPatch) -> ConnectionSecrets:
    monkeypatch.setattr("hub.app.vaults._has_keyring", lambda: False)
    return ConnectionSecrets(SecretStore(folder, KEY), connection)


def test_two_processes_that_write_to_one_file_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(tmp_path, KEEPING, "books", "portal")
    for name in ("books", "portal"):
        kept = of_file(tmp_path, name, monkeypatch)
        assert [kept.get(f"token-{number}") for number in range(COUNT)] == [
            f"{name}-{number}" for number in range(COUNT)
        ]


def test_alone_means_alone_among_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(tmp_path, COUNTING, "one", "two")
    assert of_file(tmp_path, "books", monkeypatch).get("count") == str(2 * COUNT)


def test_one_who_waits_in_vain_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_ALONE_SECONDS", 0.05)
    kept = ConnectionSecrets(SecretStore(tmp_path, {}), "books")
    there, go = threading.Event(), threading.Event()

    def hold() -> None:
        with kept.alone():
            there.set()
            go.wait()

    other = threading.Thread(target=hold)
    other.start()
    there.wait()
    try:
        with pytest.raises(HubError, match="signing in for 'books'") as caught, kept.alone():
            pass
        assert caught.value.remedy
        with ConnectionSecrets(SecretStore(tmp_path, {}), "portal").alone():
            pass
    finally:
        go.set()
        other.join()
    with kept.alone():
        pass


def test_a_folder_that_cannot_be_written_to_is_answered(tmp_path: Path) -> None:
    (tmp_path / "hub-secrets.lock").mkdir()
    with pytest.raises(HubError, match=r"hub-secrets\.lock cannot be locked"):
        SecretStore(tmp_path, {}).set("books", "token", "s3cret")


def test_what_another_one_kept_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = (of_file(tmp_path, "books", monkeypatch) for _ in range(2))
    ours.keep("token", "first")
    assert theirs.get("token") == "first"
    theirs.keep("token", "second")
    assert ours.get("token") == "second"
    assert b"second" not in (tmp_path / SECRETS_FILE).read_bytes()


class NarrowKeyring(MemoryKeyring):
    """Takes no more than Windows does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        assert len(password.encode("utf-16-le")) <= 2560
        super().set_password(service, username, password)


def test_a_long_secret_is_kept_where_the_keyring_takes_short_ones_only(tmp_path: Path) -> None:
    narrow = NarrowKeyring()
    keyring.set_keyring(narrow)
    kept = ConnectionSecrets(SecretStore(tmp_path, {}), "books")
    for value in ("x" * 4096, "y" * 5000, "z" * 1100, "short", "w" * 2401):
        kept.keep("token", value)
        assert ConnectionSecrets(SecretStore(tmp_path, {}), "books").get("token") == value
    assert len(narrow.kept) > 1


def test_a_process_killed_while_it_keeps_a_long_secret_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory_keyring: MemoryKeyring
) -> None:
    kept = ConnectionSecrets(SecretStore(tmp_path, {}), "books")
    for old, new in (("x" * 3000, "y" * 3000), ("y" * 3000, "z" * 4000)):
        kept.keep("token", old)
        left = iter(range(2))
        keep = MemoryKeyring.set_password

        def killed(self: MemoryKeyring, *words: str) -> None:
            next(left)  # noqa: B023 -- used within this round
            keep(self, *words)  # noqa: B023 -- as above

        with monkeypatch.context() as patch:
            patch.setattr(MemoryKeyring, "set_password", killed)
            with pytest.raises(StopIteration):
                kept.keep("token", new)
        assert kept.get("token") == old


class TestTrial:
    @pytest.fixture
    def store(self, tmp_path: Path) -> SecretStore:
        return SecretStore(tmp_path, {})

    def test_what_is_new_is_stored_once_it_proved_good(
        self, store: SecretStore, memory_keyring: MemoryKeyring
    ) -> None:
        trial = TrialSecrets(store, "books")
        trial.take("token", "typed")
        trial.keep("token", "rotated")
        trial.keep("ends", "tomorrow")
        assert (trial.get("token"), trial.get("ends")) == ("rotated", "tomorrow")
        assert memory_keyring.kept == {}
        assert store.all_values() >= {"typed", "rotated"}
        trial.save()
        kept = ConnectionSecrets(store, "books")
        assert (kept.get("token"), kept.get("ends")) == ("rotated", "tomorrow")

    def test_what_is_stored_already_is_replaced_at_once(self, store: SecretStore) -> None:
        kept = ConnectionSecrets(store, "books")
        kept.keep("token", "old")
        TrialSecrets(store, "books").keep("token", "rotated")
        assert kept.get("token") == "rotated"

    def test_a_seed_that_rotates_while_it_is_tried_is_not_lost(self, tmp_path: Path) -> None:
        environment = {"HUB_SECRET_BOOKS__TOKEN": "seed"}
        TrialSecrets(SecretStore(tmp_path, environment), "books").keep("token", "rotated")
        assert ConnectionSecrets(SecretStore(tmp_path, environment), "books").get("token") == "rotated"

    def test_what_was_typed_outlives_nothing_that_is_not_saved(self, store: SecretStore) -> None:
        kept = ConnectionSecrets(store, "books")
        kept.keep("token", "good")
        trial = TrialSecrets(store, "books")
        trial.take("token", "typed")
        trial.keep("token", "rotated")
        assert kept.get("token") == "good"
