#!/bin/sh
# Lock the dependencies of every purpose, with hashes, for all supported versions of Python and all platforms.
# What tests need is resolved first; the others take the same versions. Called by `make lock`, which provides uv.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}

# Extras stay written: without them pip takes "coverage[toml]" for a requirement that is not pinned.
# No index address is written: a lock says what to install, the machine says where from.
lock() {
    target=$1
    shift
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "requirements/$target.txt" "$@" >/dev/null
}

lock dev pyproject.toml --group dev --extra node
lock base pyproject.toml --constraints requirements/dev.txt
lock node pyproject.toml --extra node --constraints requirements/dev.txt
lock build --group build --constraints requirements/dev.txt
lock bench pyproject.toml --group dev --extra node --extra bench --constraints requirements/dev.txt
lock lock --group lock
