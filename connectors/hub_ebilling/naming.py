"""A file name for each invoice and matter: always the same, and safe on every file system."""

import hashlib
import re

_CLEAN = re.compile(r"[A-Z0-9]([A-Z0-9.-]*[A-Z0-9])?")
_OUTSIDE = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST = 40
# Windows takes a name for the device whatever stands after its first point.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
)


def file_name(invoice_number: str, matter_number: str) -> str:
    """Name an invoice's file ``<invoice>_<matter>.txt``.

    Where that is not what the two numbers say to the letter, part of a digest of them is added,
    so that two invoices never share a name. Small letters count as such a difference, since many
    file systems do not tell them from capitals.
    """
    numbers = (invoice_number, matter_number)
    stem = "_".join(_slug(number) for number in numbers)
    if not all(_is_clean(number) for number in numbers):
        digest = hashlib.sha256("\0".join(numbers).encode("utf-8", "surrogatepass")).hexdigest()
        stem = f"{stem}_{digest[:12]}"
    return f"{stem}.txt"


def _is_clean(number: str) -> bool:
    return bool(_CLEAN.fullmatch(number)) and len(number) <= _LONGEST and not _is_device(number)


def _slug(number: str) -> str:
    slug = _OUTSIDE.sub("-", number)[:_LONGEST].strip(".-")
    return f"x{slug}" if not slug or _is_device(slug) else slug


def _is_device(name: str) -> bool:
    return name.partition(".")[0].upper() in _DEVICES
