from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENT = Decimal("0.01")


class Month(NamedTuple):
    interest: Decimal
    repaid: Decimal
    left: Decimal


def to_cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def monthly_payment(amount: Decimal, percent: Decimal, years: int) -> Decimal:
    """What has to be paid each month, so that nothing is left at the end."""
    months = years * 12
    rate = percent / 1_200
    if rate == 0:
        return to_cents(amount / months)
    growth = (1 + rate) ** months
    return to_cents(amount * rate * growth / (growth - 1))


def plan(amount: Decimal, percent: Decimal, payment: Decimal) -> list[Month]:
    """Month by month until nothing is left. Raises ValueError for a payment that does not cover the interest."""
    months: list[Month] = []
    left = amount
    while left > 0:
        interest = to_cents(left * percent / 1_200)
        repaid = min(payment - interest, left)
        if repaid <= 0:
            raise ValueError(f"{payment} a month does not even cover the interest of {interest}")
        left -= repaid
        months.append(Month(interest, repaid, left))
    return months
