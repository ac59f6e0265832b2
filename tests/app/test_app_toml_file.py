"""Every key of a TOML file is found on its line; broken files are answered with theirs."""

import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from hub.app.toml_file import Problem, TomlFile, dotted, nearest, parse_toml, read_toml
from hub.sdk import ConfigurationError

DOCUMENT = """\
# a comment = not a key
title = "x"

[hub]
firm = '''
[not.a.header]
'''
kinds = [
  "client",
  "matter",
]

[connections."odd name"]
address.city = "Chicago"
inner = { deep = { deeper = 1 } }
"""


def toml(text: str) -> TomlFile:
    return TomlFile(Path("hub.toml"), text, tomllib.loads(text))


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 2),
        (("hub",), 4),
        (("hub", "firm"), 5),
        (("hub", "kinds"), 8),
        (("connections", "odd name"), 13),
        (("connections", "odd name", "address", "city"), 14),
        (("connections", "odd name", "inner", "deep", "deeper"), 15),
        (("hub", "absent"), 4),
        (("absent",), None),
        (("not", "a", "header"), None),
    ],
)
def test_a_key_is_found_on_its_line(key: tuple[str, ...], line: int | None) -> None:
    assert toml(DOCUMENT).line_of(key) == line


def test_a_value_in_a_list_is_found_on_its_own_line() -> None:
    assert toml(DOCUMENT).line_of(("hub", "kinds"), "matter") == 10


NAMES = st.text("ab.-_ é", min_size=1, max_size=4)
TABLES = st.dictionaries(
    NAMES,
    st.recursive(
        st.text(max_size=8) | st.integers(-9, 9) | st.lists(st.text(max_size=3), max_size=3),
        lambda inner: st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


@given(TABLES)
def test_every_leaf_of_any_document_is_found_where_its_name_stands(data: dict[str, object]) -> None:
    text = tomli_w.dumps(data, multiline_strings=True)
    file = toml(text)
    lines = text.split("\n")
    for key in _leaves(data):
        line = file.line_of(key)
        assert line is not None
        assert tomllib.loads(f"{dotted((key[-1],))} = 0") == {key[-1]: 0}
        assert key[-1] in lines[line - 1]


def _leaves(table: dict[str, object]) -> list[tuple[str, ...]]:
    found = []
    for name, value in table.items():
        found += [(name, *rest) for rest in _leaves(value)] if isinstance(value, dict) else [(name,)]
    return found


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = \n", 2), ('[hub]\nfirm = "Doyle\n', 2), ("a = 1\na = 2\n", 2), ("\n\n[hub\n", 3)],
)
def test_broken_toml_is_answered_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigurationError, match=f"^hub.toml, line {line}: "):
        parse_toml(text, "hub.toml")


def test_a_windows_path_in_double_quotes_is_answered_with_how_to_write_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_toml('folder = "C:\\data"', "hub.toml")
    assert "single quotes" in caught.value.remedy


def test_an_end_without_its_quotes_names_the_last_line() -> None:
    with pytest.raises(ConfigurationError, match="line 3"):
        parse_toml('a = 1\n\nb = """never closed\n', "hub.toml")


def test_notepads_mark_and_line_ends_are_read_over(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 2\r\n")
    file = read_toml(tmp_path / "hub.toml")
    assert file.data == {"a": 1, "b": {"c": 2}}
    assert file.line_of(("b", "c")) == 3


def test_other_bytes_than_utf8_are_answered_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_bytes(b"[hub]\nfirm = 'M\xfcller'\n")
    with pytest.raises(ConfigurationError, match="line 2: not UTF-8"):
        read_toml(tmp_path / "hub.toml")


def test_several_problems_are_one_error_with_a_line_for_each() -> None:
    problems = [Problem(("title",), "wrong.", "Mend it."), Problem(("hub", "firm"), "absent.")]
    message = toml(DOCUMENT).error(problems).message
    assert message.split("\n") == [
        "hub.toml, line 2: title: wrong. Mend it.",
        "hub.toml, line 5: hub.firm: absent.",
    ]


def test_the_nearest_word_is_offered_whatever_its_case() -> None:
    assert nearest("america/chicgo", ["America/Chicago", "Europe/Paris"]) == "Did you mean 'America/Chicago'?"
    assert nearest("zzz", ["a", "b"]) == "Known: a, b."
    assert nearest("zzz", [f"word {number}" for number in range(99)]) == ""
    assert nearest("zzz", []) == ""
