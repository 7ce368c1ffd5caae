# Aliases for the commands of the README; `make lock` needs uv on the path and writes both lock files.
.PHONY: run test check lock

VENV_BIN := .venv/bin
LOCK := uv pip compile --no-config --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock" --quiet

run:
	python3 trader.py

test:
	python3 trader.py test

check:
	$(VENV_BIN)/ruff check .
	$(VENV_BIN)/ruff format --check .
	$(VENV_BIN)/mypy
	$(VENV_BIN)/lint-imports

lock:
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --group pyproject.toml:dev --constraint requirements.lock --output-file requirements-dev.lock
