# The front door for people. Everything is a script below infra/local or Tests, so that nothing needs make.

# Where a second stack may live beside the first: make run DIR=.local/second PORT_BASE=9080
DIR ?= .local
PORT_BASE ?= 8080
# How long each target is fuzzed, and which one alone: make fuzz SECONDS=10 TARGET=token
SECONDS ?= 60
TARGET ?=
# Which parts are measured, all when absent: make bench PART="webhook download"
PART ?=
stack = infra/local/stack.py --dir $(DIR) --port-base $(PORT_BASE)
swift_files = Package.swift Shared Functions Tests

.DEFAULT_GOAL := help
.PHONY: help run demo test bench faults fuzz sanitize infra-check compose-up compose-down compose-reset build format lint clean-local

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 \2/p' $(MAKEFILE_LIST) | awk '{ printf "  make %-14s", $$2; $$1 = $$2 = ""; print }'

run: ## the whole shop on this machine: http://localhost:8080
	@infra/local/bootstrap
	@infra/local/build
	@exec $(stack) run

demo: ## one purchase against the running shop, step by step
	@Tests/EndToEnd/demo.py --dir $(DIR) --port-base $(PORT_BASE)

test: ## every check there is
	@Tests/run

bench: ## speed against the limit and against others, under 10 minutes (PART=webhook for one part)
	@Tests/Bench/run $(PART)

faults: ## kill -9 the functions and ill-treat their database, and lose nothing
	@infra/local/bootstrap test
	@infra/local/build
	@Tests/under-faults

fuzz: ## look for inputs that break a promise, 60 s for each target
	@infra/local/bootstrap
	@Tests/Fuzz/run --seconds $(SECONDS) $(TARGET)

sanitize: ## the Swift tests with AddressSanitizer, then with ThreadSanitizer
	@Tests/run address thread

infra-check: ## images, compose, Cloud Build and Terraform, without an account
	@infra/local/bootstrap infra
	@Tests/run infra

compose-up: ## the whole shop in containers: http://localhost:8080
	@infra/compose/up

compose-down: ## stop the containers and keep the data
	@docker compose --profile '*' down --remove-orphans

compose-reset: ## stop the containers and wipe the data
	@docker compose --profile '*' down --remove-orphans --volumes

build: ## the release executables, in .build/release
	@infra/local/bootstrap
	@infra/local/build

format: ## rewrite the Swift files as the formatter likes them
	@swift format --in-place --recursive $(wildcard $(swift_files))

lint: ## formatter, shell scripts, generated files, architecture
	@Tests/lint

clean-local: ## wipe the local shop's data
	@$(stack) clean
