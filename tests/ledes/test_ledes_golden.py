"""Whole files, as they were when a person last looked at them.

After a change that is meant, write them anew and read the difference:

    python tests/ledes/test_ledes_golden.py
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.ledes import LedesInvoice, LedesLine, LedesLineType, read_1998b, write_1998b

GOLDEN = Path(__file__).parent / "golden"
COMMAND = "If this is meant, write it anew and read the difference: python tests/ledes/test_ledes_golden.py"


def a_fee(number: str, hours: str, rate: str, total: str, narrative: str) -> LedesLine:
    return LedesLine(
        number=number,
        type=LedesLineType.FEE,
        units=Decimal(hours),
        adjustment=Decimal(total) - Decimal(hours) * Decimal(rate),
        total=Decimal(total),
        charged_on=date(2026, 1, 4 + int(number)),
        task_code="L210",
        activity_code="A103",
        timekeeper_id="7",
        description=narrative,
        unit_cost=Decimal(rate),
        timekeeper_name="Vance, Ada",
        timekeeper_classification="PARTNR",
    )


def an_expense(number: str, units: str, price: str, total: str, code: str) -> LedesLine:
    return LedesLine(
        number=number,
        type=LedesLineType.EXPENSE,
        units=Decimal(units),
        adjustment=Decimal(0),
        total=Decimal(total),
        charged_on=date(2026, 1, 20),
        expense_code=code,
        description="Copies of exhibits",
        unit_cost=Decimal(price),
    )


def a_discount(number: str, amount: str) -> LedesLine:
    return LedesLine(
        number=number,
        type=LedesLineType.FEE_ADJUSTMENT,
        units=Decimal(1),
        adjustment=Decimal(amount),
        total=Decimal(amount),
        charged_on=date(2026, 1, 20),
        description="Courtesy discount",
        unit_cost=Decimal(0),
    )


def an_invoice(number: str, *lines: LedesLine) -> LedesInvoice:
    return LedesInvoice(
        issued_on=date(2026, 2, 2),
        number=number,
        client_id="100",
        law_firm_matter_id="100.00",
        total=sum((line.total for line in lines), Decimal(0)),
        period_from=date(2026, 1, 1),
        period_to=date(2026, 1, 31),
        description="Doyle v. Acme – January 2026",
        law_firm_id="47-0000000",
        client_matter_id="ACME-2026-0017",
        lines=lines,
    )


EXAMPLES = {
    "fees_expenses_discount": [
        an_invoice(
            "1001",
            a_fee("1", "1.5", "250", "375.00", "Draft answer to complaint"),
            a_fee("2", "0.25", "333.33", "83.33", "Review order"),
            an_expense("3", "120", "0.1", "12.00", "E101"),
            a_discount("4", "-45.83"),
        ),
    ],
    "narratives": [
        an_invoice(
            "INV-1002",
            a_fee(
                "1",
                "2",
                "250",
                "500.00",
                "Research § 1983 claim; “color of law” – ½ h\r\n\twith J. Müller | [draft]",
            ),
            a_fee("2", "1", "250", "0.00", "Call re €50,000 settlement (no charge) — Łukasz, 北京 office"),
        ),
    ],
    "two_invoices": [
        an_invoice("1003", a_fee("1", "1", "250", "250.00", "Call with client")),
        an_invoice("1004", an_expense("1", "1", "402", "402.00", "E112")),
    ],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_is_as_it_was(name: str) -> None:
    assert write_1998b(EXAMPLES[name]) == (GOLDEN / f"{name}.txt").read_bytes(), COMMAND


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_golden_file_says_what_its_example_says(name: str) -> None:
    reading = read_1998b((GOLDEN / f"{name}.txt").read_bytes())

    assert not reading.problems
    assert [(one.number, one.total) for one in reading.invoices] == [
        (one.number, one.total) for one in EXAMPLES[name]
    ]


if __name__ == "__main__":
    for example, invoices in EXAMPLES.items():
        (GOLDEN / f"{example}.txt").write_bytes(write_1998b(invoices))
