import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

KINDS = {
    "images": ".jpg .jpeg .png .gif .webp .heic .svg",
    "documents": ".pdf .txt .md .doc .docx .odt .rtf",
    "tables": ".csv .xls .xlsx .ods",
    "music": ".mp3 .flac .ogg .wav .m4a",
    "videos": ".mp4 .mov .mkv .avi .webm",
    "archives": ".zip .tar .gz .7z .rar",
}
KIND_BY_SUFFIX = {suffix: kind for kind, suffixes in KINDS.items() for suffix in suffixes.split()}
CHUNK_BYTES = 1 << 20

Move = tuple[Path, Path]


def plan_moves(folder: Path) -> list[Move]:
    """Where each file of the folder goes: kind/year-month/name. Files in subfolders stay."""
    moves: list[Move] = []
    taken: set[Path] = set()
    for source in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        kind = KIND_BY_SUFFIX.get(source.suffix.lower(), "other")
        month = datetime.fromtimestamp(source.stat().st_mtime).strftime("%Y-%m")
        target = free_name(folder / kind / month / source.name, taken)
        taken.add(target)
        moves.append((source, target))
    return moves


def free_name(wanted: Path, taken: set[Path]) -> Path:
    target, number = wanted, 1
    while target in taken or target.exists():
        number += 1
        target = wanted.with_stem(f"{wanted.stem} ({number})")
    return target


def move_all(moves: Iterable[Move]) -> int:
    count = 0
    for source, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        count += 1
    return count


def find_duplicates(folder: Path) -> list[list[Path]]:
    """Groups of files with the same content, the shortest name first. Only files of the same size are read."""
    by_size: defaultdict[int, list[Path]] = defaultdict(list)
    for path in folder.iterdir():
        if path.is_file():
            by_size[path.stat().st_size].append(path)
    by_hash: defaultdict[str, list[Path]] = defaultdict(list)
    for same_size in by_size.values():
        if len(same_size) > 1:
            for path in same_size:
                by_hash[hash_of(path)].append(path)
    return [sorted(group, key=lambda path: (len(path.name), path.name)) for group in by_hash.values() if len(group) > 1]


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
