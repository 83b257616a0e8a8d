"""Somebody at a node's pages, without a browser: signs in, reads pages, sends the forms that stand there."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dragoman.errors import StepRefused

if TYPE_CHECKING:
    import httpx

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]+)"')
_TROUBLE = re.compile(r'<(?:div|p|li)[^>]*class="[^"]*notice[^"]*bad[^"]*"[^>]*>(.*?)</(?:div|p|li)>', re.S)
PURPOSE = "training"


class Visitor:
    """One person, signed in at one node; a context, at whose end the connection is closed."""

    def __init__(self, url: str, name: str, password: str) -> None:
        import httpx

        self._client = httpx.Client(base_url=url, trust_env=False, follow_redirects=True, timeout=60)
        self.send("/accounts/login/", "/accounts/login/", login=name, password=password)
        self.send("/people/purpose/", "/people/purpose/", purpose=PURPOSE, next="/")

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def page(self, path: str, **query: str) -> str:
        """Return a page. Raises StepRefused where the node does not show it."""
        return self._text(self._client.get(path, params=query or None), path)

    def send(self, shown_on: str, path: str, /, files: Mapping[str, Path] | None = None, **fields: Any) -> str:
        """Send a form to `path` that stands on the page `shown_on`; return the page that it leads to.

        Raises StepRefused with what the page says where the form was not taken.
        """
        found = _TOKEN.search(self.page(shown_on))
        if found is None:
            raise StepRefused(f"{shown_on} has no form", remedy="look at the page with a browser")
        given = {"csrfmiddlewaretoken": found[1], **fields}
        headers = {"Referer": str(self._client.base_url)}
        opened = {name: (file.name, file.read_bytes()) for name, file in (files or {}).items()}
        answer = self._client.post(path, data=given, files=opened or None, headers=headers)
        text = self._text(answer, path)
        if (trouble := _TROUBLE.search(text)) is not None and path != shown_on:
            raise StepRefused(plain(trouble[1]), place=path, remedy="see the page")
        return text

    def _text(self, answer: httpx.Response, path: str) -> str:
        if answer.status_code != 200:
            trouble = _TROUBLE.search(answer.text)
            said = plain(trouble[1]) if trouble else f"the node answers {answer.status_code}"
            raise StepRefused(said, place=path, remedy="see said.log in the node's home")
        return answer.text


def plain(markup: str) -> str:
    """Return the text of a piece of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
