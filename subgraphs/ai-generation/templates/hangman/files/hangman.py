from dataclasses import dataclass, field

GALLOWS = (
    "\n\n\n=====",
    "  |\n  |\n  |\n=====",
    "  +--+\n  |\n  |\n=====",
    "  +--+\n  |  O\n  |\n=====",
    "  +--+\n  |  O\n  |  |\n=====",
    "  +--+\n  | \\O/\n  |  |\n=====",
    "  +--+\n  | \\O/\n  | /|\\\n=====",
)


@dataclass
class Game:
    word: str
    right: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)

    @property
    def misses(self) -> int:
        return len(self.wrong)

    @property
    def shown(self) -> str:
        return " ".join(letter if letter in self.right else "_" for letter in self.word)

    @property
    def is_won(self) -> bool:
        return set(self.word) <= self.right

    @property
    def is_over(self) -> bool:
        return self.is_won or self.misses == len(GALLOWS) - 1

    def guess(self, letter: str) -> bool:
        """Whether the word has the letter. Raises ValueError for what is no guess, which costs nothing."""
        if len(letter) != 1 or not letter.isalpha():
            raise ValueError("Type one letter.")
        if letter in self.right | self.wrong:
            raise ValueError(f"You had {letter} already.")
        (self.right if letter in self.word else self.wrong).add(letter)
        return letter in self.word
