"""The parameters of yente's calls, each set as one object."""

from __future__ import annotations

from pydantic import BaseModel, Field

from dragoman.node.api.asking import MOST_HITS
from dragoman.screening.scoring import DEFAULT_THRESHOLD

LIST = "A list's name, or `default` for all lists that you may see."
_REFUSED = "Not supported: refused."
_MOST_OFFSET = 9_500


class Lists(BaseModel):
    """Which lists to search beside the one in the path, and what of them not to show."""

    include_dataset: list[str] = Field([], description="Further lists to search; with `default`, only these.")
    exclude_dataset: list[str] = Field([], description="Lists not to search.")
    exclude_schema: list[str] = Field([], description="Kinds of records not to show.")
    topics: list[str] = Field([], description=_REFUSED)
    changed_since: str | None = Field(None, description=_REFUSED)


class Matching(Lists):
    """How to match."""

    limit: int = Field(5, ge=1, le=MOST_HITS, description="The most results a query.")
    threshold: float = Field(DEFAULT_THRESHOLD, ge=0, le=1, description="The score from which on `match` is true.")
    cutoff: float | None = Field(None, ge=0, le=1, description="The least score shown; the threshold unless said.")
    algorithm: str = Field("best", max_length=64, description="`best`, the only one there is.")
    exclude_entity_ids: list[str] = Field([], description="Records not to show, by id; at most 1,000.")
    store: bool = Field(False, description="Keep the hits for review at the desk.")

    @property
    def least(self) -> float:
        """The least score that is shown."""
        return self.threshold if self.cutoff is None else min(self.threshold, self.cutoff)


class Searching(Lists):
    """What to search for."""

    q: str = Field("", max_length=500, description="A name or a number.", examples=["Khaled Zemraqouni"])
    schema_: str = Field("Thing", alias="schema", max_length=64, description="Only records of this kind.")
    countries: list[str] = Field([], description="Only records that have to do with one of these countries.")
    limit: int = Field(10, ge=0, le=MOST_HITS)
    offset: int = Field(0, ge=0, le=_MOST_OFFSET)
    fuzzy: bool = Field(False, description="Show results that are less alike too (from a score of 0.5).")
    simple: bool = Field(False, description="Accepted; the text is never a query language here.")
    sort: list[str] = Field([], description="Only `score`, the best first; anything else is refused.")
    facets: list[str] = Field(["countries", "datasets", "schema"], description="What to count among the results.")
    filter: list[str] = Field([], description=_REFUSED)


class Paging(BaseModel):
    """Which part of a long answer."""

    limit: int = Field(10, ge=0, le=500)
    offset: int = Field(0, ge=0, le=10_000)
    sort: list[str] = Field([], description="Accepted; the order is that of the list.")
