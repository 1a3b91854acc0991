# Everything runs in .venv/; Label Studio has an environment of its own in .venv-studio/.
PYTHON ?= python3
BIN := .venv/bin
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/github/*.yml)
export TAGGER_STUDIO_VENV := $(CURDIR)/.venv-studio

.PHONY: demo test test-fast lint bench docs starter audit release clean

demo: .venv/ready .venv-studio/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh demo

test: .venv/ready .venv-studio/ready lint
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

test-fast: .venv/ready
	$(BIN)/python -m pytest -m "not slow"

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -q -c pyproject.toml -r tagger benchmarks docs examples models releasing
	$(BIN)/check-jsonschema -q --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/zizmor -q --offline --pedantic $(WORKFLOWS)
	$(BIN)/python -m pip check

bench: .venv/ready
	PATH="$(CURDIR)/$(BIN):$$PATH" bash benchmarks/real_loop.sh

docs: .venv/ready
	$(BIN)/python docs/make_reference.py

# The model version that comes with tagger; ANNOTATIONS is a file of annotations with titles and abstracts.
starter: .venv/ready
	$(BIN)/python -m models.make_starter $(ANNOTATIONS)

# Needs the network: it asks the Python Packaging Advisory Database.
audit: .venv/ready
	$(BIN)/python -m releasing.audit

# Builds, tries out and describes the last commit into dist/, and publishes nothing: docs/releasing.md.
release: .venv/ready
	$(BIN)/python -m releasing dist

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q "pip>=25.1"
	$(BIN)/python -m pip install -q -e . --group dev
	@touch $@

.venv-studio/ready: pyproject.toml
	$(PYTHON) -m venv .venv-studio
	.venv-studio/bin/python -m pip install -q "$$($(PYTHON) -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["studio"][0])')"
	@touch $@

clean:
	rm -rf .venv .venv-studio demo build dist
