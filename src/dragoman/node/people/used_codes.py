"""A code of an authenticator app opens once (RFC 6238, section 5.2), however long it would be valid.

django-allauth remembers a used code for one period, in a cache that throws the oldest out when it is full, while a code
is accepted for three. Here it is remembered beside the app's secret, by the number of its period.
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

#: How many used codes of an app are remembered. Forgotten by their number and not by the clock, which may be set back.
REMEMBERED = 64


def use(authenticator: Authenticator, code: str) -> bool:
    """Use a code up; tell whether it is one of now and was not used before."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret = decrypt(kept.data["secret"])
        periods = [
            number
            for number in yield_hotp_counters_from_time()
            if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, number)))
        ]
        used = kept.data.get("used", [])
        if not periods or not set(periods).isdisjoint(used):
            return False
        kept.data = kept.data | {"used": [*used, *periods][-REMEMBERED:]}
        kept.save(update_fields=["data"])
        return True


def use_of_new(sender: Any, request: Any, authenticator: Authenticator, **_: Any) -> None:
    """Use up the code that set an app up: it opens nothing afterwards."""
    if authenticator.type == Authenticator.Type.TOTP:
        use(authenticator, request.POST.get("code", ""))


class _OpensOnce:
    """Refuses a used code as if it were wrong."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP and not use(authenticator, code):
            self._emit_authentication_failed(authenticator)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInForm(_OpensOnce, AuthenticateForm):
    """The second factor at the door."""


class StillMeForm(_OpensOnce, ReauthenticateForm):
    """The second factor before something that asks "is it still you"."""
