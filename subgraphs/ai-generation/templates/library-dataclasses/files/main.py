from datetime import date

from models import Book, LendingError, Library
from storage import from_json, to_json


def main() -> None:
    print("{{title}}")
    library = Library()
    library.add(Book("9780441013593", "Dune", "Frank Herbert"))
    library.add(Book("9780141439518", "Pride and Prejudice", "Jane Austen"))

    loan = library.lend("9780441013593", "Ann", today=date(2026, 3, 1))
    print(f"{loan.member} has borrowed {loan.book.title} until {loan.due_on}")
    try:
        library.lend("9780441013593", "Bob", today=date(2026, 3, 2))
    except LendingError as error:
        print(error)

    loan = library.take_back("9780441013593", today=date(2026, 3, 18))
    print(f"{loan.member} has brought it back, fine: {loan.fine(date(2026, 3, 18))}")

    stored = to_json(library)
    assert from_json(stored) == library
    print(stored)


if __name__ == "__main__":
    main()
