"""What this node does otherwise than django-allauth would: nobody signs up, and secrets are kept encrypted."""

from __future__ import annotations

import base64
import time
from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from dragoman.node.people.node_settings import node_name


class AccountAdapter(DefaultAccountAdapter):
    """Passwords and sessions."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an administrator invites."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask "is it still you" unless somebody signed in, or answered this, in the last minutes."""
        request = context.request
        steps = get_authentication_records(request, request.user)
        # Within the last minutes and not in the future, for the clock may have been set back since.
        return not (steps and 0 <= time.time() - steps[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Signing in with an agency's OpenID Connect provider.

    Whom the provider vouches for still needs an account here, made by invitation and joined to the provider by the
    person, signed in. Nothing the provider says gives a role, a team or an account.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Say what to do to somebody whom the provider knows and this node does not."""
        joining = sociallogin.state.get("process") == "connect"
        if not joining and not sociallogin.is_existing:
            raise ImmediateHttpResponse(render(request, "people/unknown.html", status=403))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Take nothing over from the provider."""
        return sociallogin.user


class SecondFactorAdapter(DefaultMFAAdapter):
    """TOTP secrets, recovery codes and security keys."""

    def _get_site_name(self) -> str:
        return node_name()

    def encrypt(self, text: str) -> str:
        """Encrypt a secret, so that a copy of the database alone does not give second factors away."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Undo `encrypt`, also where the secret key has been replaced and the former is a fallback."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _box_of(secrets: tuple[str, ...]) -> MultiFernet:
    """Return the box whose keys are derived (HKDF, RFC 5869) from the node's secret key and its predecessors."""
    info = b"dragoman second factors"
    keys = [HKDF(SHA256(), 32, salt=None, info=info).derive(secret.encode()) for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
