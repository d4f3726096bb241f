package main

import (
	"os"
	"path/filepath"
	"testing"
)

func open(t *testing.T, path string) *Store {
	store, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestValuesAreThereAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.log")
	store := open(t, path)
	for _, value := range []string{"1", "2", "three\nlines"} {
		if err := store.Set("a", value); err != nil {
			t.Fatal(err)
		}
	}
	_ = store.Set("b", "gone")
	_ = store.Delete("b")
	// A crash in the middle of a line.
	file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	_, _ = file.WriteString("0badc0de {\"k\":\"a")
	file.Close()

	again := open(t, path)
	if value, _ := again.Get("a"); value != "three\nlines" {
		t.Fatalf("got %q", value)
	}
	if _, ok := again.Get("b"); ok {
		t.Fatal("b is back")
	}
	if err := again.Set("c", "after"); err != nil {
		t.Fatal(err)
	}
	if value, _ := open(t, path).Get("c"); value != "after" {
		t.Fatalf("got %q", value)
	}
}

func TestCompactKeepsWhatCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.log")
	store := open(t, path)
	for range 100 {
		_ = store.Set("a", "value")
	}
	before, _ := os.Stat(path)
	if err := store.Compact(); err != nil {
		t.Fatal(err)
	}
	after, _ := os.Stat(path)
	if after.Size()*50 > before.Size() {
		t.Fatalf("%d bytes became %d", before.Size(), after.Size())
	}
	_ = store.Set("b", "later")
	if keys := open(t, path).Keys(); len(keys) != 2 {
		t.Fatalf("got %v", keys)
	}
}
