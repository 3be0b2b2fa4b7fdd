# Switchboard. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= never

FREESWITCH ?= $(or $(SWITCHBOARD_FREESWITCH),$(wildcard /usr/local/freeswitch/bin/freeswitch),$(shell command -v freeswitch 2>/dev/null))

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## The demonstration: simulated FreeSWITCH, page in the browser
	cargo run -- demo

.PHONY: test
test: tools lint unit page live-if-possible ## Everything: lints, all tests, the page in a browser, a real FreeSWITCH if there is one

.PHONY: tools
tools: ## Install what the tests need (Chromium from the distribution's packages, its driver from npm)
	@scripts/tools

.PHONY: lint
lint: ## Formatting and lints, warnings denied
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

.PHONY: unit
# Most of them wait: more at once than there are cores.
unit: tools ## Rust tests: domain, switch, store, web, simulator, whole service
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-4} cargo test --no-fail-fast

.PHONY: page
page: tools ## The attendant's page: type check, unit tests, and the demonstration in a real browser
	cd web && npm ci --no-audit --no-fund && npm run check && npm test
	cargo build
	cd tests/page && npm test

.PHONY: screenshots
screenshots: tools ## The pictures of the README, taken anew of the demonstration
	cargo build
	cd tests/page && npm run screenshots

.PHONY: live
live: tools ## The scenarios against a real FreeSWITCH; fails where there is none; writes docs/LIVE.md
	@SWITCHBOARD_FREESWITCH="$(FREESWITCH)" scripts/live

.PHONY: live-if-possible
live-if-possible:
	@if [ -n "$(FREESWITCH)" ]; then $(MAKE) --no-print-directory live; \
	else echo "live suite left out: no FreeSWITCH found (make live says more)"; fi

.PHONY: simulate
simulate: ## The deterministic simulation at length: SEEDS=100000 histories, FROM=0 on; a seed that fails is printed
	SEEDS=$(or $(SEEDS),20000) FROM=$(or $(FROM),0) cargo test --release --test core the_laws_hold -- --nocapture

.PHONY: bench
bench: ## What the service costs, beside the simplest program that does the same; ONLY="events moving memory starting" picks
	cargo bench --bench service -- $(ONLY)

.PHONY: audit
audit: ## Licences and advisories of every dependency (needs cargo-deny)
	cargo deny check
