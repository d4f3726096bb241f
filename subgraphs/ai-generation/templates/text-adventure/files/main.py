from game import Game


def main() -> None:
    game = Game()
    print("{{title}}\n")
    print(game.look())
    while not game.finished:
        try:
            command = input("> ")
        except EOFError:
            break
        print(game.play(command))


if __name__ == "__main__":
    main()
