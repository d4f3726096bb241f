package main

import (
	"sort"
	"sync"
)

type contact struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// store holds contacts in memory. It is safe for concurrent use.
type store struct {
	mu       sync.RWMutex
	lastID   int
	contacts map[int]contact
}

func newStore() *store {
	return &store{contacts: map[int]contact{}}
}

func (s *store) list() []contact {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]contact, 0, len(s.contacts))
	for _, c := range s.contacts {
		all = append(all, c)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

func (s *store) get(id int) (contact, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.contacts[id]
	return c, ok
}

func (s *store) add(c contact) contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	c.ID = s.lastID
	s.contacts[c.ID] = c
	return c
}

func (s *store) replace(c contact) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.contacts[c.ID]; !ok {
		return false
	}
	s.contacts[c.ID] = c
	return true
}

func (s *store) remove(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.contacts[id]
	delete(s.contacts, id)
	return ok
}
