package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	jobs, workers := argument(1, 10), argument(2, 4)
	fmt.Printf("%s: %d jobs, %d workers\n", "{{title}}", jobs, workers)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	inputs := make([]int, jobs)
	for i := range inputs {
		inputs[i] = i + 1
	}
	results, err := Map(ctx, workers, inputs, factorial)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i, result := range results {
		fmt.Printf("%4d %12d\n", inputs[i], result)
	}

	_, err = Map(ctx, workers, inputs, func(ctx context.Context, n int) (int, error) {
		if n == 5 {
			return 0, errors.New("job 5 does not like its number")
		}
		return factorial(ctx, n)
	})
	if err != nil {
		fmt.Println("stopped:", err)
	}
}

func factorial(ctx context.Context, n int) (int, error) {
	result := 1
	for i := 2; i <= n; i++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		result *= i
	}
	return result, nil
}

// argument is the positive number at a place of the command line, or a default.
func argument(place, otherwise int) int {
	if len(os.Args) <= place {
		return otherwise
	}
	n, err := strconv.Atoi(os.Args[place])
	if err != nil || n < 1 || n > 20 {
		fmt.Fprintf(os.Stderr, "%q is no number from 1 to 20\n", os.Args[place])
		os.Exit(2)
	}
	return n
}
