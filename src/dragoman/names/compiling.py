"""Kernels as machine code, on demand.

A module of kernels is plain Python. `compiled` makes a second copy of it in which every function
is a numba dispatcher; calls between kernels, also across modules, stay within machine code. The
machine code is cached on disk beside the source (or in numba's own cache folder), so that only
the first process after an installation compiles.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from types import FunctionType, ModuleType


@cache
def compiled(name: str) -> ModuleType:
    """Return the compiled copy of the kernel module `name` (a dotted module name)."""
    from numba import njit

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
                setattr(twin, key, njit(cache=True, nogil=True, error_model="numpy")(value))
            elif value.__module__.endswith(".kernels"):
                setattr(twin, key, getattr(compiled(value.__module__), key))
    return twin


def is_compiled(name: str) -> bool:
    """Tell whether the compiled copy of a kernel module is loaded in this process."""
    return f"{name}__compiled" in sys.modules
