def greet(name: str, hour: int) -> str:
    """A greeting that fits the hour, 0 to 23."""
    if hour < 12:
        return f"Good morning, {name}!"
    if hour < 18:
        return f"Good afternoon, {name}!"
    return f"Good evening, {name}!"
