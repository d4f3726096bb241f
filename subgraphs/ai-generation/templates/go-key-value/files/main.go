package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	path := ""
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	store, err := Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer store.Close()
	fmt.Println("{{title}}")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if answer := run(store, lines.Text()); answer != "" {
			fmt.Println(answer)
		}
	}
}

func run(store *Store, line string) string {
	command, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	key, value, hasValue := strings.Cut(rest, " ")
	var err error
	switch {
	case command == "":
		return ""
	case command == "set" && hasValue:
		err = store.Set(key, value)
	case command == "get" && key != "":
		if value, ok := store.Get(key); ok {
			return value
		}
		return "(none)"
	case command == "del" && key != "":
		err = store.Delete(key)
	case command == "keys":
		return strings.Join(store.Keys(), " ")
	case command == "compact":
		err = store.Compact()
	default:
		return "expected set KEY VALUE, get KEY, del KEY, keys or compact"
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return "ok"
}
