import sys
from pathlib import Path

from report import summarize, to_table

path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("sales.csv")

print("{{title}}")
with path.open(newline="", encoding="utf-8") as file:
    print(to_table(summarize(file, group="region", amount="amount")))
