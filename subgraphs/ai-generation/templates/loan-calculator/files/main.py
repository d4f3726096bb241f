import argparse
from decimal import Decimal, InvalidOperation

from loan import monthly_payment, plan


def amount(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not value.is_finite() or value < 0:
        raise argparse.ArgumentTypeError("expected zero or more")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description="{{title}}")
    parser.add_argument("amount", type=amount, nargs="?", default=Decimal(10_000))
    parser.add_argument("percent", type=amount, nargs="?", default=Decimal(5))
    parser.add_argument("years", type=int, nargs="?", default=5)
    parser.add_argument("--extra", type=amount, default=Decimal(0), help="what is paid in addition each month")
    args = parser.parse_args()
    if args.years < 1 or args.amount == 0:
        parser.error("expected an amount, and a year or more")

    payment = monthly_payment(args.amount, args.percent, args.years)
    print(f"{{title}}: {payment} a month")
    usual = plan(args.amount, args.percent, payment)
    chosen = plan(args.amount, args.percent, payment + args.extra)
    print(f"{'year':>4}{'interest':>14}{'repaid':>14}{'left':>14}")
    for start in range(0, len(chosen), 12):
        year = chosen[start : start + 12]
        interest, repaid = (sum(values) for values in zip(*((month.interest, month.repaid) for month in year)))
        print(f"{start // 12 + 1:>4}{interest:>14.2f}{repaid:>14.2f}{year[-1].left:>14.2f}")
    if args.extra:
        saved = sum(month.interest for month in usual) - sum(month.interest for month in chosen)
        print(f"Paid off {len(usual) - len(chosen)} months sooner, with {saved} less interest.")


if __name__ == "__main__":
    main()
