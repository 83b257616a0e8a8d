"""What all tests of the node share: people of every role, clients that are signed in, API keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from os import environ

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from dragoman.node.access import ROLES
from dragoman.node.people.models import Account, ApiKey, Appointment, Team
from dragoman.node.people.principals import PURPOSE
from tests.node.homes import Homes
from tests.node.journal.emptying import journal_may_be_emptied  # noqa: F401  a fixture, for all tests

#: Everybody's password.
PASSWORD = "a boat on the old canal"  # noqa: S105
#: What everybody's authenticator app knows.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


@pytest.fixture(scope="session", autouse=True)
def _collected() -> None:
    """An empty folder of collected static files, which WhiteNoise asks for."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Homes of nodes to copy, which all processes of this run share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in environ:
        folder = folder.parent
    return Homes(folder / "homes")


@dataclass
class People:
    """One account a role, each with a second factor; `make` makes more."""

    made: dict[str, Account] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Account:
        try:
            return self.__dict__["made"][name]
        except KeyError:
            raise AttributeError(name) from None

    def make(self, name: str, *roles: str, teams: Iterable[Team] = (), second_factor: bool = True) -> Account:
        """Make an account called `name` with the roles and teams."""
        account = Account.objects.create(username=name, first_name=name.capitalize(), password=self._password)
        Appointment.objects.bulk_create(Appointment(account=account, role=role) for role in roles)
        account.teams.set(teams)
        if second_factor:
            TOTP.activate(account, TOTP_SECRET)
        self.made[name] = account
        return account

    @property
    def _password(self) -> str:
        return make_password(PASSWORD)


@dataclass(frozen=True)
class Issued:
    """An API key and its secret; `headers` is what a system sends."""

    key: ApiKey
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the key, for ``client.get(url, headers=...)``."""
        return {"Authorization": f"ApiKey {self.secret}"}

    @property
    def client(self) -> Client:
        """A client that sends the key with each request."""
        return Client(headers=self.headers)


@pytest.fixture
def people(db: None) -> People:
    """One account a role: ``people.analyst`` ... ``people.administrator``; all have the password `PASSWORD`."""
    found = People()
    for role in ROLES:
        found.make(role, role)
    return found


@pytest.fixture
def client_of(people: People) -> Callable[..., Client]:
    """``client_of(role, purpose="training")``: a client signed in as the account of that name (or as an account)."""

    def sign_in(who: str | Account, purpose: str | None = "training") -> Client:
        client = Client()
        client.force_login(getattr(people, who) if isinstance(who, str) else who)
        if purpose is not None:
            session = client.session
            session[PURPOSE] = purpose
            session.save()
        return client

    return sign_in


@pytest.fixture
def api_key(people: People) -> Callable[..., Issued]:
    """``api_key(role, scopes=[...], purposes=["training"])``: an API key for which the account of that name answers."""

    def issue(
        who: str | Account, scopes: Iterable[str] = (), purposes: Iterable[str] = ("training",), **fields: object
    ) -> Issued:
        account = getattr(people, who) if isinstance(who, str) else who
        key, secret = ApiKey.issue(name=f"key of {account.username}", account=account, scopes=list(scopes), **fields)
        key.purposes.set(purposes)
        return Issued(key, secret)

    return issue
