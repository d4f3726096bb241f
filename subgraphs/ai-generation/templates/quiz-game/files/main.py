import sys
from pathlib import Path

from quiz import Question, load_questions


def ask(question: Question) -> bool | None:
    """Whether the answer is right; None when there is no more input."""
    print(f"\n{question.text}")
    for letter, choice in zip(question.letters, question.choices):
        print(f"  {letter}) {choice}")
    while True:
        try:
            letter = input("> ").strip().lower()
        except EOFError:
            return None
        if len(letter) == 1 and letter in question.letters:
            return question.is_right(letter)
        print(f"Please answer with {', '.join(question.letters[:-1])} or {question.letters[-1]}.")


def main() -> None:
    print("{{title}}")
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else None
    questions = load_questions(Path(__file__).with_name("questions.json"), seed=seed)
    score = 0
    for question in questions:
        right = ask(question)
        if right is None:
            print()
            break
        print("Right!" if right else f"No, it is {question.answer}.")
        score += right
    print(f"\nYou have {score} of {len(questions)} right.")


if __name__ == "__main__":
    main()
