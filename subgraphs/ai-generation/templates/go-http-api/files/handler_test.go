package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestContacts(t *testing.T) {
	handler := newHandler(newStore())
	for _, step := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/contacts", "", http.StatusOK, "[]"},
		{"POST", "/contacts", `{"name":" Ann ","email":"ann@example.com"}`, http.StatusCreated, `"name":"Ann"`},
		{"POST", "/contacts", `{"name":"Bob"}`, http.StatusBadRequest, "email"},
		{"POST", "/contacts", `nothing`, http.StatusBadRequest, "expected JSON"},
		{"GET", "/contacts/1", "", http.StatusOK, "ann@example.com"},
		{"GET", "/contacts/one", "", http.StatusNotFound, "no contact"},
		{"DELETE", "/contacts/1", "", http.StatusNoContent, ""},
		{"DELETE", "/contacts/1", "", http.StatusNotFound, "no contact"},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(step.method, step.path, strings.NewReader(step.body)))
		if answer.Code != step.status || !strings.Contains(answer.Body.String(), step.contains) {
			t.Errorf("%s %s: %d %s; expected %d with %q", step.method, step.path, answer.Code, answer.Body, step.status, step.contains)
		}
	}
}
