# Everything a developer types. `make test` needs Go, gcc and, the first time, root on a Debian system.

FUZZTIME ?= 10s
FUZZ     ?= .
BENCH    ?= .
ROUNDS   ?= 5
PLATFORMS := linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64

# The real mail servers that tests start, each on loopback ports of its own, and the tool whose half-made copies they take over.
SERVERS := dovecot-core dovecot-imapd dovecot-pop3d openssl isync

# What `make bench` compares with, besides.
PEERS := interimap

# Those that Debian can't install beside one another.
UNPACKED := cyrus-common cyrus-imapd sasl2-bin \
	courier-base courier-imap courier-authlib courier-authdaemon courier-authlib-userdb

.PHONY: build test lint bench microbench fuzz soak servers cross clean
.NOTPARALLEL:

build:
	go build -trimpath -o bin/ ./cmd/migsh

# Ends with go test's own summary: a package that failed, or a test that was skipped, is not filtered away.
test: servers lint
	go test -race -timeout 18m ./...

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck -checks inherit,ST1000 ./...

# Compares the program with the tools that move mail today, on real servers; docs/performance.md explains the tables.
bench: servers
	.ci/install $(PEERS)
	go test -run '^$$' -bench . -benchtime 1x -timeout 3h ./internal/bench -rounds $(ROUNDS)

# The benchmarks of single parts.
microbench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem $$(go list ./... | grep -v internal/bench)

# Every fuzz target for FUZZTIME each; FUZZ selects by name.
fuzz:
	.ci/fuzz '$(FUZZTIME)' '$(FUZZ)'

# The tests that take too long for every day.
soak: servers
	MIGSH_SOAK=1 go test -race -count=1 -timeout 24h ./...

servers:
	.ci/install $(SERVERS)
	.ci/unpack $(UNPACKED)

# Builds the program for every platform, and type-checks everything, tests included, for every system.
cross:
	@set -e; for platform in $(PLATFORMS); do \
		echo "== $$platform"; \
		export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		if [ $$GOARCH = amd64 ]; then go vet ./...; fi; \
		go build -trimpath -o bin/$$GOOS-$$GOARCH/ ./cmd/migsh; \
	done

clean:
	rm -rf bin
	go clean -testcache
