import sys
from pathlib import Path

from bayes import NaiveBayes


def read_messages(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    messages = [tuple(line.split("\t", 1)) for line in lines if line.strip()]
    for number, message in enumerate(messages, start=1):
        if len(message) != 2:
            raise ValueError(f"{path.name}, line {number}: expected a label, a tab and a text")
    return messages


def main() -> None:
    print("{{title}}")
    messages = read_messages(Path(__file__).with_name("messages.tsv"))
    held_out = messages[::5]
    trained = NaiveBayes()
    for index, (label, text) in enumerate(messages):
        if index % 5:
            trained.learn(label, text)
    right = sum(trained.classify(text)[0] == label for label, text in held_out)
    print(f"right for {right} of {len(held_out)} messages that it had not seen")
    for line in sys.stdin:
        if text := line.strip():
            label, probability = trained.classify(text)
            print(f"{label:<6}{probability * 100:>4.0f} %  {text}")


if __name__ == "__main__":
    main()
