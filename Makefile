# "make" alone lists the targets.
SHELL := /bin/bash
export PATH := $(CURDIR)/.maille/go/bin:$(PATH)
VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo devel)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: help demo test conformance bench check fuzz db clean tools tools-test bin/maille

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: bin/maille ## install what is missing, then start, ingest, publish and serve the sample of Essonne
	exec bin/maille up

test: tools-test ## every test, with the race detector where it is no burden, on a real PostGIS
	go test -race -timeout 15m ./...
	go test -run "$$(.ci/unraced tests)" $$(.ci/unraced packages)

conformance: tools-test ## OGC's abstract tests, of the sample or of the service at MAILLE_CONFORMANCE_URL
	go test -count 1 -v -run '^TestConformance$$' ./internal/serve

bench: tools-test ## benchmarks, each as a ratio to the machine's own limit in the same run
	go test -timeout 90m -run '^$$' -bench . -benchtime 1x ./internal/balance ./internal/indicator ./internal/source ./internal/tile ./internal/store ./internal/pipeline ./internal/serve ./cmd/maille

check: tools ## format, vet, staticcheck, and every descriptor, schema and SQL file
	@test -z "$$(gofmt -l cmd internal datasets schemas migrations)" || { gofmt -l cmd internal datasets schemas migrations; echo "run gofmt -w on these"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run ./cmd/maille check

fuzz: tools ## look for a panic in what reads strangers' bytes, 20 s for each target
	@set -e; for package in $$(go list ./internal/...); do for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
		echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime 20s $$package; done; done

db: bin/maille ## run the private database alone and say how to reach it
	exec bin/maille db

clean: ## forget the built program, the private database and its files
	@home=$$(cat .maille/pg/place 2>/dev/null || echo .maille/pg); \
	if [ -e "$$home/users" ] && ! flock -n "$$home/users" true; then echo "maille is running on .maille: stop it first"; exit 1; fi; \
	if [ -e "$$home/data/postmaster.pid" ]; then kill -INT "$$(head -1 "$$home/data/postmaster.pid")" 2>/dev/null && sleep 2; fi; \
	rm -rf bin "$$home" .maille

tools:
	@.ci/install

tools-test:
	@.ci/install test

bin/maille: tools
	@echo "Building (the first time fetches and compiles the libraries)"
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/maille
