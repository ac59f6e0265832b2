"""Any text becomes one line of plain ASCII, by sense, and nothing that a reader sees is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledes import safe_text, timekeeper_name


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Motion under § 1983", "Motion under Sec. 1983"),
        ("§1983; 11 U.S.C. §§ 362–365", "Sec. 1983; 11 U.S.C. Secs. 362-365"),
        ("see ¶12 and ¶¶ 14—16", "see Para. 12 and Paras. 14-16"),
        ("“Quoted” and \u2018single’ – it’s done…", "\"Quoted\" and 'single' - it's done..."),
        ("€50 or 50€, £3,000", "EUR 50 or 50 EUR, GBP 3,000"),
        ("½ hour; 1½ hours; ¾", "1/2 hour; 1 1/2 hours; 3/4"),
        ("8½ × 11 Acme™ © 2026 ®", "8 1/2 x 11 Acme(TM) (C) 2026 (R)"),
        ("200 m² and 10¹²", "200 m^2 and 10^12"),
        ("Señor Müller, naïve café, Łódź, Þór", "Senor Muller, naive cafe, Lodz, Thor"),
        ("cafe\u0301", "cafe"),
        ("a|b [c] []", "a/b (c) ()"),
        ("\uff5cfullwidth\u3014brackets\u3015", "/fullwidth(brackets)"),
        (" one\r\n two\tthree\u2028four\u00a0five\x00six ", "one two three four five six"),
        ("\x93curly\x94 \x96 \x85", '"curly" - ...'),
        ("soft\u00adhyphen \ufeffmark", "softhyphen mark"),
        ("private \ue000, lone \ud800, nothing \x81", "private ?, lone ?, nothing ?"),
        ("−5 °F", "-5 deg F"),
        ("", ""),
    ],
)
def test_characters_are_spelt_by_their_sense(text: str, written: str) -> None:
    assert safe_text(text) == written


@given(st.text(st.characters()))
def test_every_text_becomes_one_line_of_printable_ascii(text: str) -> None:
    written = safe_text(text)

    assert written.isascii()
    assert written.isprintable()
    assert not set(written) & set("|[]")
    assert written == " ".join(written.split())
    assert safe_text(written) == written


@given(st.characters(exclude_categories=["Cc", "Cf", "Mn", "Zs", "Zl", "Zp"]))
def test_no_visible_character_is_dropped(character: str) -> None:
    assert safe_text(character)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="|[]")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == " ".join(text.split())


def test_a_name_is_turned_round_only_where_its_parts_are_known() -> None:
    assert timekeeper_name("Ada M. Vance", "Ada M.", "Vance") == "Vance, Ada M."
    assert timekeeper_name("Ada M. Vance", "", "Vance") == "Ada M. Vance"
