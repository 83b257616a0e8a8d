"""What happens around sign-in: written into the journal, and heeded by what each process remembers."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set, user_logged_in
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib.auth.signals import user_logged_in as session_began
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from dragoman.node.journal.recording import record
from dragoman.node.people import node_settings, principals, sessions, used_codes
from dragoman.node.people.models import Account, ApiKey, Appointment, NodeSettings, Purpose


def connect() -> None:
    """Connect all of it; called when Django starts."""
    session_began.connect(sessions.began, dispatch_uid="people.began")
    user_login_failed.connect(_failed, dispatch_uid="people.failed")
    user_logged_out.connect(_left, dispatch_uid="people.left")
    for signal, act in _OWN_ACTS.items():
        signal.connect(_writer(act), weak=False, dispatch_uid=act)
    authenticator_added.connect(used_codes.use_of_new, dispatch_uid="people.used_codes")
    for model in (Account, ApiKey, Appointment, Purpose):
        _on_change(model, principals.forget)
    for through in (Account.teams.through, ApiKey.purposes.through):
        m2m_changed.connect(principals.forget, sender=through, dispatch_uid=f"people.{through.__name__}")
    _on_change(NodeSettings, node_settings.forget)


_OWN_ACTS = {
    user_logged_in: "people.signed_in",
    password_changed: "people.password.changed",
    password_set: "people.password.changed",
    authenticator_added: "people.factor.added",
    authenticator_removed: "people.factor.removed",
    authenticator_reset: "people.factor.renewed",
    social_account_added: "people.provider.joined",
    social_account_removed: "people.provider.left",
}


def _on_change(model: type[Model], forget: Any) -> None:
    for signal in (post_save, post_delete):
        signal.connect(forget, sender=model, dispatch_uid=f"people.forget.{model.__name__}")


def _writer(act: str) -> Any:
    def write(**given: Any) -> None:
        login, factor = given.get("sociallogin"), given.get("authenticator")
        account = given.get("user") or (login.user if login else given["socialaccount"].user)
        result = factor.type if factor is not None else ""
        record(f"account:{account.pk}", act, f"account:{account.pk}", result=result)

    return write


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """Journal a failed sign-in by the account's number; what was typed may be a password, and is not kept."""
    name = str(credentials.get("username", ""))[:150]
    account = Account.objects.filter(username__iexact=name).first()
    record("nobody", "people.sign_in.failed", f"account:{account.pk}" if account else "account:unknown")


def _left(user: Account | None, **_: Any) -> None:
    if user is not None:
        record(f"account:{user.pk}", "people.signed_out", f"account:{user.pk}")
