"""How people sign in: what Django and django-allauth ask to be set, which `settings` takes over.

===========================================  ============================================================
DRAGOMAN_SESSION_MINUTES                     a session ends after so many minutes, whatever happens; 480
DRAGOMAN_IDLE_MINUTES                        and after so many without a request; 30
DRAGOMAN_SECOND_FACTOR                       no asks nobody for a second factor: for training on loopback
DRAGOMAN_PROXIES                             how many proxies stand before the node; 1 with TLS, else 0
DRAGOMAN_OIDC_URL                            the issuer of an OpenID Connect provider
DRAGOMAN_OIDC_CLIENT_ID                      the node's name there
DRAGOMAN_OIDC_CLIENT_SECRET[_FILE]           its secret there
DRAGOMAN_OIDC_NAME                           what the button says
DRAGOMAN_OIDC_SECOND_FACTOR                  yes where the provider asks for a second factor itself
===========================================  ============================================================
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from dragoman.errors import SettingRefused
from dragoman.node.environment import Environment

_LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}


def _second_factor(environment: Environment) -> bool:
    """Return whether the node may ask for a second factor at all. Raises SettingRefused where it must."""
    asked = environment.flag("SECOND_FACTOR", default=True)
    public = [host for host in environment.several("HOSTS") if host not in _LOOPBACK]
    if public and not asked:
        raise SettingRefused(
            f"DRAGOMAN_SECOND_FACTOR is off and the node answers to {public[0]}", remedy="leave one of them out"
        )
    return asked


def _provider(environment: Environment) -> dict[str, Any] | None:
    """Return allauth's description of the OpenID Connect provider. Raises SettingRefused where it is half set."""
    url, client = environment.text("OIDC_URL"), environment.text("OIDC_CLIENT_ID")
    secret = environment.text("OIDC_CLIENT_SECRET")
    if not url and not client and not secret:
        return None
    if not (url and client and secret):
        raise SettingRefused(
            "the OpenID Connect provider is half set",
            remedy="set DRAGOMAN_OIDC_URL, DRAGOMAN_OIDC_CLIENT_ID and DRAGOMAN_OIDC_CLIENT_SECRET, or none of them",
        )
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise SettingRefused("DRAGOMAN_OIDC_URL is not https", remedy="give the https address of the issuer")
    return {
        "provider_id": "agency",
        "name": environment.text("OIDC_NAME", "your agency's sign-in"),
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url},
    }


_ENVIRONMENT = Environment()
_TLS = _ENVIRONMENT.flag("TLS")
_OIDC = _provider(_ENVIRONMENT)

IDLE_SECONDS = 60 * _ENVIRONMENT.number("IDLE_MINUTES", 30, least=1)
SECOND_FACTOR = _second_factor(_ENVIRONMENT)
OIDC_SECOND_FACTOR = _ENVIRONMENT.flag("OIDC_SECOND_FACTOR")
#: Where a form may lead besides the node itself; the browser asks when signing in leads to the provider.
OIDC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(_OIDC["settings"]["server_url"])) if _OIDC else ""

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
CSRF_COOKIE_HTTPONLY = True  # base.html hands the token to htmx
CSRF_FAILURE_VIEW = "dragoman.node.people.own.forged"

ACCOUNT_ADAPTER = "dragoman.node.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
#: Five wrong passwords for one name, or ten a minute from one address, and the door stays shut for a while. Counted in
#: the database, so that every process counts alike.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key", "login": "30/m/ip", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = _ENVIRONMENT.number("PROXIES", 1 if _TLS else 0)

MFA_ADAPTER = "dragoman.node.people.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no account has an address to verify
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
MFA_FORMS = {
    "authenticate": "dragoman.node.people.used_codes.SignInForm",
    "reauthenticate": "dragoman.node.people.used_codes.StillMeForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _TLS  # http://localhost

SOCIALACCOUNT_ADAPTER = "dragoman.node.people.adapters.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [_OIDC] if _OIDC else []}
}
