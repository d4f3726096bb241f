package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	addresses := os.Args[1:]
	if len(addresses) == 0 {
		for number := 1; number <= 2; number++ {
			backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, "backend %d got %s\n", number, r.URL.Path)
			}))
			defer backend.Close()
			addresses = append(addresses, backend.URL)
		}
	}
	balancer, err := newBalancer(addresses)
	if err != nil {
		log.Fatal(err)
	}
	go balancer.watch(stop, 2*time.Second)

	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: balancer, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-stop.Done()
		_ = server.Close()
	}()
	fmt.Printf("%s: http://localhost:%d\n", "{{title}}", listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
