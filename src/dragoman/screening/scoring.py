"""The score: one table of features, read by people and by the kernels.

A name gives a probability; every other feature adds or takes away log-odds ("points").
The numbers were set on labelled pairs by ``benchmarks/calibration.py``, and the reliability that
results is published in ``docs/benchmarks.md``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from dragoman.screening.layout import F32, I32, U8, Facts

#: A name that scores less says nothing, whatever else agrees; only an equal number can bring up such a record.
NAME_FLOOR = 0.4
#: What a person would call a match without looking further down.
DEFAULT_THRESHOLD = 0.70
#: A weak alias alone stays under the default threshold.
WEAK_CEILING = 0.69
#: Initials that a name gives (AQIM, TTP) but its publisher does not print are worth a look, not more.
INITIALS_CEILING = 0.72
#: An equal document, vessel or wallet number decides; somewhat less where both sides have names and they are unlike.
NUMBER_SCORE = 0.98
NUMBER_AGAINST_NAME_SCORE = 0.92


class Strength(IntEnum):
    """How much stands behind a name.

    It is printed as a name, or as a weak alias; it is only the initials of one; or both of the last.
    """

    FULL = 0
    WEAK = 1
    INITIALS = 2
    SPELLED = 3


class Points(NamedTuple):
    """Log-odds that each finding adds."""

    date_same: float
    date_within: float
    date_swapped: float
    date_near: float
    date_same_year: float
    date_apart: float
    date_far: float
    country_same: float
    country_other: float
    gender_other: float
    place_same: float


POINTS = Points(
    date_same=3.0,  # the same day
    date_within=1.0,  # the same year or month where no more is known, or within a printed range
    date_swapped=1.0,  # day and month exchanged, or one digit of a full date wrong
    date_same_year=-0.2,  # the same year, another day
    date_near=-0.5,  # at most two years apart
    date_apart=-2.0,  # at most ten years apart
    date_far=-4.0,  # more than ten years apart
    country_same=0.3,
    country_other=-0.3,
    gender_other=-2.5,
    place_same=0.6,
)

#: From name score to the share of equal identities among labelled pairs (piecewise linear, increasing): the
#: isotonic fit of ``benchmarks/calibration.py --fit``, rounded by hand. Under the default threshold the fit
#: falls steeply (0.60 is one in eight); there the score stays a grade of likeness, so that near misses stay in sight.
CALIBRATION_NAME = np.array([0.0, 0.7, 0.76, 0.8, 0.85, 0.9, 1.0], np.float32)
CALIBRATION_SHARE = np.array([0.0, 0.7, 0.83, 0.91, 0.95, 0.98, 0.995], np.float32)


class Rules(NamedTuple):
    """What the kernels need to judge a pair: the parties' facts, the queries' facts, the names' `Strength`,
    calibration."""

    points: Points
    parties: Facts
    queries: Facts
    strength: U8
    query_of_name: I32
    threshold: F32
    calibration_name: F32
    calibration_share: F32
