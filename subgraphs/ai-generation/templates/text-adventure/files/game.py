from world import create_world

DIRECTIONS = ("north", "south", "east", "west")


class Game:
    """Takes one command after the other; ``finished`` once the garden is reached or the player quits."""

    def __init__(self) -> None:
        self._rooms = create_world()
        self._room = self._rooms["hall"]
        self._carried: set[str] = set()
        self.finished = False

    def look(self) -> str:
        things = f" You see: {', '.join(sorted(self._room.things))}." if self._room.things else ""
        return self._room.description + things

    def play(self, command: str) -> str:
        match command.lower().split():
            case []:
                return "Say something."
            case ["look"]:
                return self.look()
            case ["inventory"]:
                return f"You carry: {', '.join(sorted(self._carried)) or 'nothing'}."
            case ["quit"]:
                self.finished = True
                return "Goodbye."
            case ["take", thing]:
                return self._take(thing)
            case [direction] | ["go", direction] if direction in DIRECTIONS:
                return self._go(direction)
            case _:
                return f"I do not understand '{command}'."

    def _take(self, thing: str) -> str:
        if thing not in self._room.things:
            return f"There is no {thing} here."
        self._room.things.remove(thing)
        self._carried.add(thing)
        return f"You take the {thing}."

    def _go(self, direction: str) -> str:
        if direction not in self._room.exits:
            return "There is no way."
        opener = self._room.locks.get(direction)
        if opener and opener not in self._carried:
            return "The door is locked."
        self._room = self._rooms[self._room.exits[direction]]
        self.finished = not self._room.exits
        return f"{'You unlock the door. ' if opener else ''}{self.look()}"
