"""Secrets: the environment wins, the keyring keeps, a newer stored one outlives its seed, nothing leaks."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends import fail
from keyring.errors import KeyringLocked

from hub.app.secrets import SecretStore, variable_of
from hub.app.vaults import SECRETS_FILE
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MemoryKeyring

VARIABLE = "HUB_SECRET_ACME_PORTAL__REFRESH_TOKEN"


def value(store: SecretStore) -> str | None:
    secret = store.get("acme-portal", "refresh_token")
    return secret.get_secret_value() if secret else None


def keep(store: SecretStore, text: str) -> None:
    store.set("acme-portal", "refresh_token", text)


@pytest.fixture
def no_keyring(memory_keyring: MemoryKeyring) -> None:
    del memory_keyring  # put back when the test is over
    keyring.set_keyring(fail.Keyring())


def test_the_variable_is_the_connection_and_field_in_upper_case() -> None:
    assert variable_of("acme-portal", "refresh_token") == VARIABLE


def test_what_nobody_gave_is_not_there(tmp_path: Path) -> None:
    assert value(SecretStore(tmp_path, {})) is None
    assert value(SecretStore(tmp_path, {VARIABLE: ""})) is None


def test_the_keyring_keeps_a_secret_for_one_workspace(tmp_path: Path, memory_keyring: MemoryKeyring) -> None:
    keep(SecretStore(tmp_path, {}), "s3cret")
    assert value(SecretStore(tmp_path, {})) == "s3cret"
    assert value(SecretStore(tmp_path / "other", {})) is None
    assert len(memory_keyring.kept) == 1
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0], "a lock, and nothing in it"


def test_the_environment_wins_over_what_was_stored_without_it(tmp_path: Path) -> None:
    keep(SecretStore(tmp_path, {}), "old")
    assert value(SecretStore(tmp_path, {VARIABLE: "from outside"})) == "from outside"


def test_a_rotated_secret_is_used_until_its_seed_changes(tmp_path: Path) -> None:
    seeded = SecretStore(tmp_path, {VARIABLE: "seed"})
    assert value(seeded) == "seed"
    keep(seeded, "rotated once")
    keep(seeded, "rotated twice")
    assert value(SecretStore(tmp_path, {VARIABLE: "seed"})) == "rotated twice"
    assert value(SecretStore(tmp_path, {})) == "rotated twice"
    changed = SecretStore(tmp_path, {VARIABLE: "new seed"})
    assert value(changed) == "new seed"
    keep(changed, "rotated anew")
    assert value(SecretStore(tmp_path, {VARIABLE: "new seed"})) == "rotated anew"


STEPS = st.lists(st.tuples(st.sampled_from(["env", "store"]), st.sampled_from("abc")), max_size=8)


@given(STEPS)
def test_the_newest_of_seed_and_rotation_counts(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    """Whatever the order: the last word of either side. A seed never comes back once it was replaced."""
    environment: dict[str, str] = {}
    folder = tmp_path_factory.mktemp("workspace")
    expected = None
    for side, text in steps:
        if side == "store":
            keep(SecretStore(folder, environment), text * 3)
            expected = text * 3
        else:
            environment[VARIABLE] = expected = f"{environment.get(VARIABLE, '')}{text}"
        assert value(SecretStore(folder, environment)) == expected


def test_no_secret_shows_in_a_repr(tmp_path: Path) -> None:
    store = SecretStore(tmp_path, {VARIABLE: "s3cret"})
    keep(store, "rotated")
    assert "s3cret" not in repr(store)
    assert "rotated" not in repr((store, store.get("acme-portal", "refresh_token")))


def test_all_values_are_known_for_redaction(tmp_path: Path) -> None:
    keep(SecretStore(tmp_path, {}), "kept")
    store = SecretStore(tmp_path, {"HUB_SECRET_X__Y": "given", "HUB_SECRETS_KEY": "key", "PATH": "/bin"})
    assert store.all_values() == {"given", "key"}
    store.get("acme-portal", "refresh_token")
    store.set("books", "token", "set")
    store.conceal("typed")
    assert store.all_values() == {"given", "key", "kept", "set", "typed"}


@pytest.mark.usefixtures("no_keyring")
class TestWithoutKeyring:
    def test_an_encrypted_file_keeps_them(self, tmp_path: Path) -> None:
        keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}), "s3cret")
        SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}).set("books", "token", "other")
        assert value(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"})) == "s3cret"
        assert b"s3cret" not in (tmp_path / SECRETS_FILE).read_bytes()

    @pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in access lists")
    def test_only_its_owner_may_read_it(self, tmp_path: Path) -> None:
        keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}), "s3cret")
        assert stat.S_IMODE((tmp_path / SECRETS_FILE).stat().st_mode) == 0o600

    def test_a_key_file_opens_it_too(self, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("passphrase\n")
        keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}), "s3cret")
        assert value(SecretStore(tmp_path, {"HUB_SECRETS_KEY_FILE": str(key)})) == "s3cret"

    @pytest.mark.parametrize("content", [None, " \n"])
    def test_a_key_file_that_is_no_use_is_answered(self, tmp_path: Path, content: str | None) -> None:
        key = tmp_path / "key"
        if content is not None:
            key.write_text(content)
        with pytest.raises(ConfigurationError, match="key file"):
            keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY_FILE": str(key)}), "s3cret")

    def test_a_wrong_key_is_answered(self, tmp_path: Path) -> None:
        keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}), "s3cret")
        with pytest.raises(ConfigurationError, match="does not open") as caught:
            value(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "wrong"}))
        assert "wrong" not in str(caught.value)

    def test_without_a_key_nothing_is_stored_and_the_ways_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="HUB_SECRETS_KEY") as caught:
            keep(SecretStore(tmp_path, {}), "s3cret")
        assert "HUB_SECRET_<CONNECTION>__<FIELD>" in caught.value.remedy
        assert not (tmp_path / SECRETS_FILE).exists()

    def test_the_environment_needs_no_key(self, tmp_path: Path) -> None:
        keep(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}), "s3cret")
        assert value(SecretStore(tmp_path, {VARIABLE: "given"})) == "given"

    @pytest.mark.parametrize("content", ["", "{}", "[1]", '{"salt": "!", "secrets": 1}'])
    def test_a_damaged_file_is_answered(self, tmp_path: Path, content: str) -> None:
        (tmp_path / SECRETS_FILE).write_text(content)
        with pytest.raises(ConfigurationError, match=r"damaged|does not open"):
            value(SecretStore(tmp_path, {"HUB_SECRETS_KEY": "passphrase"}))


def test_a_locked_keyring_is_answered_without_a_secret(
    tmp_path: Path, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise KeyringLocked("s3cret")

    monkeypatch.setattr(memory_keyring, "set_password", locked)
    monkeypatch.setattr(memory_keyring, "get_password", locked)
    for attempt in (
        lambda: keep(SecretStore(tmp_path, {}), "s3cret"),
        lambda: value(SecretStore(tmp_path, {})),
    ):
        with pytest.raises(ConfigurationError, match="does not open") as caught:
            attempt()
        assert "s3cret" not in str(caught.value)


def test_what_the_keyring_holds_is_one_json_text(tmp_path: Path, memory_keyring: MemoryKeyring) -> None:
    keep(SecretStore(tmp_path, {VARIABLE: "seed"}), "rotated")
    (text,) = memory_keyring.kept.values()
    assert json.loads(text)["value"] == "rotated"
    assert "seed" not in json.loads(text)["seed"]
