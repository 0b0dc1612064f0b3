# `make help` lists the targets. Two commands are enough on a fresh machine: `make demo` and `make test`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# git refuses to describe a checkout of another user, and go build would fail with it.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
TOOL := go tool -modfile=tools/go.mod
WEB_FILES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help
help: ## list the targets
	@awk -F ': .*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what is missing: PostgreSQL with PostGIS, Node packages, Chromium
	@scripts/setup

.PHONY: demo
demo: ## run everything on a synthetic city; ARGS='--size city --data DIR' and more
	@scripts/setup go postgres web
	@$(MAKE) build
	@exec bin/wangge demo $(ARGS)

.PHONY: build
build: web ## build bin/wangge with the page in it
	@[[ -e bin/wangge ]] || echo "build: compiling; the first time takes some minutes"
	go build -ldflags '-X main.version=$(VERSION)' -o bin/ ./cmd/...

.PHONY: web
web: web/dist/index.html ## build the page into web/dist, where Node is there

web/dist/index.html: $(WEB_FILES)
	@scripts/setup web
	@scripts/web build

# The packages whose tests run under the race detector as a whole.
RACED := ./grid/edition ./grid/live ./grid/store ./api

.PHONY: test
test: ## install what is missing, then run all tests
	@scripts/setup
	@$(MAKE) build
	go vet ./...
	go test $(or $(PACKAGES),./...)
	go test -tags faults -run '^TestL5Faults' ./grid/store
	@scripts/web check test e2e

.PHONY: race
race: ## run the tests of the concurrent packages under the race detector
	@if command -v gcc clang >/dev/null; then \
		CGO_ENABLED=1 go test -race $(RACED); \
		CGO_ENABLED=1 go test -race -run 'Read|Town|L6' ./grid/intake; \
	else echo "race: no C compiler, which the race detector needs: left out"; fi

.PHONY: lint
lint: ## check format and run the linters (staticcheck.conf says which checks and why)
	@unformatted=$$($(TOOL) gofumpt -l .); [[ -z $$unformatted ]] || { echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...
	@scripts/mutants --apply-only
	@scripts/web format:check

.PHONY: fmt
fmt: ## format Go and web files
	$(TOOL) gofumpt -w .
	@scripts/web format

.PHONY: bench
bench: ## run the benchmarks; BENCH=Locate chooses some
	go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...

.PHONY: speed
speed: build ## measure the page in a browser: first map, opening, dragging, proofs
	@scripts/web speed

.PHONY: soak
soak: ## fuzz every parser, FUZZTIME=30s each, and repeat the tests under the race detector
	@scripts/soak $(or $(FUZZTIME),30s)

.PHONY: mutants
mutants: ## break each law on purpose and require that its test fails; ARGS='NAME...' chooses some
	@scripts/setup go postgres
	@scripts/mutants $(ARGS)

.PHONY: readme-check
readme-check: build ## run the command blocks of README.md and compare what they print
	WANGGE_README_CHECK=1 go test -count=1 -run '^TestReadme$$' ./cmd/wangge

.PHONY: clients
clients: ## run docs/gis.md with the GIS programs that it is about; CLIENT=GDAL chooses one, UPDATE=1 keeps their pictures
	@scripts/setup
	@scripts/setup qgis
	@$(MAKE) build
	WANGGE_CLIENTS=1 go test -count=1 -timeout 20m -run '^TestClients$$/$(CLIENT)' ./cmd/wangge $(if $(UPDATE),-update)

.PHONY: screenshot
screenshot: build ## take the pictures of docs/screens.md and README.md anew
	@scripts/web screenshot

.PHONY: ci
ci: ## all that continuous integration runs
	@scripts/setup
	@$(MAKE) lint
	@$(MAKE) race
	@$(MAKE) readme-check
	@$(MAKE) clients
	@if command -v gcc clang >/dev/null; then \
		$(MAKE) test PACKAGES="$$(go list ./... | grep -vxF "$$(go list $(RACED))" | tr '\n' ' ')"; \
	else $(MAKE) test; fi # what was tested under the race detector is not tested again
