"""Records whose lines stand in a table of their own."""

from typing import Any

from hub.sdk import Kind, Rejected, Written

HEADS = "id,number,total\nI1,7,3.00\nI2,8,0.00\nI3,9,5.00\n"
LINES = "invoice,type,amount\nI1,fee,1.00\nI3,fee,5.00\nI1,expense,2.00\n"


def test_lines_are_nested_in_the_order_of_their_table(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES)
    raws = sheets.raws(Kind.INVOICE)
    assert [(line["type"], line["amount"]) for line in raws["I1"]["lines"]] == [
        ("fee", "1.00"),
        ("expense", "2.00"),
    ]
    assert raws["I2"]["lines"] == []
    assert raws["I3"]["number"] == "9"
    assert sheets.pages(Kind.INVOICE)[-1].notices == ()


def test_a_changed_line_changes_its_invoice_and_no_other(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES)
    before = [item.digest for item in sheets.items(Kind.INVOICE)]
    sheets.put("invoice_line.csv", LINES.replace("2.00", "2.50"))
    after = [item.digest for item in sheets.items(Kind.INVOICE)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, True]


def test_without_a_table_of_lines_nothing_is_said_about_them(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    assert "lines" not in sheets.raws(Kind.INVOICE)["I1"]


def test_lines_of_no_invoice_are_told(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES + "I9,fee,1.00\nI9,fee,2.00\n")
    notice = "2 rows of invoice_line.csv name a record that invoice.csv does not have."
    assert sheets.pages(Kind.INVOICE)[-1].notices == (notice,)


def test_a_bad_line_holds_its_invoice_or_itself(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES + "I1,fee\n,fee,1.00\n")
    items = {item.external_id: item.problem for item in sheets.items(Kind.INVOICE)}
    assert items["I1"].startswith("Row 5 of invoice_line.csv has 2 cells")
    assert items["I2"] == items["I3"] == ""
    assert items["invoice_line row 6"] == "Row 6 of invoice_line.csv has no invoice. Fill in that column."
    assert not sheets.pages(Kind.INVOICE)[-1].complete


def test_a_bad_invoice_does_not_lose_its_text_to_its_lines(sheets: Any) -> None:
    sheets.put("invoice.csv", HEADS + "I4,10\n")
    sheets.put("invoice_line.csv", LINES + "I4,fee,1.00\n")
    bad = sheets.items(Kind.INVOICE)[-1]
    assert bad.raw == {"row": "I4,10"}
    assert sheets.pages(Kind.INVOICE)[-1].notices == ()


def test_lines_and_applications_are_written_apart(sheets: Any, create: Any, agree: Any) -> None:
    note = create(
        "k1",
        Kind.CREDIT_NOTE,
        number="C7",
        lines=[{"type": "fee", "amount": "5.00"}],
        applications=[{"invoice": "I1", "amount": "2.00"}, {"invoice": "I2", "amount": "3.00"}],
    )
    ends = sheets.write(note, create("k2", Kind.CREDIT_NOTE, number="C8", lines=[], applications=[]))
    assert (sheets.folder / "credit_note_application.csv").read_text() == (
        "credit_note,invoice,amount\nk1,I1,2.00\nk1,I2,3.00\n"
    )
    raws = sheets.raws(Kind.CREDIT_NOTE)
    assert [line["amount"] for line in raws["k1"]["lines"]] == ["5.00"]
    assert [one["invoice"] for one in raws["k1"]["applications"]] == ["I1", "I2"]
    assert raws["k2"]["applications"] == []
    agree(sheets, ends.values(), Kind.CREDIT_NOTE)


def test_an_update_writes_the_lines_it_names_anew_and_leaves_others(
    sheets: Any, update: Any, create: Any, agree: Any
) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES)
    new = [{"type": "fee", "amount": "4.00"}]
    ends = sheets.write(
        update("I1", Kind.INVOICE, total="4.00", lines=new),
        update("I3", Kind.INVOICE, number="99"),
        create("k1", Kind.INVOICE, number="10", lines=new),
    )
    assert (sheets.folder / "invoice_line.csv").read_text() == (
        "invoice,type,amount\nI3,fee,5.00\nI1,fee,4.00\nk1,fee,4.00\n"
    )
    assert sheets.raws(Kind.INVOICE)["I3"]["number"] == "99"
    agree(sheets, ends.values(), Kind.INVOICE)


def test_an_invoice_whose_line_was_changed_meanwhile_is_not_written_over(sheets: Any, update: Any) -> None:
    sheets.put("invoice.csv", HEADS)
    sheets.put("invoice_line.csv", LINES)
    version = sheets.items(Kind.INVOICE)[0].version
    change = update("I1", Kind.INVOICE, version, total="4.00")
    sheets.put("invoice_line.csv", LINES.replace("2.00", "2.50"))
    end = sheets.write(change)["u-I1"]
    assert isinstance(end, Rejected)
    assert end.code == "changed"
    sheets.put("invoice_line.csv", LINES)
    assert isinstance(sheets.write(change)["u-I1"], Written)
