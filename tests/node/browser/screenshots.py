"""The pictures of `docs/console.md`: ``python -m tests.node.browser.screenshots docs/images`` (make screenshots)."""

from __future__ import annotations

import json
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from dragoman.exercise import make
from tests.node.browser.conftest import CHROMIUM, serving
from tests.node.exchange.nodes import Node

WIDTH, HEIGHT = 1280, 800
#: A port's own list, invented: the person of the exercise in another spelling, and what they have to do with.
PORT: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "p-1",
        "Person",
        {"name": "Haled Fares Zemraqouni", "birthDate": "1971-03-14", "passportNumber": "ZZ4410327", "country": "jo"},
    ),
    ("p-2", "Person", {"name": "Munir Zemraqouni", "birthDate": "1978"}),
    ("p-3", "Company", {"name": "Zemraq Lantern Shipping", "jurisdiction": "jo", "incorporationDate": "2009-05-02"}),
    ("p-4", "Vessel", {"name": "Northern Lantern", "imoNumber": "9074729", "flag": "pa"}),
    ("l-1", "Family", {"person": "p-1", "relative": "p-2", "relationship": "brother"}),
    ("l-2", "Directorship", {"director": "p-1", "organization": "p-3", "role": "chairman", "startDate": "2012-01-01"}),
    ("l-3", "Ownership", {"owner": "p-2", "asset": "p-3", "percentage": "60"}),
    ("l-4", "Ownership", {"owner": "p-3", "asset": "p-4"}),
)
_IMPORT = """
from pathlib import Path
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.models import Record
import_list("port-authority", Path({!r}))
print("IS", Record.objects.get(source__name="port-authority", record_id="p-1").pk)
"""


def take(folder: Path) -> None:
    """Start a node with the exercise, walk through it, and keep six pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        exercise = Path(place) / "exercise"
        make(exercise)
        with serving(Path(place), "--exercise") as node, sync_playwright() as play:
            node.people()
            _judge(node, Path(place) / "port.ftm.json")
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

            def page(role: str, scheme: str = "light") -> Page:
                context = browser.new_context(
                    base_url=node.url, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme
                )
                context.add_cookies([{"name": "dragoman", "value": node.cookies[role], "url": node.url}])
                return context.new_page()

            _walk(page, node, exercise, folder)
            browser.close()


def _judge(node: Node, file: Path) -> None:
    """Let the port's record and that of the exercise be one subject."""
    rows = (
        {"id": key, "schema": schema, "properties": {name: [value] for name, value in stated.items()}}
        for key, schema, stated in PORT
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    other = int(node.run(script=_IMPORT.format(str(file))).partition("IS ")[2])
    reason = "The same passport and birth; the port writes the name by ear"
    node.post("analyst", "/lists/subjects/1/judge", other=other, verdict="same", reason=reason)


def _keep(page: Page, folder: Path, name: str, *, whole: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    if whole:
        high = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": WIDTH, "height": high})
        page.wait_for_timeout(300)
    picture = Image.open(BytesIO(page.screenshot()))
    # Few colours make small files: these pages are text on plain ground.
    picture.convert("RGB").quantize(160, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        folder / f"{name}.png", optimize=True
    )


def _walk(page: object, node: Node, exercise: Path, folder: Path) -> None:
    assert callable(page)
    analyst = page("analyst")
    analyst.goto("/search/")
    analyst.locator("input[name=q]").fill("Haled Fares Zemraqouni")
    analyst.keyboard.press("Enter")
    analyst.locator("#results article").first.wait_for()
    _keep(analyst, folder, "search")
    analyst.goto("/screenings/upload/")
    analyst.locator("main input[type=file]").set_input_files(exercise / "customers.csv")
    analyst.locator("main button.primary").first.click()
    analyst.get_by_text("Done").first.wait_for()
    _keep(analyst, folder, "screening")
    reviewer = page("reviewer", "dark")
    reviewer.goto("/hits/")
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("a")
    reviewer.get_by_text("You look after it").wait_for()
    _keep(reviewer, folder, "hits-dark")
    analyst.goto("/lists/subjects/1")
    analyst.locator(".graph canvas").first.wait_for()
    _keep(analyst, folder, "subject", whole=True)
    analyst.goto("/lists/")
    _keep(analyst, folder, "lists")
    auditor = page("auditor")
    auditor.goto("/journal/")
    _keep(auditor, folder, "journal")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
