"""``/match`` and ``/search``: yente's calls, answered by the node's screening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from dragoman.errors import UsageError
from dragoman.messages.queries import Query as Asked
from dragoman.messages.values import build_query
from dragoman.model import schemata
from dragoman.node.access import principal_of
from dragoman.node.api import asking, entities
from dragoman.node.api.asking import Exclusions
from dragoman.node.api.parameters import LIST, Matching, Searching
from dragoman.node.api.rendering import answer
from dragoman.node.api.shapes import MatchQuery, MatchResponse, SearchResponse
from dragoman.node.desk.screening import Found, screen_now
from dragoman.node.templatetags.shown import country
from dragoman.screening.scoring import DEFAULT_THRESHOLD
from dragoman.screening.screener import LEAST_THRESHOLD

router = Router(tags=["Screening"])
_NO_LIMIT = 10_000


@router.post(
    "/match/{dataset}",
    response=MatchResponse,
    summary="Screen parties by what is known of them",
    operation_id="match",
)
def match(
    request: HttpRequest, dataset: Annotated[str, Path(description=LIST)], body: MatchQuery, asked: Query[Matching]
) -> HttpResponse:
    """Screen a batch of up to 500 parties, each a FollowTheMoney entity, against the lists in use.

    The search is exact: it finds every record whose score reaches the cutoff. Each result tells its features. Values
    that are not understood come back in `unread`, and the query is screened without them. The look-up is journalled
    with its purpose. Nothing else is kept unless `store` says so.
    """
    principal = principal_of(request)
    asking.check_scoring(asked.algorithm, body.weights, body.config, asked.least)
    asking.check_filters(asked.topics, asked.changed_since)
    excluded = Exclusions.of(asked.exclude_entity_ids, asked.exclude_schema)
    if asked.store and excluded:
        raise UsageError("what is kept for review leaves nothing out", remedy="send store or exclusions, not both")
    lists = asking.wanted_lists(principal, dataset, asked.include_dataset, asked.exclude_dataset)
    queries = asking.read_queries(body.queries)
    screened = screen_now(
        principal,
        [query.record for query in queries.values()],
        lists=lists,
        threshold=asked.least,
        limit=_NO_LIMIT if excluded.schemata else asked.limit + len(excluded.ids),
        origin="api",
        store=asked.store,
    )
    answers = [[each for each in found if excluded.leave(each.record_id, each.schema)] for found in screened]
    content = {
        "responses": _responses(queries, [found[: asked.limit] for found in answers], screened.searched, asked),
        "matcher": {},
        "limit": asked.limit,
        "screening": screened.screening.pk if screened.screening is not None else None,
    }
    return answer(content, **{"X-Batch-Size": str(len(queries))})


def _responses(queries: dict[str, Asked], answers: list[list[Found]], index: str, asked: Matching) -> dict[str, Any]:
    keys = {(found.source, found.record_id) for each in answers for found in each}
    known = entities.entities_of(index, keys) if keys else {}
    return {
        name: {
            "status": 200,
            "results": [_scored(found, known, asked.threshold) for found in each],
            # A full page may be the first of several.
            "total": {"value": len(each), "relation": "eq" if len(each) < asked.limit else "gte"},
            **_echo(query),
        }
        for (name, query), each in zip(queries.items(), answers, strict=True)
    }


def _echo(query: Asked) -> dict[str, Any]:
    plain = query.to_json()
    unread = plain.pop("unread", [])
    return {"query": plain, "unread": unread}


def _scored(found: Found, known: dict[entities.Key, dict[str, Any]], threshold: float) -> dict[str, Any]:
    """Return a result; of a record that has just gone from its list, what the index still says of it."""
    entity = known.get((found.source, found.record_id)) or _indexed(found)
    explanations = {
        feature.name: {
            "score": round(feature.score, 4),
            "detail": feature.sentence,
            "query": feature.query,
            "candidate": feature.record,
            "weight": round(feature.weight, 3),
        }
        for feature in found.features
    }
    return {
        **entity,
        "score": round(found.score, 4),
        "match": found.score >= threshold,
        "features": {name: each["score"] for name, each in explanations.items()},
        "explanations": explanations,
        "remembered": found.remembered is not None,
    }


def _indexed(found: Found) -> dict[str, Any]:
    return {
        "id": found.record_id,
        "caption": found.caption,
        "schema": found.schema,
        "properties": {"name": [found.caption]},
        "datasets": [found.source],
        "referents": [],
        "target": True,
        "first_seen": None,
        "last_seen": None,
        "last_change": None,
    }


@router.get("/search/{dataset}", response=SearchResponse, summary="Search by a name or a number", operation_id="search")
def search(
    request: HttpRequest, dataset: Annotated[str, Path(description=LIST)], asked: Query[Searching]
) -> HttpResponse:
    """Search the lists for a name or a number of an identity document, ship or wallet.

    To screen a party with all that is known of it, use `/match`.
    """
    principal = principal_of(request)
    asking.check_filters(asked.topics, asked.changed_since)
    _check_order(asked)
    lists = asking.wanted_lists(principal, dataset, asked.include_dataset, asked.exclude_dataset)
    excluded = Exclusions.of([], asked.exclude_schema)
    query = build_query("", None, [("name", asked.q), *_numbers(asked.q)], "q", split=False)
    least = LEAST_THRESHOLD if asked.fuzzy else DEFAULT_THRESHOLD
    [found] = screen_now(principal, [query.record], lists=lists, threshold=least, limit=_NO_LIMIT, origin="api")
    wanted = [
        each
        for each in found
        if schemata.is_a(each.schema, asked.schema_) and excluded.leave(each.record_id, each.schema)
    ]
    known = entities.entities({(each.source, each.record_id) for each in wanted})
    shown = [known.get((each.source, each.record_id)) or _indexed(each) for each in wanted]
    if asked.countries:
        codes = {code.lower() for code in asked.countries}
        shown = [entity for entity in shown if codes.intersection(_countries(entity))]
    content = {
        "limit": asked.limit,
        "offset": asked.offset,
        "total": {"value": len(shown), "relation": "eq"},
        "results": shown[asked.offset : asked.offset + asked.limit],
        "facets": _facets(shown, asked.facets),
    }
    return answer(content)


def _check_order(asked: Searching) -> None:
    if asked.filter or any(not word.startswith("score") for word in asked.sort):
        raise UsageError("results come by score, and are filtered by schema and countries only", remedy="leave it out")
    if asked.schema_ not in schemata.schema_names():
        raise UsageError(f"there is no schema {asked.schema_!r}", remedy="use one such as Person or Vessel")


def _numbers(text: str) -> list[tuple[str, str]]:
    """Return the text as a number that any kind of document, ship or wallet may bear, if it may be one."""
    if not any(char.isdigit() for char in text) or len(text.split()) > 3:
        return []
    return [(prop, text) for prop in ("idNumber", "passportNumber", "registrationNumber", "imoNumber", "publicKey")]


def _countries(entity: dict[str, Any]) -> list[str]:
    kinds = schemata.properties(entity["schema"])
    stated = entity["properties"].items()
    return list(dict.fromkeys(value for prop, values in stated if kinds.get(prop) == "country" for value in values))


def _facets(shown: Sequence[dict[str, Any]], wanted: Sequence[str]) -> dict[str, Any]:
    makers: dict[str, tuple[str, Callable[[dict[str, Any]], list[str]], Callable[[str], str]]] = {
        "countries": ("Countries", _countries, country),
        "datasets": ("Lists", lambda entity: entity["datasets"], str),
        "schema": ("Kinds", lambda entity: [entity["schema"]], str),
    }
    found = {}
    for name in wanted:
        if name not in makers:
            continue
        label, values_of, title = makers[name]
        counts = Counter(value for entity in shown for value in values_of(entity))
        values = [{"name": value, "label": title(value), "count": count} for value, count in counts.most_common(1000)]
        found[name] = {"label": label, "values": values}
    return found
