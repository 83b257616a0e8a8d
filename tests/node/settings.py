"""Settings for tests: a home of their own, fast passwords, everything else as in operation."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("DRAGOMAN_HOME", tempfile.mkdtemp(prefix="dragoman-tests-"))

from dragoman.node.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
LOGGING["root"]["level"] = "ERROR"  # noqa: F405
