"""A draft of an agreement, from a form with what most agreements say."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from dragoman.exchange.agreement_reading import FORM, TYPE
from dragoman.exchange.handling import Colour
from dragoman.exchange.handling_words import load
from dragoman.node.partners.identity import card
from dragoman.node.partners.models import Partner

_COLOURS = [(colour.word, colour.label) for colour in Colour]


def _choices(table: str) -> list[tuple[str, str]]:
    found = load("handling.yaml")[table]
    return [(name, row.get("title", row.get("means", name))) for name, row in found.items()]


def _several(table: str, label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=lambda: _choices(table), widget=forms.CheckboxSelectMultiple, label=label, required=False
    )


class DraftForm(forms.Form):
    """What a draft needs; `give_` is what this node gives, `take_` what the partner gives."""

    title = forms.CharField(max_length=200, label="Title")
    memorandum = forms.CharField(max_length=200, label="Memorandum, treaty or law it rests on")
    reference = forms.CharField(max_length=100, label="Its reference")
    signed = forms.DateField(label="Signed on", widget=forms.DateInput(attrs={"type": "date"}))
    desk = forms.CharField(max_length=100, label="Our contact point", help_text="A desk, not a person.")
    their_desk = forms.CharField(max_length=100, label="Their contact point")
    give_classes = _several("classes", "What we give")
    give_purposes = _several("purposes", "For which purposes")
    give_actions = _several("actions", "What they may do")
    give_tlp = forms.ChoiceField(choices=_COLOURS, label="Up to", initial="AMBER")
    take_classes = _several("classes", "What they give")
    take_purposes = _several("purposes", "For which purposes")
    take_actions = _several("actions", "What we may do")
    take_tlp = forms.ChoiceField(choices=_COLOURS, label="Up to", initial="AMBER")
    codes = _several("codes", "Handling codes that both keep")
    onward = forms.ChoiceField(
        label="Passing on to a third",
        choices=[
            ("leave", "With the originator's leave, asked case by case"),
            ("never", "Never"),
            ("colour", "As the TLP colour says"),
        ],
    )
    authors = forms.ChoiceField(
        label="Who wrote it", choices=[("stripped", "Left out"), ("named", "Named")], initial="stripped"
    )
    retention = forms.IntegerField(min_value=1, max_value=36525, initial=365, label="Kept at most (days)")
    quota = forms.IntegerField(min_value=1, initial=1000, label="Private matches in 24 hours, at most")
    starts = forms.DateField(initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(
        initial=lambda: timezone.localdate() + timedelta(days=730), widget=forms.DateInput(attrs={"type": "date"})
    )

    def document(self, partner: Partner, address: str) -> dict[str, Any]:
        """Return the agreement that the form says; the exchange's reader tells its faults."""
        given = self.cleaned_data
        own = card(address)
        clauses = [
            _clause("1", own["node"], partner.node, given, "give"),
            _clause("2", partner.node, own["node"], given, "take"),
        ]
        kept = [clause for clause in clauses if clause["classes"]]
        classes = sorted({name for clause in kept for name in clause["classes"]})
        return {
            "type": TYPE,
            "form": FORM,
            "id": f"agreement-{uuid4()}",
            "version": 1,
            "title": given["title"],
            "memorandum": {
                "title": given["memorandum"],
                "reference": given["reference"],
                "signed": given["signed"].isoformat(),
            },
            "parties": [
                {key: own[key] for key in ("node", "name", "key")} | {"contact": {"desk": given["desk"]}},
                {"node": partner.node, "name": partner.name, "key": partner.key}
                | {"contact": {"desk": given["their_desk"]}},
            ],
            "clauses": kept,
            "onward": given["onward"],
            "retention": dict.fromkeys(classes, given["retention"]),
            "quotas": [{"action": "match", "class": name, "count": given["quota"], "hours": 24} for name in classes],
            "answers": {name: row["hours"] for name, row in load("requests.yaml")["urgencies"].items()},
            "authors": given["authors"],
            "references": "cut",
            "starts": _midnight(given["starts"]),
            "ends": _midnight(given["ends"]),
        }


def _clause(number: str, giver: str, receiver: str, given: dict[str, Any], side: str) -> dict[str, Any]:
    return {
        "id": number,
        "giver": giver,
        "receiver": receiver,
        "actions": given[f"{side}_actions"],
        "classes": given[f"{side}_classes"],
        "purposes": given[f"{side}_purposes"],
        "tlp": given[f"{side}_tlp"],
        "codes": given["codes"],
        "roles": ["liaison", "service"],
    }


def _midnight(day: Any) -> str:
    return datetime.combine(day, time(), UTC).isoformat()


def sides(form: DraftForm) -> dict[str, list[forms.BoundField]]:
    """Return the fields of the form in the groups in which a page shows them."""
    groups = {
        "What it is": ("title", "memorandum", "reference", "signed", "desk", "their_desk"),
        "We give": ("give_classes", "give_purposes", "give_actions", "give_tlp"),
        "They give": ("take_classes", "take_purposes", "take_actions", "take_tlp"),
        "Handling": ("codes", "onward", "authors", "retention", "quota", "starts", "ends"),
    }
    return {title: [form[name] for name in names] for title, names in groups.items()}
