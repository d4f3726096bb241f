from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

LOAN_PERIOD = timedelta(days=14)
FINE_PER_DAY = Decimal("0.50")


@dataclass(frozen=True, slots=True)
class Book:
    isbn: str
    title: str
    author: str


@dataclass(slots=True)
class Loan:
    book: Book
    member: str
    lent_on: date
    returned_on: date | None = None

    @property
    def due_on(self) -> date:
        return self.lent_on + LOAN_PERIOD

    def fine(self, today: date) -> Decimal:
        days_late = ((self.returned_on or today) - self.due_on).days
        return max(days_late, 0) * FINE_PER_DAY


class LendingError(Exception):
    """A loan or return that the rules do not allow."""


@dataclass(slots=True)
class Library:
    books: dict[str, Book] = field(default_factory=dict)
    loans: list[Loan] = field(default_factory=list)

    def add(self, book: Book) -> None:
        self.books[book.isbn] = book

    def lend(self, isbn: str, member: str, today: date) -> Loan:
        book = self.books[isbn]
        if self._find_open(isbn):
            raise LendingError(f"{book.title} is on loan")
        loan = Loan(book, member, today)
        self.loans.append(loan)
        return loan

    def take_back(self, isbn: str, today: date) -> Loan:
        loan = self._find_open(isbn)
        if loan is None:
            raise LendingError(f"{self.books[isbn].title} is not on loan")
        loan.returned_on = today
        return loan

    def _find_open(self, isbn: str) -> Loan | None:
        return next((loan for loan in self.loans if loan.book.isbn == isbn and loan.returned_on is None), None)
