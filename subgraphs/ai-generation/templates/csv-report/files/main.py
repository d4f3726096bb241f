import csv
from collections import defaultdict
from pathlib import Path


def sum_by_region(rows):
    totals = defaultdict(float)
    for row in rows:
        totals[row["region"]] += float(row["amount"])
    return dict(sorted(totals.items()))


if __name__ == "__main__":
    with (Path(__file__).parent / "sales.csv").open() as file:
        totals = sum_by_region(csv.DictReader(file))
    print("Sales report")
    for region, total in totals.items():
        print(f"{region:<10}{total:>10.2f}")
