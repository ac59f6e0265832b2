"""What is paid and given up in the life of the sample firm."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import round_cents
from hub_tabs3.sandbox.money import CARD, CHECK, ELECTRONIC, ON_ACCOUNT

if TYPE_CHECKING:
    from hub_tabs3.sandbox.books import Payment
    from hub_tabs3.sandbox.life import Life

_MOST = 3
"""A check pays so many statements at most."""


def pay(life: Life) -> str:
    """A client pays, and the oldest statements are paid first."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    amount = life.firm.receivable(statement.client_id)
    part = round_cents(amount * life.random.choice((Decimal(1), Decimal(1), Decimal("0.4"))))
    kind = life.random.choice((CHECK, CARD, ELECTRONIC))
    payment = life.firm.money.enter(statement.client_id, max(part, Decimal("0.01")), receipt_type=kind)
    return f"{_name(payment)} entered, oldest first"


def pay_statement(life: Life) -> str:
    """A client pays a statement."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    payment = life.firm.money.receive(
        statement.client_id, life.owed(statement), apply_to=statement.number, check=life.check()
    )
    return f"{_name(payment)} on statement {statement.number}"


def overpay(life: Life) -> str:
    """A client pays more than it was asked; the rest is on account."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    amount = life.owed(statement) + 100
    payment = life.firm.money.receive(statement.client_id, amount, apply_to=statement.number)
    return f"{_name(payment)} on statement {statement.number}, 100.00 of it on account"


def pay_several(life: Life) -> str:
    """One check pays several statements of a client."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    client = statement.client_id.rpartition(".")[0]
    theirs = [one for one in life.owing() if one.client_id.rpartition(".")[0] == client][:_MOST]
    check = life.check()
    life.firm.money.enter_check({one.number: life.owed(one) for one in theirs}, check=check)
    return f"check {check} of client {client} entered for statements {[one.number for one in theirs]}"


def pay_on_account(life: Life) -> str:
    """A client pays without saying for what."""
    client_id = life.pick(life.active())
    if client_id is None:
        return ""
    payment = life.firm.money.receive(client_id, "250.00", apply_to=ON_ACCOUNT)
    return f"{_name(payment)} on account"


def apply_rest(life: Life) -> str:
    """What is on account is applied to a statement."""
    for payment in life.firm.payments:
        owing = [one for one in life.owing() if one.client_id == payment.client_id]
        if owing and payment.live and payment.left:
            life.firm.money.apply_rest(payment, owing[0].number)
            return f"the rest of {_name(payment)} applied to statement {owing[0].number}"
    return ""


def reverse(life: Life) -> str:
    """A check bounces."""
    payment = life.pick(_counting(life))
    if payment is None:
        return ""
    life.firm.money.reverse(payment)
    return f"{_name(payment)} reversed"


def reapply(life: Life) -> str:
    """A payment turns out to be for another statement of its matter."""
    for payment in reversed(_counting(life)):
        there = {receipt.number for receipt in payment.live}
        others = [
            one for one in life.owing() if one.client_id == payment.client_id and one.number not in there
        ]
        if others:
            life.firm.money.reapply(payment, others[0].number, min(payment.amount, life.owed(others[0])))
            return f"{_name(payment)} applied to statement {others[0].number} instead"
    return ""


def bring_back(life: Life) -> str:
    """A payment that was reversed is applied after all."""
    for payment in life.firm.payments:
        owing = [one for one in life.owing() if one.client_id == payment.client_id]
        if payment.reversed and owing:
            life.firm.money.reapply(payment, owing[-1].number, min(payment.amount, life.owed(owing[-1])))
            return f"{_name(payment)} applied again, to statement {owing[-1].number}"
    return ""


def deposit_funds(life: Life) -> str:
    """A client that owes something pays a retainer."""
    client_id = life.pick([one.client_id for one in life.owing()])
    if client_id is None:
        return ""
    life.firm.funds.deposit(client_id, "400.00")
    return f"400.00 of client funds of {client_id}"


def withdraw_funds(life: Life) -> str:
    """A client gets some of its funds back."""
    client_id = life.pick([one for one in life.active() if life.firm.funds.balance(one) > 1])
    if client_id is None:
        return ""
    life.firm.funds.withdraw(client_id, "1.00")
    return f"1.00 of client funds of {client_id} returned"


def pay_from_funds(life: Life) -> str:
    """The firm is paid out of client funds."""
    for statement in life.owing():
        amount = min(life.owed(statement), round_cents(life.firm.funds.balance(statement.client_id) / 2))
        if amount > 0:
            payment = life.firm.funds.pay(statement.client_id, amount, apply_to=statement.number)
            return f"{_name(payment)} entered, from client funds"
    return ""


def pay_from_trust(life: Life) -> str:
    """The firm is paid out of trust."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    life.firm.trust.deposit(statement.client_id, life.owed(statement) + 50)
    payment = life.firm.trust.pay(statement.client_id, life.owed(statement), apply_to=statement.number)
    life.firm.money.process([payment])
    return f"{_name(payment)} on statement {statement.number}, from trust"


def disburse_trust(life: Life) -> str:
    """Somebody is paid out of a client's trust."""
    client_id = life.pick([one for one in life.active() if life.firm.trust.balance(one) > 1])
    if client_id is None:
        return ""
    life.firm.trust.disburse(client_id, "1.00", check=life.check())
    return f"1.00 paid out of trust of {client_id}"


def write_off(life: Life) -> str:
    """The firm gives up part of a statement."""
    statement = life.pick([one for one in life.owing() if life.owed(one) > 1])
    if statement is None:
        return ""
    made = life.firm.money.write_off(statement.number, round_cents(life.owed(statement) / 2))
    return f"{made.amount} of statement {statement.number} written off"


def write_off_all(life: Life) -> str:
    """The firm gives up all that is owed on a statement."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    made = life.firm.money.write_off(statement.number)
    return f"statement {statement.number} written off, {made.amount}"


def reverse_write_off(life: Life) -> str:
    """A write-off is taken back."""
    made = life.pick([one for one in life.firm.write_offs if not one.reversed])
    if made is None:
        return ""
    life.firm.money.reverse_write_off(made)
    return f"write-off of statement {made.number} reversed, {made.amount}"


def _counting(life: Life) -> list[Payment]:
    return [one for one in life.firm.payments if not one.reversed]


def _name(payment: Payment) -> str:
    return f"payment {payment.reference} of {payment.client_id}, {payment.amount}"


MONEY = (
    *(pay, pay_statement, overpay, pay_several, pay_on_account, apply_rest, reverse, reapply, bring_back),
    *(deposit_funds, withdraw_funds, pay_from_funds, pay_from_trust, disburse_trust),
    *(write_off, write_off_all, reverse_write_off),
)
MONEY_PAIRS = (
    *((reverse, bring_back), (pay_on_account, apply_rest), (deposit_funds, withdraw_funds)),
    *((write_off, reverse_write_off), (pay_from_trust, disburse_trust)),
)
