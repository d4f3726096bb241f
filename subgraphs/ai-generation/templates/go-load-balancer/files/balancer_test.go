package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func startBackend(t *testing.T, name string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, name) }))
	t.Cleanup(server.Close)
	return server
}

func ask(b *balancer) (int, string) {
	answer := httptest.NewRecorder()
	b.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	return answer.Code, answer.Body.String()
}

func TestBackendsTakeTurnsAndDeadOnesAreLeftOut(t *testing.T) {
	one, two := startBackend(t, "one"), startBackend(t, "two")
	b, err := newBalancer([]string{one.URL, two.URL})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for range 10 {
		_, name := ask(b)
		counts[name]++
	}
	if counts["one"] != 5 || counts["two"] != 5 {
		t.Fatalf("got %v", counts)
	}

	two.Close()
	failures := 0
	for range 10 {
		if status, _ := ask(b); status != http.StatusOK {
			failures++
		}
	}
	if failures > 1 {
		t.Fatalf("%d requests failed", failures)
	}
	one.Close()
	ask(b)
	if status, _ := ask(b); status != http.StatusServiceUnavailable {
		t.Fatalf("got %d", status)
	}
	if b.isAlive(context.Background(), b.backends[0]) {
		t.Fatal("a closed backend is alive")
	}
}

func TestWrongAddressesAreRefused(t *testing.T) {
	for _, addresses := range [][]string{nil, {"nothing"}, {"http://"}} {
		if _, err := newBalancer(addresses); err == nil {
			t.Errorf("%v was taken", addresses)
		}
	}
}
