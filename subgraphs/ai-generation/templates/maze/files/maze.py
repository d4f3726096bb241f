from collections import deque
from random import Random

Cell = tuple[int, int]
"""Pairs of neighbours without a wall between them, in both orders."""
Passages = set[tuple[Cell, Cell]]


def neighbours(cell: Cell) -> list[Cell]:
    x, y = cell
    return [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]


def carve(width: int, height: int, rng: Random) -> Passages:
    """A maze with exactly one way between any two cells."""
    passages: Passages = set()
    seen: set[Cell] = {(0, 0)}
    trail: list[Cell] = [(0, 0)]
    while trail:
        cell = trail[-1]
        unseen = [
            (x, y) for x, y in neighbours(cell) if 0 <= x < width and 0 <= y < height and (x, y) not in seen
        ]
        if not unseen:
            trail.pop()
            continue
        following = rng.choice(unseen)
        passages |= {(cell, following), (following, cell)}
        seen.add(following)
        trail.append(following)
    return passages


def find_way(passages: Passages, start: Cell, goal: Cell) -> list[Cell]:
    """The shortest way, both ends included."""
    came_from: dict[Cell, Cell | None] = {start: None}
    waiting = deque([start])
    while waiting and goal not in came_from:
        cell = waiting.popleft()
        for other in neighbours(cell):
            if (cell, other) in passages and other not in came_from:
                came_from[other] = cell
                waiting.append(other)
    way: list[Cell] = []
    step: Cell | None = goal
    while step is not None:
        way.append(step)
        step = came_from[step]
    return way[::-1]


def draw(width: int, height: int, passages: Passages, way: list[Cell]) -> str:
    rows = [["#"] * (2 * width + 1) for _ in range(2 * height + 1)]
    on_way = set(way)
    for x in range(width):
        for y in range(height):
            rows[2 * y + 1][2 * x + 1] = "." if (x, y) in on_way else " "
    steps = set(zip(way, way[1:])) | set(zip(way[1:], way))
    for (x, y), (other_x, other_y) in passages:
        rows[y + other_y + 1][x + other_x + 1] = "." if ((x, y), (other_x, other_y)) in steps else " "
    return "\n".join("".join(row) for row in rows)
