"""CSV tables, written."""

import csv
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.sdk import Action, Intent, Kind, NotSent, Rejected, Written

CLIENTS = 'id;own;Name\r\nC1;1;Acme\r\nC2;2;"B;r"\r\n'


def test_a_new_table_has_the_id_and_what_the_rows_bring(sheets: Any, create: Any, agree: Any) -> None:
    ends = sheets.write(
        create("k1", number="0100", name='A "B", C'), create("k2", number="2", active=False, name=None)
    )
    assert sheets.names() == {"client.csv"}
    content = (sheets.folder / "client.csv").read_bytes()
    assert content == b'id,number,name,active\r\nk1,0100,"A ""B"", C",\r\nk2,2,,false\r\n'
    assert [end.external_id for end in ends.values()] == ["k1", "k2"]
    assert all(isinstance(end, Written) and end.source == "client" for end in ends.values())
    agree(sheets, ends.values())


def test_numbers_are_written_plainly_and_text_is_not_altered(sheets: Any, create: Any) -> None:
    sheets.write(create("k1", rate=Decimal("1E+3"), hours=Decimal("1.50"), name="=cmd()", codes=["a", "b"]))
    assert sheets.raws()["k1"] == {
        "id": "k1",
        "rate": "1000",
        "hours": "1.50",
        "name": "=cmd()",
        "codes": '["a", "b"]',
    }


def test_rows_are_appended_in_the_layout_of_the_table(sheets: Any, create: Any, agree: Any) -> None:
    sheets.put("client.csv", CLIENTS.replace("\r\n", "\n").rstrip())
    ends = sheets.write(create("k1", name="a;b"))
    content = (sheets.folder / "client.csv").read_bytes()
    assert content == CLIENTS.replace("\r\n", "\n").encode() + b'k1;;"a;b"\n'
    agree(sheets, ends.values())


def test_a_text_with_a_lone_carriage_return_stays_one_row(sheets: Any, create: Any, agree: Any) -> None:
    sheets.put("client.csv", "id,name\nC1,Acme\n")
    ends = sheets.write(create("k1", name="a\rb"), create("k2", name="c\nd"))
    assert {key: raw["name"] for key, raw in sheets.raws().items()} == {
        "C1": "Acme",
        "k1": "a\rb",
        "k2": "c\nd",
    }
    agree(sheets, ends.values())


