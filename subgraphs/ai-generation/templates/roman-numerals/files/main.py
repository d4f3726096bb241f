import sys
import unittest

from roman import from_roman, to_roman


def main() -> int:
    print("{{title}}")
    if len(sys.argv) == 1:
        tests = unittest.defaultTestLoader.loadTestsFromName("test_roman")
        return 0 if unittest.TextTestRunner(sys.stdout, verbosity=2).run(tests).wasSuccessful() else 1
    for argument in sys.argv[1:]:
        try:
            result = to_roman(int(argument)) if argument.isdecimal() else from_roman(argument)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{argument} = {result}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
