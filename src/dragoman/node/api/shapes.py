"""The shapes of yente's calls, as yente and its clients write them; `docs/api.md` says where Dragoman differs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Cell = str | int | float | None


class Named(BaseModel):
    """A shape whose fields may bear a name that Python reserves."""

    model_config = ConfigDict(populate_by_name=True)


class Example(Named):
    """What is asked for: a FollowTheMoney entity with what is known of it."""

    id: str | None = Field(None, max_length=255, examples=["customer-17"])
    schema_: str = Field("Thing", alias="schema", max_length=64, examples=["Person"])
    properties: dict[str, Cell | list[Cell]] = Field(
        ..., examples=[{"name": ["Khaled Zemraqouni"], "birthDate": ["1971"], "nationality": ["sy"]}]
    )


class MatchQuery(BaseModel):
    """Queries by a name of the caller's choosing, under which their answers come back."""

    queries: dict[str, Example | None] = Field(
        ...,
        examples=[{"q1": {"schema": "Person", "properties": {"name": ["Khaled Zemraqouni"], "birthDate": ["1971"]}}}],
    )
    weights: dict[str, float] = Field({}, description="Must be empty: the weights of the score are calibrated.")
    config: dict[str, Any] = Field({}, description="Must be empty: the algorithm has nothing to configure.")


class Total(BaseModel):
    """How many there are."""

    value: int = Field(..., examples=[1])
    relation: Literal["eq", "gte"] = "eq"


class Entity(Named):
    """A record of a list."""

    id: str = Field(..., examples=["un-6908555"])
    caption: str = Field(..., examples=["Khalid Faris al-Zamraquni"])
    schema_: str = Field(..., alias="schema", examples=["Person"])
    properties: dict[str, list[str | Entity]] = Field(..., examples=[{"name": ["Khalid Faris al-Zamraquni"]}])
    datasets: list[str] = Field([], examples=[["un-sc"]])
    referents: list[str] = Field([], description="Ids of other records that a person judged to be the same subject.")
    target: bool = False
    first_seen: str | None = Field(None, examples=["2025-11-20T00:00:00"])
    last_seen: str | None = Field(None, examples=["2026-02-27T00:00:00"])
    last_change: str | None = None


class Explanation(BaseModel):
    """One finding of the score."""

    score: float = Field(..., description="0 to 1.", examples=[0.94])
    detail: str | None = Field(None, examples=["“Khaled” may be a spelling of “Khalid”."])
    query: str | None = None
    candidate: str | None = None
    weight: float | None = Field(None, description="Log-odds that the finding adds.")


class Scored(Entity):
    """A record that scored."""

    score: float = Field(..., examples=[0.91])
    match: bool = Field(..., description="Whether the score reaches the threshold. A person decides what that means.")
    features: dict[str, float] = Field(..., examples=[{"name": 0.94}])
    explanations: dict[str, Explanation]


class Unread(BaseModel):
    """A value of a query that was not understood: the query was screened without it."""

    prop: str
    value: str
    reason: str


class Matches(BaseModel):
    """The answer to one query."""

    status: int = 200
    results: list[Scored]
    total: Total
    query: dict[str, Any] = Field(..., description="The query as it was understood.")
    unread: list[Unread] = Field([])


class MatchResponse(BaseModel):
    """The answers by the names of their queries."""

    responses: dict[str, Matches]
    matcher: dict[str, Any] = Field({})
    limit: int
    screening: int | None = Field(None, description="The number of the screening at the node's desk.")


class FacetItem(BaseModel):
    """A value, and how many results have it."""

    name: str
    label: str
    count: int


class Facet(BaseModel):
    """The values of one kind among the results."""

    label: str
    values: list[FacetItem]


class SearchResponse(BaseModel):
    """A page of results."""

    limit: int
    offset: int
    total: Total
    results: list[Entity]
    facets: dict[str, Facet] = Field({})


class Adjacent(BaseModel):
    """Records that one property leads to."""

    results: list[str | Entity]
    total: Total
    limit: int
    offset: int


class AdjacentResponse(BaseModel):
    """A record, and what is linked with it by property."""

    entity: Entity
    adjacent: dict[str, Adjacent]


class Publisher(BaseModel):
    """Who publishes a list."""

    name: str
    url: str | None = None


class Dataset(BaseModel):
    """A list, in the version in use."""

    name: str = Field(..., examples=["un-sc"])
    title: str
    version: str = Field(..., examples=["2026-02-27"])
    entity_count: int = Field(..., description="Parties that can be hits.")
    rejects: int = Field(..., description="Rows of the publisher's file that could not be read.")
    publisher: Publisher | None = None
    updated_at: str | None = None
    load: bool = True
    index_version: str | None = None
    index_current: bool = True
    children: list[str] = Field([])


class Catalog(BaseModel):
    """The lists that you may see."""

    datasets: list[Dataset]
    current: list[str]
    outdated: list[str]
    index_stale: bool = False


class Algorithm(BaseModel):
    """A way to score."""

    name: str
    description: str
    docs: dict[str, Any]


class Algorithms(BaseModel):
    """The ways to score that there are."""

    algorithms: list[Algorithm]
    default: str
    best: str


class Status(BaseModel):
    """Whether it works."""

    status: str = Field("ok", examples=["ok"])


class Problem(BaseModel):
    """An error (RFC 9457), with its remedy."""

    type: str = "about:blank"
    title: str = Field(..., examples=["Not Found"])
    status: int = Field(..., examples=[404])
    detail: str = Field(..., examples=["No list named un-xx is kept."])
    remedy: str = Field("", examples=["kept: un-sc, us-ofac-sdn"])
    request_id: str | None = Field(None, examples=["5f1c0d9ab2e34c77a1b2c3d4"])
