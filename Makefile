# Everything one does with Espalier, one word each. Needs Swift 6.3 or later; what else is missing, setup.sh installs.

SWIFT := Scripts/swift.sh
PYTHON := .venv/bin/python3
BINARY := .build/release/espalier

# The instruction sets that the engine's tests run on once more; they first run on the best there is.
LESSER_ISAS := $(shell grep -qw avx512bw /proc/cpuinfo && echo avx2) $(shell grep -qw avx2 /proc/cpuinfo && echo baseline)

# A crash must end a test run, not wait for a debugger.
export SWIFT_BACKTRACE := enable=no

.DEFAULT_GOAL := help
.PHONY: help setup run build test check campaign fuzz sanitize format lint bench bench-peers clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Serve on 127.0.0.1:8080, data in ./data (ESPALIER_* variables change that)
	exec $(BINARY) serve

setup:
	@Scripts/setup.sh

build: setup ## Build .build/release/espalier
	$(SWIFT) build -c release --product espalier

test: ## Run all tests: Swift's, the engine's on every instruction set, and those that talk to a running server
	Scripts/setup.sh --test
	$(SWIFT) build -c release
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(SWIFT) test -c release --disable-testable-imports
	for isa in $(LESSER_ISAS); do \
		ESPALIER_ISA=$$isa $(SWIFT) test -c release --disable-testable-imports --skip-build --filter PerceptronTests || exit 1; \
	done
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder Tests/EndToEnd

check: test lint ## Tests and format; continuous integration adds small benchmarks and, where time is left, AddressSanitizer

# ONLY="kill9 faults" makes some of them, SCALE=ci small ones; each is a program of Tests/Campaigns with options of its own.
campaign: build ## Hold the promises of docs/promises.md against crashes, faults and floods, at full size: many hours
	Scripts/setup.sh --test
	$(PYTHON) Tests/Campaigns/run.py $(if $(ONLY),--only "$(ONLY)") $(if $(SCALE),--scale $(SCALE))

# SECONDS=60 for each of what reads bytes, SUBJECTS="json csv" for some of it.
fuzz: setup ## Fuzz what reads bytes from outside, with AddressSanitizer; a planted fault must be found first
	Scripts/fuzz.sh $(or $(SECONDS),60) $(SUBJECTS)

# TESTS="JobsTests" for some of them, KINDS=thread for one of the two.
sanitize: ## Run the tests of engine, jobs and HTTP under AddressSanitizer, leaks included, and ThreadSanitizer
	Scripts/setup.sh --test
	ESPALIER_TESTS="$(TESTS)" PATH="$(CURDIR)/.venv/bin:$$PATH" Scripts/sanitize.sh $(KINDS)

lint: setup ## Check the format of the Swift sources
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests

format: setup ## Format the Swift sources in place
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

# ONLY="w1 w3" measures some workloads, REPS=5 turns of each, PEERS="jax numpy" against some peers (or none), QUICK=1
# only tries whether all works; ESPALIER_BINARY=… measures another build.
BENCH_PYTHON = $(firstword $(wildcard .bench/venv/bin/python3 $(PYTHON)) python3)

bench: $(if $(ESPALIER_BINARY),,build) ## Measure Espalier, its peers and the limits side by side; writes docs/benchmarks.md
	$(BENCH_PYTHON) Benchmarks/run.py $(if $(ONLY),--only "$(ONLY)") $(if $(REPS),--reps $(REPS)) \
		$(if $(PEERS),--peers "$(PEERS)") $(if $(QUICK),--quick)

bench-peers: ## Install what to measure against, into .bench
	Benchmarks/install-peers.sh

clean: ## Remove what building, testing and measuring made; ./data stays
	rm -rf .build .build-asan .build-tsan .venv .bench
