import sqlite3
from collections.abc import Iterable


def add_note(connection: sqlite3.Connection, text: str, tags: Iterable[str] = ()) -> int:
    """The id of the new note. Note and tags come in together, or not at all."""
    with connection:
        note_id = connection.execute("INSERT INTO note (text) VALUES (?)", (text,)).lastrowid
        connection.executemany("INSERT INTO tag VALUES (?, ?)", ((note_id, tag) for tag in set(tags)))
    return note_id


def find_notes(connection: sqlite3.Connection, tag: str) -> list[sqlite3.Row]:
    return connection.execute(
        """SELECT note.id, note.text, group_concat('#' || every.name, ' ') AS tags
             FROM note JOIN tag ON tag.note_id = note.id JOIN tag AS every ON every.note_id = note.id
            WHERE tag.name = ? GROUP BY note.id ORDER BY note.id""",
        (tag,),
    ).fetchall()
