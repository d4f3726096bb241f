import sqlite3

# Each entry brings the schema from version n to n + 1. Only ever append.
_MIGRATIONS = (
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL CHECK (text <> ''))",
    """CREATE TABLE tag (
        note_id INTEGER NOT NULL REFERENCES note ON DELETE CASCADE,
        name TEXT NOT NULL,
        PRIMARY KEY (note_id, name)
    ) WITHOUT ROWID""",
)


def open_database(path: str) -> sqlite3.Connection:
    """A connection to a database whose schema is up to date."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    version = schema_version(connection)
    for number, statement in enumerate(_MIGRATIONS[version:], start=version + 1):
        with connection:
            connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    return connection


def schema_version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
