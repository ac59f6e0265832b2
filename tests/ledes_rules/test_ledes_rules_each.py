"""Each rule passes what it should, and says of what it should not: which field, which record, what to do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.model import InvoiceStatus
from hub.sdk import Applies, Kind, Severity
from hub_ledes_rules import RULES

MATTER, TIMEKEEPER, FEE, EXPENSE = 2, 3, 11, 12
Change = Callable[[Any], object]


def two_more_fees(firm: Any) -> None:
    fee = firm.invoice.lines[0]
    firm.change("invoice", lines=[fee, fee, fee], total="1488.00")


def a_twin(firm: Any, **changes: object) -> None:
    firm.others = [(22, firm.invoice.model_copy(update=changes))]


def demand(**profile: object) -> Change:
    return lambda firm: setattr(firm, "profile", profile)


FAULTS: list[tuple[str, Change, str, int | None]] = [
    ("ledes.final", lambda firm: firm.change("invoice", status="draft"), "status", None),
    ("ledes.final", lambda firm: firm.change("invoice", status="void"), "status", None),
    ("ledes.format", demand(formats=["LEDES1998BI"]), "", None),
    ("ledes.one-matter", lambda firm: firm.change("invoice", matter=None), "matter", None),
    (
        "ledes.client-matter-id",
        lambda firm: firm.change("matter", client_matter_id=""),
        "matter.client_matter_id",
        MATTER,
    ),
    ("ledes.lines", lambda firm: firm.change("invoice", lines=[], total="-12.00"), "lines", None),
    ("ledes.total", lambda firm: firm.change("invoice", total="500.01"), "total", None),
    (
        "ledes.positive-total",
        lambda firm: firm.change("invoice", discount="542.00", total="0"),
        "total",
        None,
    ),
    (
        "ledes.finance-charge",
        lambda firm: firm.change("invoice", finance_charge="4.00", total="504.00"),
        "finance_charge",
        None,
    ),
    ("ledes.duplicate-number", a_twin, "number", None),
    (
        "ledes.line-date",
        lambda firm: firm.change_line(1, charged_on="2026-02-02"),
        "lines[2].charged_on",
        EXPENSE,
    ),
    (
        "ledes.period",
        lambda firm: firm.change("invoice", period_from="2026-01-16"),
        "lines[1].charged_on",
        FEE,
    ),
    (
        "ledes.period",
        lambda firm: firm.change("invoice", period_to="2026-01-19"),
        "lines[2].charged_on",
        EXPENSE,
    ),
    ("ledes.timekeeper", lambda firm: firm.change_line(0, timekeeper=None), "lines[1].timekeeper", FEE),
    (
        "ledes.classification",
        lambda firm: firm.change("timekeeper", classification=""),
        "lines.timekeeper.classification",
        TIMEKEEPER,
    ),
    (
        "ledes.classification",
        lambda firm: firm.change("timekeeper", classification="BOSS"),
        "lines.timekeeper.classification",
        TIMEKEEPER,
    ),
    ("ledes.narrative", lambda firm: firm.change_line(0, narrative=" \n"), "lines[1].narrative", FEE),
    (
        "ledes.line-arithmetic",
        lambda firm: firm.change_line(0, units="0.3333", rate="333.33"),
        "lines[1].rate",
        FEE,
    ),
    ("ledes.unpriced", lambda firm: firm.change_line(0, rate=None), "lines[1].units", FEE),
    ("ledes.unpriced", lambda firm: firm.change_line(0, units="0"), "lines[1].units", FEE),
    ("ledes.task-code", lambda firm: firm.change_line(0, task_code=""), "lines[1].task_code", FEE),
    (
        "ledes.activity-code",
        lambda firm: firm.change_line(0, activity_code=""),
        "lines[1].activity_code",
        FEE,
    ),
    (
        "ledes.expense-code",
        lambda firm: firm.change_line(1, expense_code=""),
        "lines[2].expense_code",
        EXPENSE,
    ),
    (
        "ledes.code-sets",
        lambda firm: firm.change("matter", code_sets=["litigaton"]),
        "matter.code_sets",
        MATTER,
    ),
    ("ledes.task-set", lambda firm: firm.change_line(0, task_code="B110"), "lines[1].task_code", FEE),
    ("ledes.task-set", lambda firm: firm.change_line(0, task_code="l210"), "lines[1].task_code", FEE),
    (
        "ledes.activity-set",
        lambda firm: firm.change_line(0, activity_code="A999"),
        "lines[1].activity_code",
        FEE,
    ),
    (
        "ledes.expense-set",
        lambda firm: firm.change_line(1, expense_code="E999"),
        "lines[2].expense_code",
        EXPENSE,
    ),
    ("ledes.phase-code", lambda firm: firm.change_line(0, task_code="L200"), "lines[1].task_code", FEE),
    (
        "ledes.phase-code",
        lambda firm: firm.change_line(0, activity_code="A100"),
        "lines[1].activity_code",
        FEE,
    ),
    (
        "ledes.phase-code",
        lambda firm: firm.change_line(1, expense_code="E100"),
        "lines[2].expense_code",
        EXPENSE,
    ),
    ("ledes.foreign-code", lambda firm: firm.change_line(1, task_code="L210"), "lines[2].task_code", EXPENSE),
    (
        "ledes.foreign-code",
        lambda firm: firm.change_line(0, expense_code="E101"),
        "lines[1].expense_code",
        FEE,
    ),
    ("ledes.required", lambda firm: firm.change("client", number=""), "client.number", 1),
    ("ledes.required", lambda firm: firm.change("invoice", number=""), "number", None),
    (
        "ledes.required",
        lambda firm: firm.change("timekeeper", number=""),
        "lines.timekeeper.number",
        TIMEKEEPER,
    ),
    ("ledes.required", lambda firm: setattr(firm, "settings", {}), "law_firm_id", None),
    ("ledes.lengths", lambda firm: firm.change("matter", number="1" * 21), "matter.number", MATTER),
    (
        "ledes.lengths",
        lambda firm: firm.change("timekeeper", name="V" * 31),
        "lines.timekeeper.name",
        TIMEKEEPER,
    ),
    ("ledes.lengths", lambda firm: firm.change_line(0, narrative="§" * 8_000), "lines[1].narrative", FEE),
    (
        "ledes.id-characters",
        lambda firm: firm.change("matter", client_matter_id="A|9"),
        "matter.client_matter_id",
        MATTER,
    ),
    ("ledes.lengths", demand(lengths={"LINE_ITEM_DESCRIPTION": 10}), "lines[1].narrative", FEE),
]
AT_A_STRICT_PORTAL: list[tuple[str, dict[str, Any], Change, str, int | None]] = [
    (
        "ledes.negative-units",
        {"negative_units": False},
        lambda firm: firm.change_line(1, units="-120", rate="-0.1"),
        "lines[2].units",
        EXPENSE,
    ),
    (
        "ledes.adjustment-expense-code",
        {"required": {"adjustment_expense_code": True}},
        lambda firm: firm.change("invoice", expense_tax="1.00", total="501.00"),
        "expense_tax",
        None,
    ),
    (
        "ledes.adjustment-expense-code",
        {"required": {"adjustment_expense_code": True}},
        lambda firm: firm.change_line(1, type="expense_adjustment", expense_code=""),
        "lines[2].expense_code",
        EXPENSE,
    ),
]


def test_an_invoice_in_order_passes_every_rule(firm: Any) -> None:
    assert firm.findings() == []


@pytest.mark.parametrize(("name", "change", "field", "about"), FAULTS)
def test_a_fault_is_found_by_its_rule_alone(
    firm: Any, name: str, change: Change, field: str, about: int | None
) -> None:
    change(firm)

    [finding] = firm.findings(name)

    assert (finding.field, finding.about) == (field, about)
    assert finding.message
    assert finding.remedy
    assert "Draft answer" not in finding.message


@pytest.mark.parametrize(("name", "profile", "change", "field", "about"), AT_A_STRICT_PORTAL)
def test_a_portal_may_demand_more(
    firm: Any, name: str, profile: dict[str, Any], change: Change, field: str, about: int | None
) -> None:
    change(firm)
    assert firm.findings(name) == []

    firm.profile = profile

    assert [(finding.field, finding.about) for finding in firm.findings(name)] == [(field, about)]


def test_every_rule_has_an_example_that_fails() -> None:
    assert {rule.name for rule in RULES} == {fault[0] for fault in (*FAULTS, *AT_A_STRICT_PORTAL)}


def test_every_rule_is_about_invoices_to_portals_and_says_whence_it_comes() -> None:
    assert {(rule.kinds, rule.applies_to) for rule in RULES} == {(frozenset({Kind.INVOICE}), Applies.PORTALS)}
    assert all(rule.source and rule.summary.endswith(".") for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("name", "profile", "change"),
    [
        ("ledes.phase-code", {"phase_codes": True}, lambda firm: firm.change_line(0, task_code="L200")),
        ("ledes.positive-total", {"zero_total": True}, lambda firm: firm.change("invoice", total="0")),
        (
            "ledes.finance-charge",
            {"finance_charge": True},
            lambda firm: firm.change("invoice", finance_charge="4.00", total="504.00"),
        ),
        (
            "ledes.task-code",
            {"required": {"task_code": False}},
            lambda firm: firm.change_line(0, task_code=""),
        ),
        (
            "ledes.activity-code",
            {"required": {"activity_code": False}},
            lambda firm: firm.change_line(0, activity_code=""),
        ),
        (
            "ledes.client-matter-id",
            {"required": {"client_matter_id": False}},
            lambda firm: firm.change("matter", client_matter_id=""),
        ),
        (
            "ledes.classification",
            {"required": {"classification": False}},
            lambda firm: firm.change("timekeeper", classification=""),
        ),
        (
            "ledes.activity-set",
            {"codes": {"activity": ["utbms/expense"]}},
            lambda f: f.change_line(0, activity_code="E101"),
        ),
    ],
)
def test_a_portal_may_demand_less(firm: Any, name: str, profile: dict[str, Any], change: Change) -> None:
    change(firm)
    assert firm.findings(name)

    firm.profile = profile

    assert firm.findings(name) == []


@pytest.mark.parametrize(
    ("sets", "code", "passes"),
    [
        ([], "B110", True),
        ([], "L210", True),
        ([], "Z999", False),
        (["litigation"], "L601", False),
        (["litigation", "ediscovery"], "L601", True),
        (["utbms/bankruptcy"], "B110", True),
        (["counseling"], "C100", True),
        (["activity"], "A103", True),
    ],
)
def test_the_matters_code_sets_decide(firm: Any, sets: list[str], code: str, *, passes: bool) -> None:
    firm.change("matter", code_sets=sets)
    firm.change_line(0, task_code=code)

    assert bool(firm.findings("ledes.task-set", "ledes.phase-code", "ledes.code-sets")) is not passes


def test_an_unknown_code_set_is_one_finding_and_not_one_for_each_line(firm: Any) -> None:
    firm.change("matter", code_sets=["acme-codes"])
    two_more_fees(firm)

    assert [finding.rule for finding in firm.findings()] == ["ledes.code-sets"]


def test_a_timekeeper_is_named_once_however_many_lines(firm: Any) -> None:
    two_more_fees(firm)
    firm.change("timekeeper", classification="")

    [finding] = firm.findings("ledes.classification")

    assert "7 Ada Vance" in finding.message


def test_a_line_that_stays_at_home_is_not_judged(firm: Any) -> None:
    firm.change_line(0, printed=False, amount="0", task_code="", timekeeper=None, charged_on="2027-01-01")
    firm.change("invoice", total="0.00")

    assert [finding.rule for finding in firm.findings()] == ["ledes.positive-total"]


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.VOID])
def test_only_final_invoices_use_a_number_up(firm: Any, status: InvoiceStatus) -> None:
    a_twin(firm, status=status)

    assert firm.findings("ledes.duplicate-number") == []


def test_the_total_counts_every_part(firm: Any) -> None:
    firm.change(
        "invoice", fee_tax="1.00", expense_tax="2.00", finance_charge="4.00", discount="8.00", total="511.00"
    )

    assert firm.findings("ledes.total") == []


def test_lengths_are_those_of_the_file_not_of_the_source(firm: Any) -> None:
    firm.change("client", number="Ærø-" + "1" * 14)
    assert firm.findings("ledes.lengths") == []

    firm.change("client", number="Ærø-" + "1" * 16)

    assert [finding.field for finding in firm.findings("ledes.lengths")] == ["client.number"]


def test_a_long_name_is_measured_as_it_is_written(firm: Any) -> None:
    firm.change("timekeeper", first_name="Maximiliana", last_name="Featherstonehaugh-X")

    assert [finding.field for finding in firm.findings("ledes.lengths")] == ["lines.timekeeper.name"]


def test_severities_hold_what_a_portal_would_refuse() -> None:
    warned = {rule.name for rule in RULES if rule.severity is Severity.WARN}

    assert warned == {"ledes.period", "ledes.unpriced", "ledes.foreign-code", "ledes.id-characters"}


def test_an_exact_adjustment_of_four_decimals_passes(firm: Any) -> None:
    firm.change_line(0, units="0.25", rate="333.33", amount="83.33")

    assert firm.invoice.lines[0].adjustment == Decimal("-0.0025")
    assert firm.findings("ledes.line-arithmetic") == []


def test_a_line_of_the_invoices_own_day_passes(firm: Any) -> None:
    firm.change_line(0, charged_on=date(2026, 2, 1))

    assert firm.findings("ledes.line-date") == []
