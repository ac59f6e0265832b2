"""What the reader found out about a machine, in sentences for the person who sets it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Health

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NEEDED = ("CLIENT", "EMPLOYEE", "FEE", "COST", "ARCHIVE", "LEDGER")
_BITS_OF_THE_DRIVER = 32


def judged(found: Mapping[str, Any]) -> Health:
    """Judge what ``hub-tabs3-reader --doctor`` has printed."""
    if not found["connected"]:
        return Health(ok=False, title=found["dsn"], notes=tuple(_not_connected(found)))
    absent = [name for name in _NEEDED if name not in found["tables"]]
    return Health(ok=not absent, title=found["dsn"], notes=tuple(_connected(found, absent)))


def _not_connected(found: Mapping[str, Any]) -> Iterator[str]:
    error = found["error"]
    yield f"{error['message']} {error['remedy']}".rstrip()
    if found["bits"] != _BITS_OF_THE_DRIVER and error["code"] in {"no_such_dsn", "driver_missing"}:
        yield (
            f"The reader runs in a {found['bits']}-bit Python. Tabs3's driver is 32-bit, and Windows shows "
            "its system DSNs to 32-bit programs alone: install the reader into a 32-bit Python, and set "
            "reader in hub.toml to that one."
        )
    yield from _for_one_user(found)


def _connected(found: Mapping[str, Any], absent: list[str]) -> Iterator[str]:
    yield from _for_one_user(found)
    if absent:
        yield (
            f"The data source shows no {', '.join(absent)}. See that it is the one of Tabs3 "
            "Billing (Trust and PracticeMaster have their own), and that ODBC was initialized in Tabs3."
        )
    secure = found["secure_clients"]
    if secure:
        who = "client that is" if secure == 1 else "clients that are"
        yield (
            f"The driver shows {secure} {who} secure in Tabs3, which hides them from most of its users. What "
            "the hub reads of them is open to everybody who may read its workspace: keep that folder to them."
        )


def _for_one_user(found: Mapping[str, Any]) -> Iterator[str]:
    if found["place"] == "user":
        yield (
            f"{found['dsn']} is a user DSN, which a scheduled task under another account does not see. "
            "Make it a system DSN in the 32-bit ODBC administrator (odbcad32.exe in SysWOW64)."
        )
