"""An agreement as Cedar policies: one permit a clause and class of data, and the rules that forbid in every agreement.

The context of a question (all of it comes from the node, none from the partner): ``giver``, ``purpose``, ``role``
(texts), ``tlp`` (0 CLEAR to 4 RED), ``codes`` and ``originators`` (sets), ``early`` and ``late`` (the clock less and
plus the skew, in seconds of the epoch). Only where there is one: ``purposes``, ``recipients`` with ``receiver``,
``until`` (as the clock), ``onward`` (1 with leave, 2 never). Only where true: ``leave``, ``barred``, ``spent``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dragoman.exchange.agreement import Agreement, Clause
from dragoman.exchange.handling_words import load, words

if TYPE_CHECKING:
    from cedarpy import PolicySet


#: Receiver, action, class of data and purpose: what is alike in the questions that are put to Cedar together.
Scope = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One Cedar policy. A scope that is None or empty lets all through.

    `purposes` repeats what the condition `when` asks for, so that policies for other purposes need not be asked.
    """

    id: str
    effect: str
    when: str
    receiver: str | None = None
    actions: frozenset[str] = frozenset()
    data_class: str | None = None
    purposes: frozenset[str] = frozenset()

    def concerns(self, scope: Scope) -> bool:
        """Tell whether the scope fits; a policy whose scope does not can change no answer, so it need not be asked."""
        receiver, action, data_class, purpose = scope
        return (
            self.receiver in (None, receiver)
            and (not self.actions or action in self.actions)
            and self.data_class in (None, data_class)
            and (not self.purposes or purpose in self.purposes)
        )

    def text(self) -> str:
        """Return the policy in Cedar's language."""
        principal = f"principal == {entity('Node', self.receiver)}" if self.receiver is not None else "principal"
        actions = ", ".join(entity("Action", each) for each in sorted(self.actions))
        action = f"action in [{actions}]" if actions else "action"
        resource = f"resource == {entity('Class', self.data_class)}" if self.data_class is not None else "resource"
        return f"@id({quoted(self.id)})\n{self.effect} ({principal}, {action}, {resource})\nwhen {{ {self.when} }};\n"


class Compiled:
    """An agreement and its policies. Both sides compile the same document to the same text."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.rules = [*_forbidding(agreement), *_permitting(agreement)]
        self._deciding: dict[Scope, PolicySet] = {}
        self._forbidding: dict[str, PolicySet] = {}

    @cached_property
    def text(self) -> str:
        """All policies in Cedar's language, for who wants to read, check or evaluate them elsewhere."""
        head = f"// {self.agreement.name}\n// {self.agreement.hash}\n\n"
        return head + "\n".join(rule.text() for rule in self.rules)

    def deciding(self, scope: Scope) -> PolicySet:
        """Return, parsed, the policies that decide within a scope.

        Those whose scope does not fit are left out, and all that forbid are one policy, which is quicker and gives the
        same answers as the whole (a test says so); `forbidding` tells which of them it was.
        """
        found = self._deciding.get(scope)
        if found is None:
            fitting = [rule for rule in self.rules if rule.concerns(scope)]
            permits = [rule for rule in fitting if rule.effect == "permit"]
            together = " || ".join(f"({rule.when})" for rule in fitting if rule.effect == "forbid")
            found = self._deciding[scope] = parse([*permits, Rule("rules", "forbid", together)])
        return found

    def forbidding(self, action: str) -> PolicySet:
        """Return, parsed, the rules that forbid an action, one by one."""
        found = self._forbidding.get(action)
        if found is None:
            rules = [rule for rule in self.rules if rule.effect == "forbid" and action in (rule.actions or {action})]
            found = self._forbidding[action] = parse(rules)
        return found


def parse(rules: Iterable[Rule]) -> PolicySet:
    """Return the rules as Cedar holds them."""
    from cedarpy import PolicySet

    return PolicySet.from_str("\n".join(rule.text() for rule in rules))


def _permitting(agreement: Agreement) -> list[Rule]:
    return [
        Rule(
            f"clause {clause.id}",
            "permit",
            _condition(clause),
            clause.receiver,
            clause.actions,
            data_class,
            clause.purposes,
        )
        for clause in agreement.clauses
        for data_class in sorted(clause.classes)
    ]


def _condition(clause: Clause) -> str:
    return " && ".join(
        (
            f"context.giver == {quoted(clause.giver)}",
            f"{listed(clause.purposes)}.contains(context.purpose)",
            f"context.tlp <= {int(clause.colour)}",
            f"{listed(clause.codes)}.containsAll(context.codes)",
            f"{listed(clause.roles)}.contains(context.role)",
        )
    )


def _forbidding(agreement: Agreement) -> list[Rule]:
    filled = {
        "{crime}": listed(agreement.crime),
        "{starts}": str(int(agreement.starts.timestamp())),
        "{ends}": str(int(agreement.ends.timestamp())),
    }
    rules = []
    for name, row in load("policy.yaml").items():
        when = row["when"]
        for mark, value in filled.items():
            when = when.replace(mark, value)
        actions = frozenset(row.get("actions", ()))
        assert actions <= words().actions.keys()  # noqa: S101  our own table
        rules.append(Rule(name, "forbid", when, actions=actions))
    return rules


def quoted(text: str) -> str:
    """Return a text as a literal of Cedar: quotes, backslashes and what does not print are escaped in its own way."""
    return f'"{"".join(_escaped(letter) for letter in text)}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}"


def listed(texts: Iterable[str]) -> str:
    """Return texts as a set of Cedar, in one order, so that both sides write the same."""
    return f"[{', '.join(quoted(each) for each in sorted(texts))}]"


def entity(kind: str, name: str | None) -> str:
    """Return the name of an entity of Cedar."""
    return f"{kind}::{quoted(name or '')}"
