"""The pictures of `docs/console.md`: ``python -m tests.node.browser.screenshots docs/images`` (make screenshots)."""

from __future__ import annotations

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


def take(folder: Path) -> None:
    """Start a node with the exercise, walk through it, and keep six pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        exercise = Path(place) / "exercise"
        make(exercise)
        with serving(Path(place), "--exercise") as node, sync_playwright() as play:
            node.people()
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

            def page(role: str, scheme: str = "light") -> Page:
                context = browser.new_context(
                    base_url=node.url, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme
                )
                context.add_cookies([{"name": "dragoman", "value": node.cookies[role], "url": node.url}])
                return context.new_page()

            _walk(page, node, exercise, folder)
            browser.close()


def _keep(page: Page, folder: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    picture = Image.open(BytesIO(page.screenshot()))
    # Few colours make small files: these pages are text on plain ground.
    picture.convert("RGB").quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        folder / f"{name}.png", optimize=True
    )


def _walk(page: object, node: Node, exercise: Path, folder: Path) -> None:
    assert callable(page)
    analyst = page("analyst")
    analyst.goto("/search/")
    analyst.locator("input[name=q]").fill("Haled Fares Zemraqouni")
    analyst.keyboard.press("Enter")
    _keep(analyst, folder, "search")
    analyst.goto("/screenings/upload/")
    analyst.locator("main input[type=file]").set_input_files(exercise / "customers.csv")
    analyst.locator("main button.primary").first.click()
    analyst.get_by_text("Done").first.wait_for()
    _keep(analyst, folder, "screening")
    reviewer = page("reviewer", "dark")
    reviewer.goto("/hits/")
    reviewer.keyboard.press("j")
    _keep(reviewer, folder, "hits-dark")
    analyst.goto("/lists/subjects/1")
    _keep(analyst, folder, "subject")
    analyst.goto("/lists/")
    _keep(analyst, folder, "lists")
    auditor = page("auditor")
    auditor.goto("/journal/")
    _keep(auditor, folder, "journal")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
