"""Descriptions made fit for a record that is one line in one character set."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, normalize

from anyascii import anyascii

# What stands for a delimiter, or for a quotation mark, where fields are not quoted. How TBDevice takes
# quotes is not documented.
_INSTEAD = {",": ";", ";": ",", "|": "/", "\t": " "}
_BREAKS = ("\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
# Text of Windows programs read as Latin-1 has its quotes and dashes among the control characters.
_CONTROLS = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


def one_line(text: str, encoding: str) -> str:
    """Spell a text in one line of a character set; a character that it lacks is spelt in plain letters."""
    for ending in _BREAKS:
        text = text.replace(ending, " ")
    if not text.isascii():
        text = "".join(_spelt(letter, encoding) for letter in normalize("NFC", text.translate(_CONTROLS)))
    return "".join(letter if letter.isprintable() or letter == "\t" else " " for letter in text).strip()


def unquoted(text: str, delimiter: str) -> str:
    """Put harmless marks for what would end a field that is not quoted."""
    plain = text.replace('"', "'").replace(delimiter, _INSTEAD[delimiter])
    return plain.replace("\t", " ")


def quoted(text: str, delimiter: str) -> str:
    """Put a field in double quotes where it would not be read back otherwise."""
    if delimiter in text or '"' in text or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


@lru_cache(maxsize=4096)
def _spelt(letter: str, encoding: str) -> str:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        # accents that stand alone, and format characters, have no width
        unseen = category(letter) in {"Mn", "Cf"}
        return anyascii(letter) or ("" if unseen else "?")
    return letter
