package main

import (
	"context"
	"sync"
)

// Map calls work for each input, at most workers at once, and returns the results in the order of the inputs. The first error
// stops what has not begun and cancels what has; it is what Map returns.
func Map[In, Out any](ctx context.Context, workers int, inputs []In, work func(context.Context, In) (Out, error)) ([]Out, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]Out, len(inputs))
	next := make(chan int)
	var running sync.WaitGroup
	for range min(workers, len(inputs)) {
		running.Add(1)
		go func() {
			defer running.Done()
			for i := range next {
				result, err := work(ctx, inputs[i])
				if err != nil {
					cancel(err)
					return
				}
				results[i] = result
			}
		}()
	}
	for i := range inputs {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	running.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return results, nil
}
