"""Layers, overrides and what is said of a mapping file that is wrong."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from hub.mapping import Inward, SystemMapping, compile_mapping, load_layers
from hub.model import Kind
from hub.sdk import ConfigurationError

Compile = Callable[..., SystemMapping]

SHIPPED = """
[timekeeper]
match = [["number"], ["name"]]
[timekeeper.EMPLOYEE.fields]
number = { field = "EMPL" }
name = { field = "NAME" }
classification = { field = "LEVEL", values = {} }
[timekeeper.OUTSIDE]
match = [["email"]]
[timekeeper.OUTSIDE.fields]
number = { field = "ID" }
name = { field = "FULL_NAME" }
"""


def read(inward: Inward | None, **raw: str) -> dict[str, object]:
    assert inward is not None
    return inward.translate(raw)


def test_a_general_override_beats_what_was_shipped_for_one_source(mapping: Compile) -> None:
    override = '[timekeeper.fields]\nclassification = { field = "LEVEL", values = { "1" = "PARTNR" } }'
    system = mapping(SHIPPED, override)
    found = read(system.inward(Kind.TIMEKEEPER, "EMPLOYEE"), EMPL="7", NAME="V", LEVEL="1")
    assert found == {"number": "7", "name": "V", "classification": "PARTNR"}
    found = read(system.inward(Kind.TIMEKEEPER, "OUTSIDE"), ID="8", FULL_NAME="W", LEVEL="1")
    assert found["classification"] == "PARTNR"


def test_within_a_file_the_source_beats_the_kind_and_a_later_file_beats_both(mapping: Compile) -> None:
    base = """
    [client.fields]
    name = { const = "kind" }
    number = { const = "kind" }
    [client.A.fields]
    name = { const = "source" }
    """
    assert read(mapping(base).inward(Kind.CLIENT, "A")) == {"name": "source", "number": "kind"}
    later = mapping(base, '[client.fields]\nname = { const = "later" }')
    assert read(later.inward(Kind.CLIENT, "A"))["name"] == "later"
    latest = mapping(
        base, '[client.fields]\nname = { const = "later" }', '[client.A]\nfields.name.const = "a"'
    )
    assert read(latest.inward(Kind.CLIENT, "A"))["name"] == "a"
    assert read(latest.inward(Kind.CLIENT, "B"))["name"] == "later"


def test_an_override_replaces_a_field_whole(mapping: Compile) -> None:
    system = mapping(SHIPPED, '[timekeeper.EMPLOYEE.fields]\nname = { field = "INITIALS" }')
    assert read(system.inward(Kind.TIMEKEEPER, "EMPLOYEE"), EMPL="7", INITIALS="V")["name"] == "V"


def test_false_takes_a_field_or_a_list_out(mapping: Compile) -> None:
    text = """
    [invoice.fields]
    number = { field = "no" }
    description = { field = "d" }
    client.name = { field = "client" }
    [invoice.lines.fees]
    each = "fees"
    fields = { amount = { field = "a" }, type = { const = "fee" } }
    """
    assert mapping(text).outward(Kind.INVOICE).fields == ("number", "description", "client.name")
    over = "[invoice.fields]\ndescription = false\nclient.name = false\n[invoice]\nlines.fees = false"
    system = mapping(text, over)
    assert system.outward(Kind.INVOICE).fields == ("number",)
    assert system.inward(Kind.INVOICE, "").columns == {"no": True}


def test_lines_are_put_together_setting_by_setting_and_field_by_field(mapping: Compile) -> None:
    text = """
    [payment.fields]
    received_on = { field = "d" }
    client = { field = "c", ref = "client" }
    amount = { field = "a" }
    [payment.lines.used]
    each = "used"
    into = "applications"
    fields = { invoice = { field = "i", ref = "invoice" }, amount = { field = "a" } }
    """
    over = '[payment.lines.used]\neach = "Line"\nfields.amount.field = "Amount"'
    inward = mapping(text, over).inward(Kind.PAYMENT, "")
    raw = {"d": "2026-01-01", "c": 1, "a": 1, "Line": [{"i": 3, "Amount": "2"}]}
    assert inward.translate(raw)["applications"][0]["amount"] == Decimal(2)


def test_match_falls_back_to_the_kind(mapping: Compile) -> None:
    system = mapping(SHIPPED)
    assert system.match(Kind.TIMEKEEPER, "EMPLOYEE") == (("number",), ("name",))
    assert system.match(Kind.TIMEKEEPER, "OUTSIDE") == (("email",),)
    assert system.match(Kind.TIMEKEEPER, "elsewhere") == (("number",), ("name",))
    assert system.match(Kind.CLIENT, "") == ()
    over = mapping(SHIPPED, '[timekeeper]\nmatch = [["initials"]]')
    assert over.match(Kind.TIMEKEEPER, "OUTSIDE") == (("initials",),)


def test_kinds_stand_in_their_order_and_an_unnamed_source_is_read_by_the_kind(mapping: Compile) -> None:
    system = mapping('[matter.fields]\nname = { field = "n" }\n[client.A.fields]\nname = { field = "n" }')
    assert system.kinds == (Kind.CLIENT, Kind.MATTER)
    assert system.inward(Kind.MATTER, "anything") is not None
    assert system.inward(Kind.CLIENT, "anything") is None
    assert system.inward(Kind.INVOICE, "") is None


def test_the_digest_changes_with_what_is_meant_and_with_nothing_else(mapping: Compile) -> None:
    before = mapping(SHIPPED).digest
    assert mapping("# a remark\n" + SHIPPED).digest == before
    assert mapping(SHIPPED, '[timekeeper.EMPLOYEE.fields]\nname = { field = "NAME" }').digest == before
    assert mapping(SHIPPED, '[timekeeper.EMPLOYEE.fields]\nname = { field = "OTHER" }').digest != before
    assert mapping(SHIPPED, '[timekeeper]\nmatch = [["number"]]').digest != before


def test_the_digest_changes_with_a_code_list() -> None:
    layers = load_layers([("a", '[time_entry.fields]\nactivity_code = { field = "A", codes = "list" }')])

    def digest(code: str) -> str:
        return compile_mapping(layers, codes=lambda _: {code: code}, converters={}, shapes={}).digest

    assert digest("A101") == digest("A101") != digest("A102")


def test_a_layer_may_be_a_name_and_tables() -> None:
    tables = {"client": {"fields": {"name": {"field": "n"}, "number": {"field": "n"}}}}
    system = compile_mapping([("a.toml", tables)], codes=dict, converters={}, shapes={})
    assert read(system.inward(Kind.CLIENT, ""), n="x") == {"name": "x", "number": "x"}
    tables["client"]["fields"]["nam"] = {"field": "n"}
    with pytest.raises(ConfigurationError, match=r"a\.toml: \[client\.fields\] nam: .*Did you mean \"name\""):
        compile_mapping([("a.toml", tables)], codes=dict, converters={}, shapes={})


WRONG = [
    ("[client.fields", r"layer1\.toml: Expected .*at end of document"),
    ("[matter.fields]\nclient = {}\nclient.x = {}", r"layer1\.toml: .*in quotes"),
    ("[cleint.fields]", r"layer1\.toml, line 1: \[cleint\]: .*Did you mean \"client\"\?"),
    (
        '[client.A.feilds]\nname = { field = "n" }',
        r"line 1: \[client\.A\] feilds: .*Did you mean \"fields\"\?",
    ),
    ("[client]\nmatsch = 1", r"line 2: \[client\] matsch: .*Did you mean \"match\"\?"),
    ("[client]\nA = {}\nmatch = 1", r"line 3: \[client\] match: is not a list of lists"),
    (
        '[client.fields]\n\nnmae = { field = "n" }',
        r"line 3: \[client\.fields\] nmae: client has no field \"nmae\"\. Did",
    ),
    (
        '[client.fields]\nname = { feild = "n" }',
        r"line 2: \[client\.fields\] name\.feild: .*Did you mean \"field\"\?",
    ),
    ('[client.fields.name]\nas = "text"', r"\[client\.fields\] name: does not say where it comes from"),
    ("[client.fields]\nname = { field = 7 }", r"name\.field: is not text"),
    ('[client.fields]\nname = { field = "a..b" }', r"name\.field: \"a\.\.b\" is no name of a field"),
    ('[client.fields]\nname = { field = "No. " }', r"name\.field: \"No\. \" is no name .*stands in quotes"),
    ("[client.fields]\nname = true", r"name: is not a table"),
    (
        '[client.fields]\naddress = { field = "a" }',
        r"\"address\" is a part: name its fields, such as \"address\.lines\"",
    ),
    ('[client.fields]\naddress.ctiy = { field = "a" }', r"address\.ctiy: .*Did you mean \"city\"\?"),
    ('[invoice.fields]\nlines = { field = "a" }', r"\"lines\" are lines"),
    ('[client.fields]\nname = { field = "n", as = "txet" }', r"name\.as: there is no converter .*\"text\"\?"),
    ('[client.fields]\nname = { field = "n", as = "date" }', r"name\.as: gives a date, but name holds text"),
    ('[client.fields]\nopened_on = { field = "n", as = "date:%m/%d" }', r"no argument of date\. Write it as"),
    ('[time_entry.fields]\nhours = { field = "n", as = "decimal:x" }', r"hours\.as: \"x\" is no argument"),
    ('[time_entry.fields]\nbillable = { field = "n", as = "flag:Y" }', r"billable\.as: .*flag:Y/N"),
    ('[client.fields]\nname = { field = "n", as = "text", codes = "x" }', r"exclude each other"),
    ('[client.fields]\nname = { field = "n", codes = "utbms/x" }', r"there is no code list \"utbms/x\""),
    ('[client.fields]\nname = { field = "n", ref = "matter" }', r"name\.ref: name is no reference"),
    ('[matter.fields]\nclient = { field = "n" }', r"client: is a reference .*Add ref = \"client\""),
    (
        '[matter.fields]\nclient = { field = "n", ref = "cleint" }',
        r"client\.ref: .*Did you mean \"client\"\?",
    ),
    ('[matter.fields]\nclient = { field = "n", ref = "client", default = 1 }', r"no default for a reference"),
    (
        '[matter.fields]\nclient = { field = "n", ref = "client", unknown = "empty" }',
        r"client\.unknown: client cannot do without a value",
    ),
    (
        '[matter.fields]\nclient = { field = "n", ref = "client", required = true, unknown = "empty" }',
        r"client cannot do without a value",
    ),
    (
        '[matter.fields]\nresponsible = { field = "n", ref = "timekeeper", unknown = "emtpy" }',
        r"responsible\.unknown: .*Did you mean \"empty\"\?",
    ),
    ('[client.fields]\nname = { field = "n", unknown = "empty" }', r"means nothing without `values`"),
    ('[matter.fields]\n"client.nmae" = { field = "n" }', r"client\.nmae\": .*Did you mean \"name\"\?"),
    ('[matter.fields]\n"client.name" = { field = "n", default = "x" }', r"only written"),
    ('[matter.fields]\n"client.name" = { field = "n", way = "in" }', r"only written"),
    ('[client.fields]\nname = { const = "n", way = "out" }', r"cannot go out: it has no `field`"),
    ('[client.fields]\nname = { field = "n", way = "bth" }', r"name\.way: .*Did you mean \"both\"\?"),
    ('[client.fields]\nname = { fields = ["a", "b"] }', r"only with `join`"),
    ('[client.fields]\nname = { field = "n", source = "X" }', r"means nothing without `ref`"),
    ('[client.fields]\nname = { field = "n", required = true, default = "x" }', r"exclude each other"),
    ('[client.fields]\nname = { field = "n", required = "yes" }', r"name\.required: is not true or false"),
    ('[client.fields]\nactive = { field = "n", default = "maybe" }', r"active\.default: .*true or false"),
    ('[client.fields]\ncurrency = { const = "usd" }', r"currency\.const: \"usd\" is not what currency holds"),
    (
        '[time_entry.fields]\nstatus = { field = "s", values = { B = "biled" } }',
        r"status\.values\.B: .*\"billed\"\?",
    ),
    (
        '[time_entry.fields]\nstatus = { const = "B", field = "s" }',
        r"Did you mean|Valid are: billed, unbilled",
    ),
    ('[client.fields]\nname = { field = "n", values = { "" = "x" } }', r"is an empty value already"),
    (
        '[client.fields]\nactive = { field = "n", values = { A = true, B = true }, inverse.true = "C" }',
        r"active\.inverse\.true: \"C\" is not read as true",
    ),
    (
        '[client.fields]\nactive = { field = "n", values = { A = true, B = true }, inverse = {} }',
        r"active\.inverse: does not say which of A, B stands for true",
    ),
    (
        '[client.fields]\nactive = { field = "n", values = { A = true, B = true }, way = "both" }',
        r"cannot go out: several vendor values",
    ),
    (
        '[client.fields]\nname = { field = "n", way = "out" }\nnumber = { field = "n", way = "both" }',
        r"number: \"n\" is written from here and from \"name\"\. Take one",
    ),
    (
        '[client.fields]\nname = { field = "n" }\nnumber = { field = "n.x" }',
        r"written as a value and as a document",
    ),
    ('[client]\nshapes = ["x"]', r"\[client\] shapes: there is no shape \"x\""),
    ('[client]\nmatch = [["nmae"]]', r"\[client\] match: .*Did you mean \"name\"\?"),
    ('[client]\nwrite = "B"\n[client.A.fields]', r"\[client\] write: there is no source \"B\""),
    ("[invoice.lines.a.fields]", r"\[invoice\.lines\.a\]: does not say which list it reads"),
    ('[invoice.lines.a]\neach = "x"\ninto = "lnes"', r"into: .*Did you mean \"lines\"\?"),
    (
        '[invoice.lines.a]\neach = "x"\nwhere = { typ = "fee" }',
        r"where\.typ: invoice line has no .*\"type\"\?",
    ),
    (
        '[invoice.lines.a]\neach = "x"\n[invoice.lines.b]\neach = "x"',
        r"line 4: .*every line would count twice",
    ),
    ('[invoice.lines.a]\neach = "x"\neech = "y"', r"\[invoice\.lines\.a\] eech: .*Did you mean \"each\"\?"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named_with_its_place_and_remedy(mapping: Compile, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        mapping(text)
    assert caught.value.remedy


def test_the_file_at_fault_is_named_among_several(mapping: Compile) -> None:
    with pytest.raises(ConfigurationError, match=r"^layer2\.toml, line 2: \[timekeeper\.fields\] clas"):
        mapping(SHIPPED, '[timekeeper.fields]\nclas = { field = "LEVEL" }')


def test_a_plugin_cannot_take_the_name_of_a_built_in_converter(mapping: Compile) -> None:
    with pytest.raises(ConfigurationError, match='"date"'):
        mapping("", converters={"date": (str, str)})
