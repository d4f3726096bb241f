import json
import random
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase


@dataclass(frozen=True)
class Question:
    text: str
    choices: tuple[str, ...]
    answer: str

    @property
    def letters(self) -> str:
        return ascii_lowercase[: len(self.choices)]

    def is_right(self, letter: str) -> bool:
        return self.choices[self.letters.index(letter)] == self.answer


def load_questions(path: Path, seed: int | None = None) -> list[Question]:
    """Questions with shuffled choices; the same seed shuffles them in the same way."""
    shuffler = random.Random(seed)
    questions = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        choices = entry["choices"]
        shuffled = shuffler.sample(choices, len(choices))
        questions.append(Question(entry["text"], tuple(shuffled), answer=choices[0]))
    return questions
