"""Where secrets are kept: the operating system's keyring, or an encrypted file where there is none."""

from __future__ import annotations

import base64
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import keyring
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from keyring.backends import fail, null
from keyring.errors import KeyringError

from hub.app.private_file import write_whole
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_VARIABLE = "HUB_SECRETS_KEY"
KEY_FILE_VARIABLE = "HUB_SECRETS_KEY_FILE"
SECRETS_FILE = "hub-secrets.json"

# Windows keeps 2,560 bytes of UTF-16 in a credential (CRED_MAX_CREDENTIAL_BLOB_SIZE in its wincred.h), and
# keyring hands it no more (github.com/jaraco/keyring/issues/355). An access token may be longer.
_LONGEST = 1_200
_IN_PARTS = "in parts: "

# As scrypt's author proposes for interactive use: about 32 MB and a tenth of a second.
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


class Vault(Protocol):
    """A place that keeps named texts secret."""

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...

    def read(self, name: str) -> str | None:
        """The text of this name, or ``None``.

        Raises:
            ConfigurationError: the place does not open.

        """
        ...

    def write(self, name: str, text: str) -> None:
        """Keep a text.

        Raises:
            ConfigurationError: the place does not open.

        """
        ...


def vault_of(folder: Path, environment: Mapping[str, str]) -> Vault:
    """The keyring, or the encrypted file of the workspace in this folder where there is no keyring."""
    if _has_keyring():
        return KeyringVault(f"legal-billing-hub {folder}")
    return FileVault(folder / SECRETS_FILE, environment)


def _has_keyring() -> bool:
    backend = keyring.get_keyring()
    return not isinstance(backend, fail.Keyring | null.Keyring) and backend.priority > 0


class KeyringVault:
    """The operating system's keyring; each workspace has a service of its own in it.

    A long text is kept in parts, with a note under its name that says which. Old and new text take
    turns in two sets of parts, so that the note always names whole ones.
    """

    def __init__(self, service: str) -> None:
        self._service = service

    @property
    def title(self) -> str:
        """The keyring's own name."""
        return f"the keyring ({keyring.get_keyring().name})"

    def read(self, name: str) -> str | None:
        """Ask the keyring."""
        found = self._get(name)
        if found is None or not found.startswith(_IN_PARTS):
            return found
        turn, count = found.removeprefix(_IN_PARTS).split()
        return "".join(self._get(f"{name}/{turn}{number}") or "" for number in range(int(count)))

    def write(self, name: str, text: str) -> None:
        """Tell the keyring."""
        if len(text) <= _LONGEST:
            self._set(name, text)
            return
        turn = "b" if (self._get(name) or "").startswith(f"{_IN_PARTS}a") else "a"
        parts = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
        for number, part in enumerate(parts):
            self._set(f"{name}/{turn}{number}", part)
        self._set(name, f"{_IN_PARTS}{turn} {len(parts)}")

    def _get(self, name: str) -> str | None:
        try:
            return keyring.get_password(self._service, name)
        except KeyringError as error:
            raise self._closed(error) from None

    def _set(self, name: str, text: str) -> None:
        try:
            keyring.set_password(self._service, name, text)
        except KeyringError as error:
            raise self._closed(error) from None

    def _closed(self, error: KeyringError) -> ConfigurationError:
        remedy = "Unlock it, or give the secrets in the environment (HUB_SECRET_<CONNECTION>__<FIELD>)."
        return ConfigurationError(f"{self.title} does not open ({type(error).__name__}).", remedy=remedy)


class FileVault:
    """One encrypted file, unlocked by a passphrase in the environment or in a key file."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment

    @property
    def title(self) -> str:
        """The file's name."""
        return self._path.name

    def read(self, name: str) -> str | None:
        """Decrypt the file, as it is now, and take one text from it."""
        return self._opened()[1].get(name)

    def write(self, name: str, text: str) -> None:
        """Encrypt the file anew with one text more, or another one, in it; to be done by one at a time."""
        salt, texts = self._opened()
        token = self._key(salt).encrypt(json.dumps(texts | {name: text}).encode())
        document = {"salt": base64.b64encode(salt).decode(), "secrets": token.decode()}
        write_whole(self._path, json.dumps(document), private=True)
        _settle(self._path.parent)

    def _opened(self) -> tuple[bytes, dict[str, str]]:
        if not self._path.exists():
            return os.urandom(16), {}
        try:
            document = json.loads(self._path.read_bytes())
            salt, token = base64.b64decode(document["salt"]), str(document["secrets"])
        except (ValueError, KeyError, TypeError):
            remedy = "Put a copy back, or delete it and connect again."
            raise ConfigurationError(f"{self._path} is damaged.", remedy=remedy) from None
        try:
            texts: dict[str, str] = json.loads(self._key(salt).decrypt(token))
        except InvalidToken:
            message = f"The key does not open {self._path.name}."
            raise ConfigurationError(message, remedy=f"Set {KEY_VARIABLE} to the right one.") from None
        return salt, texts

    def _key(self, salt: bytes) -> Fernet:
        return _derived(self._passphrase(), salt)

    def _passphrase(self) -> bytes:
        if text := self._environment.get(KEY_VARIABLE):
            return text.encode()
        if name := self._environment.get(KEY_FILE_VARIABLE):
            return _key_file(Path(name))
        message = f"This machine has no keyring, and {KEY_VARIABLE} is not set."
        remedy = (
            f"Set {KEY_VARIABLE} (or {KEY_FILE_VARIABLE}) to keep secrets in {self._path.name},"
            " or give each as HUB_SECRET_<CONNECTION>__<FIELD>."
        )
        raise ConfigurationError(message, remedy=remedy)


@lru_cache(maxsize=4)
def _derived(passphrase: bytes, salt: bytes) -> Fernet:
    """Derived once in a process: it is slow on purpose, and a run reads and writes many times."""
    raw = Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase)
    return Fernet(base64.urlsafe_b64encode(raw))


def _settle(folder: Path) -> None:
    """See to it that a file's new place outlives a power cut, where folders can be asked for that."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _key_file(path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        message = f"The key file {path} cannot be read: {error.strerror}."
        raise ConfigurationError(message, remedy=f"Correct {KEY_FILE_VARIABLE}.") from None
    if not key:
        raise ConfigurationError(f"The key file {path} is empty.", remedy="Put a long random text in it.")
    return key
