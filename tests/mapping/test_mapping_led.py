"""References through another record: the client, or the client of that matter."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.mapping import ForeignId, SystemMapping, link_to
from hub.model import Kind
from hub.sdk import ConfigurationError

Compile = Callable[..., SystemMapping]

BOTH = (Kind.CLIENT, Kind.MATTER)
INVOICE = """
[invoice.fields]
number = { field = "No" }
client = { field = "CustomerRef.value", ref = ["client", "matter"] }
issued_on = { field = "On" }
total = { field = "Total" }
"""


def test_it_says_which_kinds_the_field_holds(mapping: Compile) -> None:
    inward = mapping(INVOICE).inward(Kind.INVOICE, "")
    raw = {"No": "7", "CustomerRef": {"value": "58"}, "On": "2026-01-31", "Total": "5"}
    assert inward.translate(raw)["client"] == ForeignId(BOTH, "", "58", (Kind.CLIENT,))
    assert inward.reference_fields == ("client",)
    assert inward.reference_kinds == {Kind.CLIENT, Kind.MATTER}
    assert "client" in inward.two_way


def test_it_is_written_as_the_fields_own_kind(mapping: Compile, ledger: Any) -> None:
    outward = mapping(INVOICE).outward(Kind.INVOICE)
    assert outward.render({"client": 1}, ledger)["CustomerRef"] == {"value": "ext-1"}
    assert outward.reference_kinds == {Kind.CLIENT}
    assert ledger.asked == [((Kind.CLIENT,), 1, "")]


def test_where_the_fields_own_kind_is_not_named_it_is_only_read(mapping: Compile) -> None:
    text = INVOICE.replace('["client", "matter"]', '"matter"')
    system = mapping(text)
    assert "client" not in system.outward(Kind.INVOICE).fields
    assert "client" not in system.inward(Kind.INVOICE, "").two_way
    with pytest.raises(ConfigurationError, match="cannot go out: `ref` has to name client as well"):
        mapping(text.replace('ref = "matter"', 'ref = "matter", way = "both"'))


def test_a_constant_and_lines_may_be_led_on(mapping: Compile) -> None:
    text = """
    [payment.fields]
    client = { const = "58", ref = ["client", "matter"] }
    received_on = { field = "On" }
    amount = { field = "Amount" }
    [payment.lines.applied]
    each = "Line"
    into = "applications"
    fields = { invoice = { field = "Id", ref = ["invoice", "submission"] }, amount = { field = "Amount" } }
    """
    inward = mapping(text).inward(Kind.PAYMENT, "")
    read = inward.translate({"On": "2026-01-31", "Amount": "5", "Line": [{"Id": "3", "Amount": "5"}]})
    assert read["client"] == ForeignId(BOTH, "", "58", (Kind.CLIENT,))
    kinds = (Kind.INVOICE, Kind.SUBMISSION)
    assert read["applications"][0]["invoice"] == ForeignId(kinds, "", "3", (Kind.INVOICE,))


@pytest.mark.parametrize(
    ("field", "ref"),
    [
        ("client", "timekeeper"),  # refers to no client
        ("client", "submission"),  # only through its invoice
        ("responsible", "expense"),  # not every expense has a timekeeper
    ],
)
def test_a_kind_that_does_not_lead_there_is_an_error(mapping: Compile, field: str, ref: str) -> None:
    with pytest.raises(ConfigurationError, match=f'does not refer to "{ref}"'):
        mapping(f'[matter.fields]\n{field} = {{ field = "c", ref = ["{ref}"] }}')


def test_a_path_into_another_record_is_not_led_on(mapping: Compile) -> None:
    text = '[time_entry.fields]\n"matter.client" = { field = "c", ref = ["client", "matter"] }'
    with pytest.raises(ConfigurationError, match='does not refer to "matter"'):
        mapping(text)


def test_every_record_of_a_kind_leads_by_one_field() -> None:
    assert link_to(Kind.MATTER, (Kind.CLIENT,)) == "client"
    assert link_to(Kind.TIME_ENTRY, (Kind.TIMEKEEPER,)) == "timekeeper"
    assert link_to(Kind.EXPENSE, (Kind.TIMEKEEPER,)) == ""
    assert link_to(Kind.INVOICE, (Kind.MATTER,)) == ""
    assert link_to(Kind.TIME_ENTRY, (Kind.MATTER, Kind.TIMEKEEPER)) == ""
