package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

type backend struct {
	address *url.URL
	proxy   *httputil.ReverseProxy
	alive   atomic.Bool
}

type balancer struct {
	backends []*backend
	turn     atomic.Uint64
	client   *http.Client
}

func newBalancer(addresses []string) (*balancer, error) {
	if len(addresses) == 0 {
		return nil, errors.New("expected at least one backend, such as http://127.0.0.1:9001")
	}
	b := &balancer{client: &http.Client{Timeout: time.Second}}
	for _, text := range addresses {
		address, err := url.Parse(text)
		if err != nil || address.Host == "" {
			return nil, fmt.Errorf("%q is no URL of a backend", text)
		}
		each := &backend{address: address, proxy: httputil.NewSingleHostReverseProxy(address)}
		each.alive.Store(true)
		each.proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
			// A client that went away says nothing about the backend.
			if !errors.Is(err, context.Canceled) {
				each.alive.Store(false)
			}
			http.Error(w, "the backend does not answer", http.StatusBadGateway)
		}
		b.backends = append(b.backends, each)
	}
	return b, nil
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/_status" {
		b.writeStatus(w)
		return
	}
	chosen := b.choose()
	if chosen == nil {
		http.Error(w, "no backend is alive", http.StatusServiceUnavailable)
		return
	}
	chosen.proxy.ServeHTTP(w, r)
}

// choose takes the next backend that is alive; nil if there is none.
func (b *balancer) choose() *backend {
	first := b.turn.Add(1)
	for i := range uint64(len(b.backends)) {
		if each := b.backends[(first+i)%uint64(len(b.backends))]; each.alive.Load() {
			return each
		}
	}
	return nil
}

// watch asks all backends again and again, until the context ends.
func (b *balancer) watch(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			for _, each := range b.backends {
				each.alive.Store(b.isAlive(ctx, each))
			}
		}
	}
}

func (b *balancer) isAlive(ctx context.Context, each *backend) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, each.address.String(), nil)
	if err != nil {
		return false
	}
	response, err := b.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode < http.StatusInternalServerError
}

func (b *balancer) writeStatus(w http.ResponseWriter) {
	status := make([]map[string]any, 0, len(b.backends))
	for _, each := range b.backends {
		status = append(status, map[string]any{"address": each.address.String(), "alive": each.alive.Load()})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(status)
}
