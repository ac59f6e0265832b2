"""Money, hours and rates: Decimal everywhere, no float near them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

CENT = Decimal("0.01")
_FOUR_PLACES = Decimal("0.0001")
_REMEMBERED = 8192


def round_cents(amount: Decimal) -> Decimal:
    """Round half up to the cent, as every billing program in the field does."""
    return amount.quantize(CENT, ROUND_HALF_UP)


# The same few hours, rates and amounts come again a million times.
@lru_cache(_REMEMBERED)
def _whole_cents(amount: Decimal) -> Decimal:
    cents = amount.quantize(CENT)
    if cents != amount:
        message = "an amount of money has at most two decimals"
        raise ValueError(message)
    return cents + 0


@lru_cache(_REMEMBERED)
def _plain(number: Decimal) -> Decimal:
    """One spelling for each value (1.5, never 1.50), so that equal values are equal text."""
    exact = number.quantize(_FOUR_PLACES)
    if exact != number:
        message = "a quantity or rate has at most four decimals"
        raise ValueError(message)
    return exact.normalize() if exact % 1 else exact.to_integral_value() + 0


def _fraction(number: Decimal) -> Decimal:
    return number.normalize() if number % 1 else number.to_integral_value() + 0


Money = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=16, ge=Decimal(-1_000_000_000), le=Decimal(1_000_000_000)),
    AfterValidator(_whole_cents),
]
"""An amount in the record's currency, exact to the cent."""

Hours = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=Decimal("-9999.99"), le=Decimal("9999.99")),
    AfterValidator(_plain),
]
"""Hours of work; at most four decimals, within 9,999.99 (the widest field any source has)."""

Units = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=Decimal("-9999999.99"), le=Decimal("9999999.99")),
    AfterValidator(_plain),
]
"""A count of things (pages, miles, hours on an invoice line); at most four decimals."""

Rate = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=Decimal("-9999999.99"), le=Decimal("9999999.99")),
    AfterValidator(_plain),
]
"""The price of one unit in the record's currency; at most four decimals."""

Fraction = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=0, le=1, max_digits=12),
    AfterValidator(_fraction),
]
"""A share or a tax rate, between 0 and 1."""
