import argparse

from greet import greet


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="main.py", description="{{title}}")
    parser.add_argument("name", nargs="?", default="{{name}}", help="who to greet (default: %(default)s)")
    parser.add_argument("--shout", action="store_true", help="in capitals")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="how often (default: 1)")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    for _ in range(arguments.times):
        print(greet(arguments.name, shout=arguments.shout))


if __name__ == "__main__":
    main()
