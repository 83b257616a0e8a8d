"""The kernels of screening, in plain Python that numba compiles as it stands.

They hold no state and take named tuples of arrays (`dragoman.screening.layout`), so that any number
of threads, processes and partitions run them on one mapped index.
"""

from dragoman.screening.kernels.alignment import (
    CUT_LIKENESS,
    MAX_UNITS,
    STEP_SLACK,
    STEPS,
    align,
    initial_likeness,
    telling,
)
from dragoman.screening.kernels.judging import (
    country_points,
    date_points,
    gender_points,
    judge,
    name_share,
    place_points,
    shift,
)
from dragoman.screening.kernels.keys import fill_slots, forms_keys
from dragoman.screening.kernels.neighbours import all_masses, neighbours_of_all
from dragoman.screening.kernels.search import search_batch

__all__ = [
    "CUT_LIKENESS",
    "MAX_UNITS",
    "STEPS",
    "STEP_SLACK",
    "align",
    "all_masses",
    "country_points",
    "date_points",
    "fill_slots",
    "forms_keys",
    "gender_points",
    "initial_likeness",
    "judge",
    "name_share",
    "neighbours_of_all",
    "place_points",
    "search_batch",
    "shift",
    "telling",
]
