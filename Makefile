# The commands of the project. Only Python >= 3.11 with venv is needed; everything else is fetched or built here.
#   make run      the whole demo (PORT=8000, IOC_VAR=var, IOC_CITY=hcmc, IOC_IMPORT=file of real tickets)
#   make test     set-up and every test (ARGS="-k words" chooses)
#   make install | stop | reset | bench (SIZE=small|history|numbers) | lint | format | screenshots | lock

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check
SIZE ?= full
FORMAT := .venv/bin/djangofmt
PAGES = $(shell find templates -name '*.html' -not -path 'templates/for_admin/*')

.DEFAULT_GOAL := help
.PHONY: help install run test stop reset bench lint format screenshots lock

help:
	@sed -n '2,4s/^#   //p' Makefile

install: .venv/local
	@$(PY) -m hcmc_ioc.local.build

run: install
	@exec $(PY) -m hcmc_ioc.local.run

test: .venv/dev
	@$(PY) -m hcmc_ioc.local.build
	@$(PY) -m tests.chromium
	@exec $(PY) -m pytest $(or $(ARGS),--numprocesses 2 --dist loadfile --no-loadscope-reorder)

stop: .venv/local
	@$(PY) -m hcmc_ioc.local.run stop

reset: .venv/local
	@$(PY) -m hcmc_ioc.local.run reset

bench: .venv/dev
	@$(PY) -m hcmc_ioc.local.build
	@exec $(PY) -m bench --size $(SIZE)

lint: .venv/dev
	@$(PY) -m ruff check .
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy
	@$(FORMAT) --check --quiet --profile jinja $(PAGES)
	@$(FORMAT) --check --quiet templates/for_admin
	@$(PY) -m docs.dependencies --check

format: .venv/dev
	@$(FORMAT) --quiet --profile jinja $(PAGES)
	@$(FORMAT) --quiet templates/for_admin

screenshots: .venv/dev
	@exec $(PY) -m docs.screenshots $(or $(ADDRESS),http://localhost:8000)

lock: .venv/dev
	@$(PY) -m pip install --quiet uv
	@for set in "requirements.txt" "requirements-local.txt --extra local" "requirements-dev.txt --extra local --extra dev"; do \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header \
			--no-emit-index-url --no-emit-find-links pyproject.toml -o $$set; done

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on PATH."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv module does not work: install it (on Debian and Ubuntu: apt install python3-venv)."; exit 1; }

.venv/local: .venv/bin/python requirements-local.txt
	@echo "Installing the packages of requirements-local.txt into .venv (about half a minute the first time) …"
	@$(PIP) -r requirements-local.txt
	@touch $@

.venv/dev: .venv/bin/python requirements-dev.txt
	@echo "Installing the packages of requirements-dev.txt into .venv (about half a minute the first time) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/local
