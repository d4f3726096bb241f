from dataclasses import dataclass, field


@dataclass
class Room:
    name: str
    description: str
    exits: dict[str, str]
    things: set[str] = field(default_factory=set)
    # Direction -> the thing that opens the way.
    locks: dict[str, str] = field(default_factory=dict)


def create_world() -> dict[str, Room]:
    rooms = [
        Room(
            "hall",
            "A cold hall. Stairs lead north, a heavy door east.",
            {"north": "attic", "east": "garden"},
            locks={"east": "key"},
        ),
        Room("attic", "Dust, and a window too small to climb through.", {"south": "hall"}, {"key", "lamp"}),
        Room("garden", "Fresh air. You are free!", {}),
    ]
    return {room.name: room for room in rooms}
