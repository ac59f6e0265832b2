"""Lists of lines that are written and never read."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.mapping import SystemMapping
from hub.model import Kind
from hub.sdk import ConfigurationError

Compile = Callable[..., SystemMapping]

INVOICE = """
[invoice.fields]
number = { field = "No" }
client = { field = "Customer", ref = "client" }
issued_on = { field = "On" }
total = { field = "Total" }
[invoice.lines.fees]
each = "Fees"
where = { type = "fee" }
fields = { charged_on = { field = "On" }, amount = { field = "Amount" } }
[invoice.lines.other]
each = "Doc.Line"
way = "out"
where = { type = "expense" }
[invoice.lines.other.fields]
amount = { field = "Amount" }
entry = { field = "Id", ref = "expense" }
"entry.category" = { field = "Text" }
"""
HEAD = {"No": "7", "Customer": "c", "On": "2026-01-31", "Total": "5"}
LINE = {"On": "2026-01-15", "Amount": "5"}


def test_a_list_that_only_goes_out_is_not_read(mapping: Compile) -> None:
    inward = mapping(INVOICE).inward(Kind.INVOICE, "")
    read = inward.translate({**HEAD, "Fees": [LINE], "Doc": {"Line": "what it likes"}})
    assert [line["type"] for line in read["lines"]] == ["fee"]
    assert "Doc" not in inward.columns
    assert inward.line_reference_fields == ()
    assert Kind.EXPENSE not in inward.reference_kinds
    assert "lines" in inward.covers & inward.two_way


def test_a_list_that_only_goes_out_is_written(mapping: Compile, ledger: Any) -> None:
    outward = mapping(INVOICE).outward(Kind.INVOICE)
    lines = [{"type": "expense", "amount": "2.00", "entry": 5}, {"type": "fee", "amount": "1.00"}]
    payload = outward.render({"number": "7", "client": 1, "lines": lines}, ledger)
    assert payload["Doc"] == {"Line": [{"Amount": "2.00", "Text": "", "Id": "ext-5"}]}
    assert payload["Fees"] == [{"On": None, "Amount": "1.00"}]
    assert Kind.EXPENSE in outward.reference_kinds & outward.path_kinds


def test_lines_that_only_go_out_are_nothing_that_the_system_speaks_of(mapping: Compile) -> None:
    system = mapping(INVOICE, "[invoice]\nlines.fees = false")
    inward = system.inward(Kind.INVOICE, "")
    assert inward.translate(HEAD).keys() == {"number", "client", "issued_on", "total"}
    assert "lines" not in inward.covers | inward.two_way
    assert set(inward.columns) == set(HEAD)
    alone = mapping('[invoice.lines.a]\neach = "L"\nway = "out"\nfields.amount.field = "A"')
    assert alone.inward(Kind.INVOICE, "") is None
    assert alone.outward(Kind.INVOICE) is not None


def test_what_the_model_needs_may_be_left_out_of_it(mapping: Compile) -> None:
    fields = 'fields = { amount = { field = "A", way = "out" } }'
    text = f'{INVOICE}[invoice.lines.more]\neach = "More"\nway = "out"\n{fields}'
    assert mapping(text).inward(Kind.INVOICE, "").translate({**HEAD, "Fees": []})["lines"] == []


WRONG = [
    ('each = "x"\nway = "in"', r'line 3: \[invoice\.lines\.a\] way: is not "out"\. Write way = "out", or'),
    ('each = "Fees"\nway = "out"', r'\[invoice\.lines\.a\] each: "Fees" is the list of two tables'),
    ('each = "Doc.Line"\nway = "out"', r'"Doc\.Line" is the list of two tables'),
    ('each = "No"\nway = "out"\nfields.amount.field = "A"', r'"No" is written from here and from'),
]


@pytest.mark.parametrize(("table", "message"), WRONG)
def test_what_is_wrong_is_named(mapping: Compile, table: str, message: str) -> None:
    insists = '[invoice.fields]\nnumber = { field = "No", way = "both" }'
    with pytest.raises(ConfigurationError, match=message):
        mapping(INVOICE, insists, f"[invoice.lines.a]\n{table}")
