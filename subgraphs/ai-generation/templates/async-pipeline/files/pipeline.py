import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    item: T
    result: R | None
    timed_out: bool = False


async def run_pipeline(
    items: Iterable[T],
    work: Callable[[T], Awaitable[R]],
    *,
    workers: int,
    timeout_seconds: float,
) -> list[Outcome[T, R]]:
    """What became of each item, in the order of the items, however long each has taken."""
    queue: asyncio.Queue[tuple[int, T]] = asyncio.Queue()
    for entry in enumerate(items):
        queue.put_nowait(entry)
    outcomes: dict[int, Outcome[T, R]] = {}

    async def take_jobs() -> None:
        while not queue.empty():
            index, item = queue.get_nowait()
            try:
                async with asyncio.timeout(timeout_seconds):
                    outcomes[index] = Outcome(item, await work(item))
            except TimeoutError:
                outcomes[index] = Outcome(item, None, timed_out=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(take_jobs())
    return [outcomes[index] for index in sorted(outcomes)]
