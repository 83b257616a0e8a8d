"""The registry's tests use the exercise's lists."""

from __future__ import annotations

from tests.node.exercise_lists import exercise_folder, exercise_lists, own_home

__all__ = ["exercise_folder", "exercise_lists", "own_home"]
