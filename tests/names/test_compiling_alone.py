"""While one thread compiles kernels, others answer with plain ones."""

from __future__ import annotations

import threading

from dragoman.names.compiling import compiling_alone, held_back


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
