import math
import random
from collections.abc import Callable
from statistics import fmean, stdev
from typing import NamedTuple


class Estimate(NamedTuple):
    mean: float
    error: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.error:.4f}"


def estimate(sample: Callable[[], float], samples: int) -> Estimate:
    """The mean of many samples, with its standard error."""
    values = [sample() for _ in range(samples)]
    return Estimate(fmean(values), stdev(values) / math.sqrt(samples))


def sample_pi(source: random.Random) -> float:
    """4 for a point of the unit square inside the quarter circle, else 0: pi on average."""
    return 4.0 if source.random() ** 2 + source.random() ** 2 <= 1 else 0.0


def sample_growth(source: random.Random, *, years: int, mean: float, deviation: float) -> float:
    """By what factor an investment with normal log returns grows."""
    return math.exp(sum(source.gauss(mean, deviation) for _ in range(years)))
