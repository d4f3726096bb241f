import sys
from contextlib import closing

from database import open_database, schema_version
from notes import add_note, find_notes


def show(connection, tag: str) -> None:
    found = find_notes(connection, tag)
    print(f"{len(found)} notes about {tag}")
    for note in found:
        print(f"  {note['id']}  {note['text']:<24}{note['tags']}")


def main() -> int:
    match sys.argv[1:]:
        case []:
            print("{{title}}")
            with closing(open_database(":memory:")) as connection:
                add_note(connection, "Buy tea and milk", ["tea", "shop"])
                add_note(connection, "How to brew", ["tea"])
                add_note(connection, "Fix the bike", ["home"])
                show(connection, "tea")
                print(f"schema version {schema_version(connection)}")
        case [path, "add", text, *tags]:
            with closing(open_database(path)) as connection:
                print(f"Added {add_note(connection, text, tags)}")
        case [path, "find", tag]:
            with closing(open_database(path)) as connection:
                show(connection, tag)
        case _:
            print("Usage: main.py [FILE add TEXT [TAG ...] | FILE find TAG]", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
