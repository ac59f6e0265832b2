"""How a text file is laid out: its encoding, its line ending, what stands between its cells."""

import codecs
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from hub.sdk import SourceFailed
from hub_folder.files import Signature, signature

_CHUNK: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AS_CONTROLS: Final = "hub_folder.controls"


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a text file.

    ``ascii`` stands for a file in which nothing has yet shown which encoding it is in; a
    program such as Excel takes it for the machine's own, so the first other character that is
    written to it brings the byte order mark by which such a program recognises UTF-8.
    """

    encoding: str = "ascii"
    newline: str = "\r\n"
    delimiter: str = ","

    @property
    def reading(self) -> str:
        """The codec to read it with."""
        return "utf-8" if self.encoding == "ascii" else self.encoding

    def encode(self, text: str) -> bytes | None:
        """Encode text that is added to the file; ``None`` where its encoding has no room for it."""
        codec = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        try:
            return text.encode(codec, _errors(codec))
        except UnicodeEncodeError:
            return None

    def encoded(self, texts: Iterable[str]) -> Iterator[bytes]:
        """Encode a whole file.

        Raises:
            UnicodeEncodeError: the encoding has no room for one of the texts.

        """
        codec = codecs.getincrementalencoder(self.encoding)(_errors(self.encoding))
        return map(codec.encode, texts)

    def widened(self) -> "Layout":
        """The same layout in an encoding that has room for every character."""
        return replace(self, encoding="utf-8-sig")


class Layouts:
    """The layouts of files, kept while the files stand: finding one out takes a pass over the file."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature | None, Layout]] = {}

    def of(self, path: Path) -> Layout:
        """The layout of a file."""
        state = signature(path)
        known = self._known.get(path)
        if known is None or known[0] != state:
            known = (state, layout_of(path))
            self._known[path] = known
        return known[1]

    def still(self, path: Path, *, appended: bool) -> None:
        """Take note of a write of our own; what is appended is written in the layout of the file."""
        known = self._known.pop(path, None)
        if appended and known is not None:
            self._known[path] = (signature(path), known[1])


def layout_of(path: Path) -> Layout:
    """Find out how a file is laid out, from one fast pass over its bytes.

    Raises:
        SourceFailed: it is UTF-16, which no program of the field writes as CSV.

    """
    encoding = _encoding_of(path)
    with path.open(
        newline="", encoding="utf-8" if encoding == "ascii" else encoding, errors=_errors(encoding)
    ) as file:
        first = file.readline(_CHUNK)
    return Layout(encoding, _newline_of(first), max(_DELIMITERS, key=first.count))


def open_text(raw: io.BufferedReader, layout: Layout) -> io.TextIOWrapper:
    """Read bytes as text of that layout, with every line ending left as it is."""
    return io.TextIOWrapper(raw, layout.reading, _errors(layout.encoding), newline="")


def _errors(encoding: str) -> str:
    return _AS_CONTROLS if encoding == "cp1252" else "strict"


def _newline_of(line: str) -> str:
    ending = line[len(line.rstrip("\r\n")) :]
    return ending if ending in {"\r\n", "\n", "\r"} else "\r\n"


def _encoding_of(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = True
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF8))
        if start.startswith(_UTF_16):
            raise SourceFailed(f"{path.name} is UTF-16 text.", remedy="Save it as CSV UTF-8.")
        chunk = start
        try:
            while chunk:
                plain = plain and chunk.isascii()
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "ascii" if plain else "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"


def _controls(error: UnicodeError) -> tuple[str | bytes, int]:
    """Read the five bytes that cp1252 leaves open as control characters, and write them back.

    The WHATWG Encoding Standard has windows-1252 do the same, so no file is beyond reading.
    """
    if isinstance(error, UnicodeDecodeError):
        return error.object[error.start : error.end].decode("latin-1"), error.end
    if isinstance(error, UnicodeEncodeError):
        unknown = error.object[error.start : error.end]
        if all(sign in "\x81\x8d\x8f\x90\x9d" for sign in unknown):
            return unknown.encode("latin-1"), error.end
    raise error


codecs.register_error(_AS_CONTROLS, _controls)
