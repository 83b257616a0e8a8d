"""While one thread compiles kernels, others answer with plain ones."""

from __future__ import annotations

import threading

from dragoman.names.compiling import compiled, compiling_alone, held_back, is_compiled


def test_only_the_compiling_thread_uses_compiled_kernels() -> None:
    seen: list[bool] = []

    def ask() -> None:
        thread = threading.Thread(target=lambda: seen.append(held_back()))
        thread.start()
        thread.join()

    with compiling_alone():
        ask()
        assert not held_back()
    ask()
    assert seen == [True, False]


def test_no_other_thread_takes_a_kernel_for_compiled_meanwhile() -> None:
    compiled("dragoman.names.kernels")
    seen: list[bool] = []
    with compiling_alone():
        thread = threading.Thread(target=lambda: seen.append(is_compiled("dragoman.names.kernels")))
        thread.start()
        thread.join()
        assert is_compiled("dragoman.names.kernels")
    assert seen == [False]
