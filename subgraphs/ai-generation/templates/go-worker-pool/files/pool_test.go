package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestMapKeepsTheOrder(t *testing.T) {
	results, err := Map(context.Background(), 3, []int{3, 1, 2}, func(_ context.Context, n int) (int, error) { return n * n, nil })
	if err != nil || len(results) != 3 || results[0] != 9 || results[1] != 1 || results[2] != 4 {
		t.Fatalf("got %v, %v", results, err)
	}
}

func TestMapStopsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	var calls atomic.Int32
	_, err := Map(context.Background(), 2, make([]int, 1_000), func(context.Context, int) (int, error) {
		calls.Add(1)
		return 0, broken
	})
	if !errors.Is(err, broken) || calls.Load() > 2 {
		t.Fatalf("got %v after %d calls", err, calls.Load())
	}
}

func TestMapStopsWhenItIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Map(ctx, 2, []int{1}, func(ctx context.Context, n int) (int, error) { return n, ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestMapOfNothing(t *testing.T) {
	results, err := Map(context.Background(), 2, nil, func(_ context.Context, n int) (int, error) { return n, nil })
	if err != nil || len(results) != 0 {
		t.Fatalf("got %v, %v", results, err)
	}
}
