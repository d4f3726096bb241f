package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
)

// entry is one change. A nil value deletes.
type entry struct {
	Key   string  `json:"k"`
	Value *string `json:"v,omitempty"`
}

// Store keeps all values in memory, and every change in a log. It is safe for concurrent use.
type Store struct {
	mu     sync.RWMutex
	path   string
	file   *os.File
	values map[string]string
}

// Open reads the log at a path, or makes it. With an empty path nothing is kept.
func Open(path string) (*Store, error) {
	s := &Store{path: path, values: map[string]string{}}
	if path == "" {
		return s, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s.file = file
	whole, err := s.replay(file)
	if err == nil {
		// What a crash left behind the last whole line would spoil the next one.
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

// replay applies all whole lines and returns where they end.
func (s *Store) replay(log io.Reader) (int64, error) {
	reader := bufio.NewReader(log)
	var end int64
	for {
		line, err := reader.ReadString('\n')
		if err == io.EOF {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		change, ok := decode(line)
		if !ok {
			return end, nil
		}
		s.apply(change)
		end += int64(len(line))
	}
}

func encode(change entry) (string, error) {
	body, err := json.Marshal(change)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%08x %s\n", crc32.ChecksumIEEE(body), body), nil
}

func decode(line string) (change entry, ok bool) {
	sum, body, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	if !found || sum != fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) {
		return change, false
	}
	return change, json.Unmarshal([]byte(body), &change) == nil
}

func (s *Store) apply(change entry) {
	if change.Value == nil {
		delete(s.values, change.Key)
	} else {
		s.values[change.Key] = *change.Value
	}
}

// write appends a change, and applies it only once it is on the disk.
func (s *Store) write(change entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		line, err := encode(change)
		if err != nil {
			return err
		}
		if _, err := s.file.WriteString(line); err != nil {
			return err
		}
		if err := s.file.Sync(); err != nil {
			return err
		}
	}
	s.apply(change)
	return nil
}

func (s *Store) Set(key, value string) error { return s.write(entry{Key: key, Value: &value}) }

func (s *Store) Delete(key string) error { return s.write(entry{Key: key}) }

func (s *Store) Get(key string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	value, ok := s.values[key]
	return value, ok
}

// Keys are sorted.
func (s *Store) Keys() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sortedKeys()
}

func (s *Store) sortedKeys() []string {
	keys := make([]string, 0, len(s.values))
	for key := range s.values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Compact writes a new log without what was replaced or deleted, and puts it in the place of the old one at once.
func (s *Store) Compact() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	next, err := os.OpenFile(s.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, key := range s.sortedKeys() {
		value := s.values[key]
		line, err := encode(entry{Key: key, Value: &value})
		if err == nil {
			_, err = next.WriteString(line)
		}
		if err != nil {
			next.Close()
			return err
		}
	}
	if err := next.Sync(); err != nil {
		next.Close()
		return err
	}
	if err := os.Rename(s.path+".new", s.path); err != nil {
		next.Close()
		return err
	}
	s.file.Close()
	s.file = next
	return nil
}

func (s *Store) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
