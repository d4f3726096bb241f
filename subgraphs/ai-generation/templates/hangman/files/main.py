import random
import sys
from pathlib import Path

from hangman import GALLOWS, Game


def main() -> None:
    words = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else None
    game = Game(random.Random(seed).choice(words))
    print("{{title}}")
    while not game.is_over:
        print(f"\n{GALLOWS[game.misses]}\n{game.shown}   missed: {' '.join(sorted(game.wrong)) or '-'}")
        try:
            letter = input("> ").strip().lower()
        except EOFError:
            break
        try:
            print("Yes!" if game.guess(letter) else "No.")
        except ValueError as error:
            print(error)
    print(f"\n{GALLOWS[game.misses]}")
    print(f"You win: {game.word}." if game.is_won else f"It was {game.word}.")


if __name__ == "__main__":
    main()
