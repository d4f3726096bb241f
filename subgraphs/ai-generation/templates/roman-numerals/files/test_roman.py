import unittest

from roman import from_roman, to_roman


class RomanNumeralsTest(unittest.TestCase):
    def test_knows_examples(self):
        for number, numeral in {1: "I", 4: "IV", 40: "XL", 1994: "MCMXCIV", 3999: "MMMCMXCIX"}.items():
            with self.subTest(number=number):
                self.assertEqual(to_roman(number), numeral)

    def test_goes_there_and_back(self):
        for number in range(1, 4000):
            self.assertEqual(from_roman(to_roman(number)), number)

    def test_refuses_numbers_without_a_numeral(self):
        for number in (0, -1, 4000):
            with self.subTest(number=number), self.assertRaises(ValueError):
                to_roman(number)

    def test_refuses_unusual_forms(self):
        for numeral in ("", "IIII", "VX", "IM", "hello"):
            with self.subTest(numeral=numeral), self.assertRaises(ValueError):
                from_roman(numeral)


if __name__ == "__main__":
    unittest.main()
