package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

const maxBodyBytes = 1 << 16

func newHandler(contacts *store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /contacts", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, contacts.list())
	})
	mux.HandleFunc("POST /contacts", func(w http.ResponseWriter, r *http.Request) {
		if contact, ok := readContact(w, r); ok {
			writeJSON(w, http.StatusCreated, contacts.add(contact))
		}
	})
	mux.HandleFunc("GET /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		contact, ok := contacts.get(idOf(r))
		writeFound(w, contact, ok)
	})
	mux.HandleFunc("PUT /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		if contact, ok := readContact(w, r); ok {
			contact.ID = idOf(r)
			writeFound(w, contact, contacts.replace(contact))
		}
	})
	mux.HandleFunc("DELETE /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		if !contacts.remove(idOf(r)) {
			writeError(w, http.StatusNotFound, "there is no contact of this id")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// readContact answers the request itself where the body is no contact.
func readContact(w http.ResponseWriter, r *http.Request) (contact, bool) {
	var c contact
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes)).Decode(&c); err != nil {
		writeError(w, http.StatusBadRequest, "expected JSON: "+err.Error())
		return c, false
	}
	c.Name = strings.TrimSpace(c.Name)
	if c.Name == "" {
		writeError(w, http.StatusBadRequest, "name: expected a name")
		return c, false
	}
	if !strings.Contains(c.Email, "@") {
		writeError(w, http.StatusBadRequest, "email: expected an address such as ann@example.com")
		return c, false
	}
	return c, true
}

// idOf is 0, which no contact has, where the path holds no number.
func idOf(r *http.Request) int {
	id, _ := strconv.Atoi(r.PathValue("id"))
	return id
}

func writeFound(w http.ResponseWriter, c contact, found bool) {
	if !found {
		writeError(w, http.StatusNotFound, "there is no contact of this id")
		return
	}
	writeJSON(w, http.StatusOK, c)
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
