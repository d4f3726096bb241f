import random
import sys

from maze import carve, draw, find_way


def main() -> None:
    try:
        width, height, seed = ([int(text) for text in sys.argv[1:4]] + [20, 10, None][len(sys.argv) - 1 :])[:3]
        if width < 1 or height < 1:
            raise ValueError("width and height have to be 1 or more")
    except ValueError as error:
        sys.exit(f"usage: main.py [width] [height] [number]: {error}")
    print("{{title}}")
    open_walls = carve(width, height, random.Random(seed))
    way = find_way(open_walls, (0, 0), (width - 1, height - 1))
    print(draw(width, height, open_walls, way))
    print(f"The way out has {len(way) - 1} steps.")


if __name__ == "__main__":
    main()