def test_the_first_character_beyond_ascii_brings_the_mark_that_spreadsheets_need(
    sheets: Any, create: Any, agree: Any
) -> None:
    sheets.write(create("k1", name="Acme"))
    before = sheets.items()[0].digest
    assert (sheets.folder / "client.csv").read_bytes().isascii()
    ends = sheets.write(create("k2", name="Bär"))
    assert (sheets.folder / "client.csv").read_bytes().startswith(b"\xef\xbb\xbfid,name")
    assert sheets.items()[0].digest == before
    agree(sheets, ends.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_stays_as_long_as_it_has_room(
    sheets: Any, create: Any, update: Any, agree: Any, encoding: str
) -> None:
    sheets.put("client.csv", "id,name\nC1,Bär\n".encode(encoding))
    ends = sheets.write(create("k1", name="Öse"))
    ends |= sheets.write(update("C1", name="Bör"))
    assert (sheets.folder / "client.csv").read_bytes() == "id,name\nC1,Bör\nk1,Öse\n".encode(encoding)
    agree(sheets, ends.values())


def test_an_encoding_without_room_gives_way_to_utf8(
    sheets: Any, create: Any, update: Any, agree: Any
) -> None:
    sheets.put("client.csv", "id,name\nC1,Bär\x81\nC2,x\n".encode("latin-1"))
    before = sheets.items()[0].digest
    ends = sheets.write(create("k1", name="Łukasz"), update("C2", name="☃"))
    assert (sheets.folder / "client.csv").read_text("utf-8-sig") == "id,name\nC1,Bär\x81\nC2,☃\nk1,Łukasz\n"
    assert sheets.items()[0].digest == before
    agree(sheets, ends.values())


def test_a_change_leaves_everything_else_to_the_letter(sheets: Any, update: Any, agree: Any) -> None:
    content = 'ID,own,Name\r\n"C1","1",Acme\r\n\r\nbroken\r\nC2,"2\r\n2",Bär'
    sheets.put("client.csv", content)
    ends = sheets.write(update("C2", name="Bear", email=None, number="5"))
    assert (sheets.folder / "client.csv").read_bytes().decode() == (
        'ID,own,Name,number\r\n"C1","1",Acme,\r\n\r\nbroken\r\nC2,"2\r\n2",Bear,5\r\n'
    )
    agree(sheets, ends.values())


def test_what_an_update_does_not_name_stays(sheets: Any, update: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    sheets.write(update("C1", name="Bear"))
    assert (sheets.folder / "client.csv").read_bytes().decode() == CLIENTS.replace("Acme", "Bear")


def test_rows_with_new_columns_widen_the_table(sheets: Any, create: Any, agree: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    ends = sheets.write(create("k1", name="Cee", email="c@x"), create("k2", NAME="Dee", phone="5"))
    assert (sheets.folder / "client.csv").read_text().splitlines() == [
        "id;own;Name;email;phone",
        "C1;1;Acme;;",
        'C2;2;"B;r";;',
        "k1;;Cee;c@x;",
        "k2;;Dee;;5",
    ]
    agree(sheets, ends.values())


def test_a_table_without_ids_gets_them_and_its_rows_stay_who_they_were(
    sheets: Any, create: Any, update: Any, agree: Any
) -> None:
    sheets.put("client.csv", "number,name\n100,Acme\n100,Acme\n101,Bär\n")
    known = [item.external_id for item in sheets.items()]
    ends = sheets.write(create("k1", name="Cee"), update(known[1], name="Second"))
    assert {key: raw["name"] for key, raw in sheets.raws().items()} == dict(
        zip([*known, "k1"], ["Acme", "Second", "Bär", "Cee"], strict=True)
    )
    agree(sheets, ends.values())


def test_an_id_of_the_payload_is_used_once(sheets: Any, create: Any) -> None:
    sheets.put("client.csv", "ID,name\nC1,Acme\n")
    ends = sheets.write(
        create("k1", id="C1", name="x"),
        create("k2", Id=" C2 ", name="y"),
        create("k3", id="C2", name="z"),
    )
    assert ends["k1"].code == "exists"
    assert ends["k2"].external_id == "C2"
    assert isinstance(ends["k3"], NotSent)
    assert (sheets.folder / "client.csv").read_text() == "ID,name\nC1,Acme\nC2,y\n"


def test_what_cannot_be_changed_is_refused_and_the_rest_is_written(
    sheets: Any, update: Any, create: Any
) -> None:
    sheets.put("client.csv", "id,name\nC1,Acme\nC2,a\nC2,b\nC3\nC4,d\n")
    version = sheets.items()[0].version
    sheets.put("client.csv", "id,name\nC1,Axme\nC2,a\nC2,b\nC3\nC4,d\n")
    void = Intent("v", Kind.CLIENT, Action.VOID, {}, "client", "C4")
    ends = sheets.write(
        update("C1", version=version, name="x"),
        update("C2", name="x"),
        update("C3", name="x"),
        update("C4", name="x"),
        update("C5", name="x"),
        void,
        create("k1", name="x"),
    )
    codes = {key: end.code for key, end in ends.items() if isinstance(end, Rejected)}
    assert codes == {
        "u-C1": "changed",
        "u-C2": "ambiguous",
        "u-C3": "unreadable",
        "u-C5": "gone",
        "v": "unsupported",
    }
    assert (sheets.folder / "client.csv").read_text() == "id,name\nC1,Axme\nC2,a\nC2,b\nC3\nC4,x\nk1,x\n"


def test_the_version_that_was_read_or_written_is_good_for_a_change(
    sheets: Any, create: Any, update: Any
) -> None:
    version = sheets.write(create("k1", name="a"))["k1"].version
    version = sheets.write(update("k1", version=version, name="b"))["u-k1"].version
    assert version == sheets.items()[0].version
    assert isinstance(sheets.write(update("k1", version=version, name="c"))["u-k1"], Written)


@pytest.mark.parametrize("written", ["csv", "ndjson", "xlsx"])
def test_a_change_may_be_repeated(sheets: Any, create: Any, update: Any, written: str) -> None:
    lines = [{"type": "fee", "amount": Decimal("1.50")}, {"type": "expense", "advance": True}]
    first = create("k1", Kind.INVOICE, number="7", description="x", lines=lines[:1])
    version = sheets.write(first, format=written)["k1"].version
    change = update(
        "k1", Kind.INVOICE, version, Number="8", description="a\r\nb", terms="", paid=False, lines=lines
    )
    once = sheets.write(change)["u-k1"]
    assert isinstance(once, Written)
    assert sheets.write(change)["u-k1"] == once
    other = update("k1", Kind.INVOICE, version, number="8", lines=[*lines, {"type": "fee"}])
    assert sheets.write(other)["u-k1"].code == "changed"


def test_trust_transactions_are_never_written(sheets: Any, create: Any) -> None:
    assert sheets.connector().access[Kind.TRUST_TRANSACTION].writes is False
    end = sheets.write(create("k1", Kind.TRUST_TRANSACTION, amount="1.00"))["k1"]
    assert isinstance(end, Rejected)
    assert sheets.names() == set()


def test_kinds_of_one_batch_go_to_their_own_tables(sheets: Any, create: Any) -> None:
    ends = sheets.write(create("k1"), create("k2", Kind.MATTER, number="1"), create("k3"))
    assert all(isinstance(end, Written) for end in ends.values())
    assert sheets.names() == {"client.csv", "matter.csv"}
    assert list(sheets.raws()) == ["k1", "k3"]


def test_the_folder_is_made_by_the_first_write(sheets: Any, create: Any) -> None:
    connector = sheets.connector(folder="new/deep")
    assert connector.check().identity == ""
    assert "let the first write make it" in connector.check().notes[0]
    list(connector.write([create("k1", name="Acme")]))
    identity = connector.check().identity
    list(connector.write([create("k2", name="Bär")]))
    assert connector.check().identity == identity
    assert len(identity) == 32
    assert connector.check().title == "deep"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['"', "\r", "\n", ",", " ", "é"]
)
PAYLOADS = st.dictionaries(st.sampled_from(["name", "number", "Ä", "own"]), TEXT, max_size=4)
BATCHES = st.lists(st.lists(PAYLOADS, max_size=4), max_size=4)


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(batches=BATCHES, start=st.sampled_from(["", "id,own\n", 'id;"own"\r\nC1;"x\n"', "own,name\nx,y"]))
def test_what_was_written_is_read(sheets: Any, create: Any, suffix: str, batches: Any, start: str) -> None:
    folder = uuid.uuid4().hex
    place = sheets.folder.parent / folder
    place.mkdir()
    if suffix == "csv" and start:
        (place / "client.csv").write_bytes(start.encode())
    settings_here = {"folder": folder, "format": suffix}
    written: dict[str, Any] = {}
    digests: dict[str, Any] = {}
    for number, payloads in enumerate(batches):
        keys = {f"k{number}-{place}": payload for place, payload in enumerate(payloads)}
        ends = sheets.write(*(create(key, **payload) for key, payload in keys.items()), **settings_here)
        written |= keys
        digests |= {key: end.digest for key, end in ends.items()}
    items = {item.external_id: item for item in sheets.items(**settings_here)} if written else {}
    assert written.keys() <= items.keys()
    for key, payload in written.items():
        assert {name: text for name, text in items[key].raw.items() if text} == {"id": key} | {
            name: text for name, text in payload.items() if text
        } | {name.lower(): text for name, text in payload.items() if text}
    last = f"k{len(batches) - 1}-"
    assert all(items[key].digest == digest for key, digest in digests.items() if key.startswith(last))


def test_a_table_reads_alike_for_any_csv_reader(sheets: Any, create: Any) -> None:
    sheets.write(create("k1", narrative='He said "no", twice;\nthen left'), create("k2", narrative="§ 5"))
    with (sheets.folder / "client.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["narrative"] for row in rows] == ['He said "no", twice;\nthen left', "§ 5"]
