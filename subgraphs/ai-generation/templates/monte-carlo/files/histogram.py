from collections.abc import Sequence


def to_histogram(values: Sequence[float], *, low: float, high: float, bins: int = 8, width: int = 40) -> str:
    """One bar for each bin; values outside are counted in the outermost bins."""
    counts = [0] * bins
    for value in values:
        at = int((value - low) / (high - low) * bins)
        counts[min(max(at, 0), bins - 1)] += 1
    step = (high - low) / bins
    longest = max(counts) or 1
    return "\n".join(f"{low + i * step:6.2f} {'#' * round(n / longest * width)}" for i, n in enumerate(counts))
