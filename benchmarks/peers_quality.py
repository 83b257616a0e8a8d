"""The quality of logic-v2 on the sets of `quality.py`: every query against every record, no blocking in the way."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.model import Record
from quality import arabic_rows

#: logic-v2's default threshold in yente.
_DEFAULT = 0.70
_NUMBERS = count()


def quality(data: Path) -> dict[str, Any]:
    """Return recall and ranks on the perturbed names and on one draw of the Arabic-script names."""
    return {"perturbations": _perturbations(data), "arabic, 2,000 in the list": _arabic(data, 2000, 300, 0)}


@cache
def _dataset() -> Any:
    from followthemoney import Dataset

    return Dataset.make({"name": "bench", "title": "bench"})


def _person(names: Iterable[str]) -> Any:
    from followthemoney import StatementEntity

    # No id twice: the library keeps the analysis of entities by their ids.
    record = Record(f"person-{next(_NUMBERS)}", "Person", source="bench")
    for name in names:
        record.add("alias" if record.statements else "name", name)
    return StatementEntity.from_data(_dataset(), record.to_ftm(), cleaned=True)


def _scores(queries: list[Any], records: list[Any]) -> npt.NDArray[np.float64]:
    """Return the scores of all pairs, shape (queries, records)."""
    from nomenklatura.matching import LogicV2

    settings = LogicV2.default_config()
    # Records outside: the library keeps the analysis of its last 1,000 entities.
    return np.array([[LogicV2.compare(query, record, settings).score for query in queries] for record in records]).T


def _arabic(data: Path, size: int, asking: int, seed: int) -> dict[str, float]:
    """Arabic-script queries against a Latin list of `size` names, drawn as in `quality.arabic`."""
    rows = arabic_rows(data)
    rng = random.Random(seed)
    chosen = rng.sample(range(len(rows)), size)
    asked = rng.sample(chosen, asking)
    score = _scores([_person([rows[n][0]]) for n in asked], [_person([rows[n][1]]) for n in chosen])
    same = np.array([[rows[n][0] == rows[q][0] or rows[n][1] == rows[q][1] for n in chosen] for q in asked])
    right = np.where(same, score, 0.0).max(axis=1)
    wrong = np.where(same, 0.0, score).max(axis=1)
    return {
        "rank 1": float((right > wrong).mean()),
        "rank 1 or tied": float(((right >= wrong) & (right > 0.0)).mean()),
        "at 5 % wrong": float((right > np.sort(wrong)[::-1][int(0.05 * asking)]).mean()),
        "at 1 % wrong": float((right > np.sort(wrong)[::-1][int(0.01 * asking)]).mean()),
        "at 0.70": float((right >= _DEFAULT).mean()),
        "wrong at 0.70": float((wrong >= _DEFAULT).mean()),
    }


def _perturbations(data: Path) -> dict[str, Any]:
    cases = json.loads((data / "eval/name_perturbations_dev100.json").read_text(encoding="utf-8"))
    records = [_person(names) for names in cases["candidates"].values()]
    place = {identity: at for at, identity in enumerate(cases["candidates"])}
    queries = [_person([case["query"]]) for case in cases["cases"]]
    score = _scores(queries, records)
    wanted = [case["expected_entity_id"] for case in cases["cases"]]
    value = np.array([row.max() if who is None else row[place[who]] for row, who in zip(score, wanted, strict=True)])
    negative = np.array([who is None for who in wanted])
    bar = float(np.sort(value[negative])[::-1][int(0.05 * negative.sum())]) + 1e-9
    classes = defaultdict(list)
    for case, found in zip(cases["cases"], value, strict=True):
        classes[case["perturbation"]].append(found >= bar)
    return {
        "at 5 % FPR": {
            "bar": round(bar, 3),
            "recall": float((value[~negative] >= bar).mean()),
            "false positives": float((value[negative] >= bar).mean()),
            "classes": {name: round(float(np.mean(found)), 3) for name, found in sorted(classes.items())},
        }
    }
