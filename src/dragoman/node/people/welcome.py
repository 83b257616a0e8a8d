"""The page behind a link: somebody makes their account, or sets a new password."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dragoman.errors import ActRefused
from dragoman.node.people import first
from dragoman.node.people.acting import said
from dragoman.node.people.models import Account, Link

#: Letters that cannot be mistaken for another alphabet's.
_USERNAME = RegexValidator(
    r"\A[a-z0-9][a-z0-9._-]{1,39}\Z",
    "Use 2 to 40 of: a to z, digits, dot, hyphen, underscore.",
)


class NewPassword(forms.Form):
    """A password, typed twice."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=256,
        help_text=" ".join(text.rstrip(".") + "." for text in password_validators_help_texts()),
    )
    again = forms.CharField(
        label="The same again",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=256,
    )

    def person(self) -> Account:
        """Return whose password it is to be, so that it does not resemble their name."""
        return Account()

    def clean(self) -> dict[str, Any]:
        """Check the password as Django's validators do."""
        given = super().clean() or {}
        password, again = given.get("password"), given.get("again")
        if password and again and password != again:
            self.add_error("again", "The two are not the same.")
        if password:
            try:
                validate_password(password, self.person())
            except ValidationError as error:
                self.add_error("password", error)
        return given


class NewAccount(NewPassword):
    """Somebody's name, and how they sign in."""

    name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    username = forms.CharField(
        label="Username",
        validators=[_USERNAME],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "username", "password", "again")

    def person(self) -> Account:
        """Return the account that is about to be made."""
        given = self.cleaned_data
        return Account(username=given.get("username", ""), first_name=given.get("name", ""))

    def clean_username(self) -> str:
        """Refuse a name that somebody has."""
        username: str = self.cleaned_data["username"]
        if Account.objects.filter(username__iexact=username).exists():
            raise ValidationError("Somebody has this user name.")
        return username


@require_http_methods(["GET", "POST"])
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Let one person in once; signed in, they go on to their second factor."""
    link = first.find(token)
    if link is None:
        return render(request, "people/welcome_over.html", status=404)
    kind = NewPassword if link.account is not None else NewAccount
    form = kind(request.POST if request.method == "POST" else None, initial={"name": link.name})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                account = _use(link, form.cleaned_data)
        except (ActRefused, IntegrityError) as error:
            form.add_error(None, said(error) if isinstance(error, ActRefused) else "Somebody has this user name.")
        else:
            login = Login(user=account, redirect_url=reverse("mfa_index"))
            return perform_password_login(request, {"username": account.username}, login)
    return render(request, "people/welcome.html", {"form": form, "link": link}, status=422 if form.errors else 200)


def _use(link: Link, given: dict[str, Any]) -> Account:
    known = link.account
    username, name = (known.username, known.first_name) if known else (given["username"], given["name"])
    return first.use(link, username=username, name=name, password=given["password"])
