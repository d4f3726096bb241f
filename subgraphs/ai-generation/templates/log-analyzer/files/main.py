import sys
from pathlib import Path

from access_log import parse
from report import to_report

path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("access.log")

print("{{title}}")
with path.open(encoding="utf-8") as file:
    parsed = list(parse(file))
requests = [request for request in parsed if request is not None]
print(to_report(requests, skipped=len(parsed) - len(requests)))
