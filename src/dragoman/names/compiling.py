"""Kernels as machine code, on demand.

A module of kernels is plain Python. `compiled` makes a second copy of it in which every function
is a numba dispatcher; calls between kernels, also across modules, stay within machine code.

The machine code is cached on disk, in a folder named after the text of all kernels: numba itself
looks only at the file of the function it compiles, and would keep code into which an older
callee from another file was inlined. So only the first process after an installation compiles.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

_MARK = ".kernels"


@cache
def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    digest = blake2b(digest_size=12)
    root = Path(str(files("dragoman")))
    for source in sorted([*root.glob("*/kernels.py"), *root.glob("*/kernels/*.py"), *root.glob("*/layout.py")]):
        digest.update(source.read_bytes())
    return Path(user_cache_path("dragoman")) / f"kernels-{digest.hexdigest()}"


@cache
def compiled(name: str) -> ModuleType:
    """Return the compiled copy of a module or package of kernels (by its dotted name)."""
    import numba

    settings: Any = numba.config
    if not settings.CACHE_DIR:
        settings.CACHE_DIR = str(_cache_folder())
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    alias = f"{name}__compiled"
    twin_spec = importlib.util.spec_from_file_location(alias, spec.origin)
    if twin_spec is None or twin_spec.loader is None:
        raise ModuleNotFoundError(name)
    twin = importlib.util.module_from_spec(twin_spec)
    sys.modules[alias] = twin
    twin_spec.loader.exec_module(twin)
    for key, value in list(vars(twin).items()):
        if isinstance(value, FunctionType):
            if value.__module__ == alias:
                setattr(twin, key, numba.njit(cache=True, nogil=True, error_model="numpy")(value))
            elif _MARK in value.__module__:
                setattr(twin, key, getattr(compiled(value.__module__), key))
    return twin


_compiler: int | None = None


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Let only this thread use compiled kernels, all others plain ones: so a server answers while it compiles."""
    global _compiler
    _compiler = threading.get_ident()
    try:
        yield
    finally:
        _compiler = None


def held_back() -> bool:
    """Tell whether this thread is to leave compiled kernels alone for now."""
    return _compiler is not None and _compiler != threading.get_ident()


def is_compiled(name: str) -> bool:
    """Tell whether the compiled copy of a module of kernels is loaded in this process, and not held back."""
    return f"{name}__compiled" in sys.modules and not held_back()
