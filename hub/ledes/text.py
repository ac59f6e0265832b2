"""Any text made fit for a LEDES field: one line of plain ASCII without the format's own marks."""

import re
from functools import lru_cache
from unicodedata import category, normalize

from anyascii import anyascii

_WORDS = {
    "§": "Sec.",
    "¶": "Para.",
    "№": "No.",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "¢": "cents",
    "°": "deg",
}
_PLURALS = {"§§": "Secs.", "¶¶": "Paras."}
_SIGNS = {
    "×": "x",
    "™": "(TM)",
    "℠": "(SM)",
    "±": "+/-",
    "≠": "!=",
    "→": "->",
    "←": "<-",
    "″": '"',
    "‰": "o/oo",
}
_MARKS = str.maketrans({"|": "/", "[": "(", "]": ")"})

_WORD_CLASS = "[" + "".join(_WORDS) + "]"
_MISSING_SPACE = re.compile(rf"(?<=\w)(?={_WORD_CLASS})|(?<={_WORD_CLASS})(?=\w)|(?<=\d)(?=[¼-¾⅐-⅞])")
_POWER = re.compile("(?<=[^\\W_])[⁰¹²³⁴-⁹]+")
# Text of Windows programs read as Latin-1 has its quotes and dashes among the control characters.
_CONTROLS = dict.fromkeys((*range(0x20), 0x7F), " ") | {
    code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)
}


def safe_text(text: str) -> str:
    """Fold text to one line of printable ASCII without ``|``, ``[`` and ``]``.

    The format has no escapes and is ASCII, so every other character is spelt by its sense
    (``§`` as ``Sec.``, ``½`` as ``1/2``, ``é`` as ``e``). A character with no such spelling
    becomes ``?``; none is dropped but marks that no reader sees.
    """
    if not text.isascii():
        text = _spelt(text)
    return " ".join(text.translate(_CONTROLS).translate(_MARKS).split())


def timekeeper_name(name: str, first_name: str = "", last_name: str = "") -> str:
    """Spell a timekeeper's name as ``Last, First``; as it stands where its parts are unknown."""
    return f"{last_name}, {first_name}" if first_name and last_name else name


def _spelt(text: str) -> str:
    text = normalize("NFC", text.translate(_CONTROLS))
    text = _MISSING_SPACE.sub(" ", text)
    text = _POWER.sub(lambda power: "^" + power[0], text)
    for pair, word in _PLURALS.items():
        text = text.replace(pair, word)
    return "".join(map(_ascii, text))


@lru_cache(maxsize=4096)
def _ascii(character: str) -> str:
    known = _WORDS.get(character) or _SIGNS.get(character) or anyascii(character)
    # accents that stand alone, and format characters, which have no width
    unseen = category(character) in {"Mn", "Cf"}
    return known or ("" if unseen else "?")
