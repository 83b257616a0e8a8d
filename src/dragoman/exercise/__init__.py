"""The training exercise: a small world without a real person in it, in the formats of the real publishers.

`make` writes lists that the real readers read, customers to screen against them, and the answers. It is the same
world every time: the cast is a table (``data/cast.yaml``), the crowd around it is drawn from a seed.
"""

from __future__ import annotations

from dragoman.exercise.making import make
from dragoman.exercise.marking import Mark, mark, read_answers

__all__ = ["Mark", "make", "mark", "read_answers"]
