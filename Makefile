# Thin by intention: grantflow/bootstrap.py prepares the machine, the `grantflow` command does the work.
PYTHON ?= python3
GRANTFLOW := .venv/bin/grantflow
PREPARE := $(PYTHON) grantflow/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run test drills mutants effort check screenshots bench image-rehearsal clean

help:
	@echo "make run          start GrantFlow with its demo fund (PORT=8000)"
	@echo "make test         run every test (ARGS='-k letters' to choose)"
	@echo "make drills       what needs real waiting: faults, memory, every page under axe (NAME=kill to choose)"
	@echo "make mutants      put known faults back: a test must go red each time (NAME=... to choose)"
	@echo "make effort       what one file takes: pages, clicks, fields and keys for each role"
	@echo "make check        linters, types, contracts, catalogues, templates, migrations"
	@echo "make screenshots  take the pictures of docs/images anew"
	@echo "make bench        run the benchmarks (NAME=staff_list to choose)"
	@echo "make image-rehearsal  install it in real containers as docs/operating.en.md says (docker or podman)"
	@echo "make clean        remove what was built; the data in var/ stay"

run:
	@$(PREPARE) run
	@exec $(GRANTFLOW) serve

test:
	@$(PREPARE) test
	@exec .venv/bin/python -m tests $(ARGS)

drills:
	@$(PREPARE) test
	@exec .venv/bin/python -m tests drills $(NAME)

mutants:
	@$(PREPARE) test
	@exec .venv/bin/python -m tests mutants $(NAME)

effort:
	@$(PREPARE) test >&2
	@exec .venv/bin/python -m tests effort

check:
	@$(PREPARE) check
	@exec $(GRANTFLOW) check

screenshots:
	@$(PREPARE) test
	@exec $(GRANTFLOW) screenshots

bench:
	@$(PREPARE) test >&2
	@exec $(GRANTFLOW) bench $(NAME)

image-rehearsal:
	@$(PREPARE) check
	@exec .venv/bin/python -m tests rehearsal

clean:
	@$(PREPARE) clean
