import sys
from datetime import datetime

from greet import greet

name = sys.argv[1] if len(sys.argv) > 1 else "world"
print("Greeting in Python")
print(greet(name, datetime.now().hour))
