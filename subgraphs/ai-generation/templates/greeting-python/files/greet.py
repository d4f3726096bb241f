def greet(name: str, greeting: str = "{{greeting}}", *, shout: bool = False) -> str:
    """One line that greets ``name``."""
    line = f"{greeting}, {name}!"
    return line.upper() if shout else line
