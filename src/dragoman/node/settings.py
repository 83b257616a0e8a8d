"""The settings of a node: all from the environment, none with a dangerous default. See ``docs/operating.md``.

============================  ===========================================================================
DRAGOMAN_HOME                 where lists, index, database and keys are kept
DATABASE_URL                  ``postgres://user:password@host/name``; SQLite below the home by default
DRAGOMAN_SECRET_KEY[_FILE]    signs sessions; made and kept below the home by default
DRAGOMAN_HOSTS                host names the node answers to, parted by commas; loopback only by default
DRAGOMAN_TLS                  yes behind a proxy that speaks TLS and sets ``X-Forwarded-Proto``
DRAGOMAN_DEBUG                yes shows faults in the browser; refused with any host but loopback
DRAGOMAN_NAME                 what the node is called on its pages
DRAGOMAN_CONSOLE              no serves the API alone, without pages; they need the bundle of ``make front``
============================  ===========================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from dragoman.errors import SettingRefused
from dragoman.lists.home import home_folder
from dragoman.node.environment import Environment, kept_secret

ENVIRONMENT = Environment()
HOME = home_folder()
NODE_HOME = HOME / "node"
NODE_NAME = ENVIRONMENT.text("NAME", "Dragoman")

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
DEBUG = ENVIRONMENT.flag("DEBUG")
TLS = ENVIRONMENT.flag("TLS")
ALLOWED_HOSTS = ENVIRONMENT.several("HOSTS") or LOOPBACK
_PUBLIC = [host for host in ALLOWED_HOSTS if host not in LOOPBACK]
if DEBUG and _PUBLIC:
    raise SettingRefused(f"DRAGOMAN_DEBUG is on and the node answers to {_PUBLIC[0]}", remedy="leave one of them out")
if _PUBLIC and not TLS:
    raise SettingRefused(
        f"the node answers to {_PUBLIC[0]} without TLS",
        remedy="put a proxy with TLS before it and set DRAGOMAN_TLS=yes (see docs/operating.md)",
    )
if "*" in ALLOWED_HOSTS:
    raise SettingRefused("DRAGOMAN_HOSTS is '*'", remedy="name the hosts that the node answers to")

SECRET_KEY = ENVIRONMENT.text("SECRET_KEY") or kept_secret(NODE_HOME / "secret_key")
if len(SECRET_KEY) < 50:
    raise SettingRefused("DRAGOMAN_SECRET_KEY is short", remedy="give 50 characters or more of randomness")

INSTALLED_APPS = [
    "dragoman.node.people",
    "dragoman.node.registry",
    "dragoman.node.jobs",
    "dragoman.node.desk",
    "dragoman.node.journal",
    "dragoman.node.partners",
    "dragoman.node.ledger",
    "dragoman.node.newsroom",
    "dragoman.node.webhooks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "dragoman.node.middleware.RequestId",
    "dragoman.node.serving.metrics.Measured",
    "dragoman.node.api.middleware.ApiProblems",
    "dragoman.node.serving.console.SystemsAlone",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dragoman.node.middleware.ContentSecurity",
    "dragoman.node.serving.pages_only.Session",
    "dragoman.node.serving.pages_only.Locale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "dragoman.node.serving.pages_only.Authentication",
    "dragoman.node.serving.pages_only.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dragoman.node.access.AccessMiddleware",
    "dragoman.node.api.middleware.ApiGuard",
]

ROOT_URLCONF = "dragoman.node.urls"
WSGI_APPLICATION = "dragoman.node.wsgi.application"
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dragoman.node.context.page",
            ],
            "builtins": ["dragoman.node.templatetags.shown"],
            "libraries": {"shown": "dragoman.node.templatetags.shown"},
        },
    },
]


def _databases() -> dict[str, Any]:
    url = ENVIRONMENT.text("DATABASE_URL", prefix="")
    if url:
        return {"default": dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)}
    NODE_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": NODE_HOME / "node.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                # A write that begins as a read would fail half-way when another writer was quicker.
                "transaction_mode": "IMMEDIATE",
                # FULL: what was acknowledged survives a power cut too; group commit pays for it.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;",
            },
        }
    }


DATABASES = _databases()
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

#: Hosts that webhooks may call although they are in a network that is not public.
WEBHOOK_HOSTS = ENVIRONMENT.several("WEBHOOK_HOSTS")
#: Whether this machine may ask for measurements without a key.
METRICS_FROM_LOOPBACK = ENVIRONMENT.flag("METRICS_FROM_LOOPBACK")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "node_cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STATIC_ROOT = NODE_HOME / "static"
#: Whether there are pages for people. Without them nothing has to be bundled, and no file by its digest to be found.
CONSOLE = ENVIRONMENT.flag("CONSOLE", default=True)
_STATIC = "CompressedManifestStaticFilesStorage" if CONSOLE else "CompressedStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"whitenoise.storage.{_STATIC}"},
}
WHITENOISE_MANIFEST_STRICT = False
MEDIA_ROOT = NODE_HOME / "documents"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

SESSION_COOKIE_AGE = 60 * ENVIRONMENT.number("SESSION_MINUTES", 480, least=5)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-dragoman" if TLS else "dragoman"
CSRF_COOKIE_NAME = "__Host-dragoman-csrf" if TLS else "dragoman-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in _PUBLIC]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 63_072_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

from dragoman.node.people.sign_in import *  # noqa: E402, F403  what allauth asks for stands with the people
