import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_LINE = re.compile(
    r"""
    (?P<client>\S+)\ \S+\ \S+\ \[(?P<time>[^\]]+)\]\       # who and when
    "(?P<method>[A-Z]+)\ (?P<path>[^\s?"]+)\S*\ [^"]+"\      # what, without the query
    (?P<status>\d{3})\ (?P<size>\d+|-)\ (?P<duration>\d+)   # how it went
    """,
    re.VERBOSE,
)


class Request(NamedTuple):
    client: str
    method: str
    path: str
    status: int
    duration_ms: int


def parse(lines: Iterable[str]) -> Iterator[Request | None]:
    """A request for each line that is not blank; None for one that cannot be read."""
    for line in lines:
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        yield match and Request(
            match["client"], match["method"], match["path"], int(match["status"]), int(match["duration"])
        )
