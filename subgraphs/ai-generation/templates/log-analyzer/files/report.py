from collections import Counter
from collections.abc import Sequence

from access_log import Request


def percentile(values: Sequence[int], percent: int) -> int:
    """The least value that ``percent`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]


def to_report(requests: Sequence[Request], skipped: int) -> str:
    lines = [f"{len(requests)} requests, {skipped} line{'' if skipped == 1 else 's'} skipped"]
    if not requests:
        return lines[0]
    classes = Counter(f"{request.status // 100}xx" for request in requests)
    paths = Counter(request.path for request in requests)
    durations = [request.duration_ms for request in requests]
    lines += ["", "status", *(f"  {name:<20}{count:>6}" for name, count in sorted(classes.items()))]
    lines += ["", "paths", *(f"  {path:<20}{count:>6}" for path, count in paths.most_common(5))]
    lines += ["", "duration in ms", *(f"  p{p:<19}{percentile(durations, p):>6}" for p in (50, 95, 99))]
    return "\n".join(lines)
