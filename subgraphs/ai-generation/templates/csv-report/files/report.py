import csv
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, TextIO


class Summary(NamedTuple):
    group: str
    count: int
    total: Decimal

    @property
    def average(self) -> Decimal:
        return self.total / self.count


def summarize(file: TextIO, *, group: str, amount: str) -> list[Summary]:
    """The rows of a CSV file summed by the column ``group``, greatest total first."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for row in csv.DictReader(file):
        amounts[row[group]].append(Decimal(row[amount]))
    summaries = (Summary(key, len(values), sum(values, Decimal())) for key, values in amounts.items())
    return sorted(summaries, key=lambda summary: summary.total, reverse=True)


def to_table(summaries: Iterable[Summary]) -> str:
    lines = [f"{'region':<10}{'count':>7}{'total':>12}{'average':>12}"]
    lines += [f"{s.group:<10}{s.count:>7}{s.total:>12.2f}{s.average:>12.2f}" for s in summaries]
    return "\n".join(lines)
