_VALUES = {
    "M": 1000, "CM": 900, "D": 500, "CD": 400, "C": 100, "XC": 90,
    "L": 50, "XL": 40, "X": 10, "IX": 9, "V": 5, "IV": 4, "I": 1,
}


def to_roman(number: int) -> str:
    """The numeral of a number from 1 to 3999."""
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} has no Roman numeral: expected 1 to 3999")
    numeral = ""
    for letters, value in _VALUES.items():
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


def from_roman(numeral: str) -> int:
    """The number of a numeral in its usual form, in any case."""
    rest, number = numeral.upper(), 0
    for letters, value in _VALUES.items():
        while rest.startswith(letters):
            rest, number = rest[len(letters) :], number + value
    if rest or not number or to_roman(number) != numeral.upper():
        raise ValueError(f"'{numeral}' is no Roman numeral")
    return number
