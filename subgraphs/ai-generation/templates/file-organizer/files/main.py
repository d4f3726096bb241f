import argparse
import tempfile
from pathlib import Path

from organizer import find_duplicates, move_all, plan_moves


def organize(folder: Path, move: bool) -> None:
    moves = plan_moves(folder)
    for source, target in moves:
        print(f"{source.name:<20} -> {target.relative_to(folder).as_posix()}")
    for original, *copies in find_duplicates(folder):
        for copy in copies:
            print(f"{copy.name} is a duplicate of {original.name}")
    if move:
        print(f"moved {move_all(moves)}")
    elif moves:
        print("Nothing was moved yet: add --move.")


def main() -> None:
    parser = argparse.ArgumentParser(description="{{title}}")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--move", action="store_true", help="move the files instead of only showing it")
    args = parser.parse_args()
    print("{{title}}")
    if args.folder:
        if not args.folder.is_dir():
            parser.error(f"{args.folder} is no folder")
        organize(args.folder, args.move)
        return
    with tempfile.TemporaryDirectory() as name:
        for file, content in {"photo.JPG": "jpeg", "notes.txt": "hello", "notes - copy.txt": "hello"}.items():
            Path(name, file).write_text(content, encoding="utf-8")
        organize(Path(name), move=True)


if __name__ == "__main__":
    main()
