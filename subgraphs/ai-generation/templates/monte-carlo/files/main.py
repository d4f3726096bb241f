import argparse
import random

from histogram import to_histogram
from simulation import estimate, sample_growth, sample_pi


def main() -> None:
    parser = argparse.ArgumentParser(description="{{title}}")
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    source = random.Random(arguments.seed)

    print("{{title}}")
    print(f"pi      {estimate(lambda: sample_pi(source), arguments.samples)}")

    print("\nchance to lose money after years, at 5 % a year with a deviation of 15 %")
    for years in (1, 5, 20):
        grown = [sample_growth(source, years=years, mean=0.05, deviation=0.15) for _ in range(arguments.samples // 10)]
        lost = sum(factor < 1 for factor in grown) / len(grown)
        print(f"{years:>3}  {lost:6.1%}")
    print(f"\ngrowth in 20 years\n{to_histogram(grown, low=0, high=8)}")


if __name__ == "__main__":
    main()
