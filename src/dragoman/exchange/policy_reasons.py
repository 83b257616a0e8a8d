"""Why: the sentence for a decision, from the clause or rule that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from dragoman.exchange.agreement import Agreement, Clause
from dragoman.exchange.handling_words import load, words

if TYPE_CHECKING:
    from dragoman.exchange.policy import Ask, Held


def no_agreement(receiver: str, held: Iterable[Held]) -> str:
    """Return the sentence where no agreement between the two is in force."""
    known = [f"{each.agreement.name} is {each.standing.state}: {each.standing.sentence}" for each in held]
    return f"no agreement with {receiver} is in force" + (f"; {'; '.join(known)}" if known else "")


def allowed_sentence(agreement: Agreement, rule: str, ask: Ask) -> str:
    """Return the sentence where a clause allows."""
    return f"{rule} of {agreement.name} lets {_doing(agreement, ask)}"


def forbidden_sentence(agreement: Agreement, rule: str, ask: Ask) -> str:
    """Return the sentence where a rule of every agreement forbids."""
    handling = ask.handling
    return (
        str(load("policy.yaml")[rule]["sentence"])
        .replace("{giver}", _party(agreement, ask.giver))
        .replace("{receiver}", _party(agreement, ask.receiver))
        .replace("{purpose}", agreement.purpose_title(ask.purpose))
        .replace("{originators}", " and ".join(sorted(handling.originators - {ask.giver})) or "the originator")
        .replace("{keep_until}", str(handling.keep_until))
    )


def no_clause(agreement: Agreement, ask: Ask) -> str:
    """Return the sentence where no clause allows: what the clause that comes nearest lacks."""
    near: list[Clause] = list(agreement.clauses)
    for fits, lack in _STEPS:
        left = [clause for clause in near if fits(clause, ask)]
        if not left:
            where = f"clause {near[0].id}" if len(near) == 1 and near[0].id else "no clause"
            verb = "does not let" if where != "no clause" else "lets"
            return f"{where} of {agreement.name} {verb} {_doing(agreement, ask)}: {lack(near, ask)}"
        near = left
    return f"no clause of {agreement.name} lets {_doing(agreement, ask)}"


_Step = tuple[Callable[[Clause, "Ask"], bool], Callable[[list[Clause], "Ask"], str]]
_STEPS: list[_Step] = [
    (
        lambda clause, ask: (clause.giver, clause.receiver) == (ask.giver, ask.receiver),
        lambda _, ask: "none goes this way",
    ),
    (lambda clause, ask: ask.data_class in clause.classes, lambda _, ask: "the class of data is not agreed"),
    (lambda clause, ask: ask.action in clause.actions, lambda _, ask: "the action is not agreed"),
    (lambda clause, ask: ask.purpose in clause.purposes, lambda _, ask: "the purpose is not agreed"),
    (
        lambda clause, ask: ask.handling.colour <= clause.colour,
        lambda near, ask: f"{ask.handling.colour.label} is stricter than {max(each.colour for each in near).label}",
    ),
    (
        lambda clause, ask: ask.handling.codes <= clause.codes,
        lambda near, ask: f"the receiver cannot keep {', '.join(sorted(_codes_lacking(near, ask)))}",
    ),
    (
        lambda clause, ask: ask.role in clause.roles,
        lambda _, ask: f"a person in the role of {ask.role} may not release it",
    ),
]


def _codes_lacking(near: list[Clause], ask: Ask) -> frozenset[str]:
    return min((ask.handling.codes - each.codes for each in near), key=len)


def _doing(agreement: Agreement, ask: Ask) -> str:
    known = words()
    return (
        f"{_party(agreement, ask.giver)} {known.actions.get(ask.action, ask.action)} "
        f"{known.classes.get(ask.data_class, ask.data_class)} to {_party(agreement, ask.receiver)} "
        f"for {agreement.purpose_title(ask.purpose)}"
    )


def _party(agreement: Agreement, node: str) -> str:
    party = agreement.party(node)
    return party.name if party is not None else node
