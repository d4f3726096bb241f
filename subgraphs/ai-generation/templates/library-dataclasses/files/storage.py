import json
from dataclasses import asdict
from datetime import date

from models import Book, Library, Loan


def to_json(library: Library) -> str:
    return json.dumps(asdict(library), default=str, indent=2)


def from_json(text: str) -> Library:
    stored = json.loads(text)
    library = Library(books={isbn: Book(**book) for isbn, book in stored["books"].items()})
    for loan in stored["loans"]:
        returned_on = loan["returned_on"] and date.fromisoformat(loan["returned_on"])
        book = library.books[loan["book"]["isbn"]]
        library.loans.append(Loan(book, loan["member"], date.fromisoformat(loan["lent_on"]), returned_on))
    return library
