"""NDJSON tables, read and written."""

import json
from decimal import Decimal
from typing import Any

import pytest

from hub.sdk import Kind, Written

INVOICE = '{"id": "I1", "number": "7", "total": 1250.50, "lines": [{"type": "fee", "amount": 1250.50}]}'


def test_documents_nest_their_lines_and_numbers_are_exact(sheets: Any) -> None:
    sheets.put("invoice.ndjson", INVOICE + "\n")
    raw = sheets.raws(Kind.INVOICE)["I1"]
    assert raw["total"] == Decimal("1250.50")
    assert str(raw["lines"][0]["amount"]) == "1250.50"


def test_a_table_of_lines_beside_it_is_not_used(sheets: Any) -> None:
    sheets.put("invoice.ndjson", '{"id": "I1", "number": "7"}\n')
    sheets.put("invoice_line.csv", "invoice,type\nI1,fee\n")
    assert "lines" not in sheets.raws(Kind.INVOICE)["I1"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "C2"', "no JSON document"),
        ("[1]", "not an object"),
        ('{"id": "C2", "rate": NaN}', "NaN is no number"),
        ('{"id": "", "name": "x"}', "has no id"),
        ('{"id": null}', "has no id"),
        ('{"id": true}', "has no id"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_is_held_and_the_rest_goes_on(sheets: Any, line: str, says: str) -> None:
    sheets.put("client.ndjson", f'{{"id": "C1"}}\n\n{line}\n{{"ID": 3}}\n')
    first, bad, last = sheets.items()
    assert (first.external_id, last.external_id) == ("C1", "3")
    assert bad.problem.startswith("Row 3 of client.ndjson ")
    assert says in bad.problem
    assert bad.raw == {"row": line}
    assert not sheets.pages()[-1].complete


def test_keys_have_no_case(sheets: Any) -> None:
    sheets.put("client.ndjson", '{"ID": "C1", "Name": "Acme"}\n')
    assert sheets.raws()["C1"] == {"ID": "C1", "Name": "Acme", "id": "C1", "name": "Acme"}


def test_a_document_without_an_id_is_known_by_its_content(sheets: Any) -> None:
    sheets.put("client.ndjson", '{"name": "Acme"}\n{"name": "Acme"}\n')
    one, other = sheets.items()
    assert other.external_id == f"{one.external_id}-2"


def test_new_documents_are_appended_and_keep_their_sorts(sheets: Any, create: Any, agree: Any) -> None:
    sheets.put("client.ndjson", '{"id": "C1"}')
    rates = [Decimal("1.50")]
    ends = sheets.write(create("k1", active=True, rate=Decimal("1E+2"), none=None, rates=rates, name="Bär"))
    written = json.loads((sheets.folder / "client.ndjson").read_text(encoding="utf-8").splitlines()[1])
    assert written == {
        "id": "k1",
        "active": True,
        "rate": "100",
        "none": None,
        "rates": ["1.50"],
        "name": "Bär",
    }
    agree(sheets, ends.values())


def test_a_change_leaves_everything_else_to_the_letter(sheets: Any, update: Any, agree: Any) -> None:
    lines = [
        '{"id": "C1",   "x": 1.0}',
        "no document",
        '{"Id": "C2", "Name": "Bär", "own": 1.50, "big": 1e5}',
    ]
    sheets.put("client.ndjson", "\n".join(lines))
    ends = sheets.write(update("C2", name="Bear"))
    changed = '{"Id": "C2", "Name": "Bear", "own": 1.50, "big": 1e5}'
    assert (sheets.folder / "client.ndjson").read_text().splitlines() == [*lines[:2], changed]
    agree(sheets, ends.values())


def test_a_changed_document_without_an_id_keeps_its_identity(sheets: Any, update: Any) -> None:
    sheets.put("client.ndjson", '{"name": "Acme"}\n{"name": "Bär"}\n')
    wanted = sheets.items()[1].external_id
    assert isinstance(sheets.write(update(wanted, name="Bear"))[f"u-{wanted}"], Written)
    assert sheets.raws()[wanted]["name"] == "Bear"


def test_a_file_of_another_encoding_becomes_utf8_when_it_is_written(
    sheets: Any, create: Any, agree: Any
) -> None:
    sheets.put("client.ndjson", '{"id": "C1", "name": "Bär"}\n'.encode("cp1252"))
    before = sheets.items()[0].digest
    ends = sheets.write(create("k1", name="Łukasz"))
    assert sheets.raws()["C1"]["name"] == "Bär"
    assert sheets.items()[0].digest == before
    agree(sheets, ends.values())


def test_a_new_table_is_made(sheets: Any, create: Any, agree: Any) -> None:
    line = {"type": "fee", "amount": Decimal("10.00")}
    ends = sheets.write(create("k1", Kind.INVOICE, number="7", lines=[line]), format="ndjson")
    assert sheets.names() == {"invoice.ndjson"}
    assert sheets.raws(Kind.INVOICE)["k1"]["lines"] == [{"type": "fee", "amount": "10.00"}]
    agree(sheets, ends.values(), Kind.INVOICE)
