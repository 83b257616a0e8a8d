"""A node whose console was not bundled says so and does not start; one that serves systems alone needs no bundle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.node.homes import Homes
from tests.node.serving.running import environment, make_key

#: `dragoman serve` where the bundle stands in another folder.
_ELSEWHERE = """
import sys
from pathlib import Path
from dragoman.node.serving.prepare import set_up
set_up()
from dragoman.node.serving import console
console.FOLDER = Path(sys.argv.pop())
from dragoman.cli import main
main()
"""
#: What a node answers to these paths, in the home of the process.
_ASKED = """
import sys
from dragoman.node.serving.prepare import prepare, set_up
set_up()
prepare()
from django.test import Client
client = Client(raise_request_exception=False, headers={"Authorization": f"ApiKey {sys.argv[1]}"})
nobody = Client(raise_request_exception=False)
for path in sys.argv[2:]:
    print(path, client.get(path, headers={"host": "localhost"}).status_code,
          nobody.get(path, headers={"host": "localhost"}).status_code)
"""


def test_serve_refuses_to_start_without_the_bundle_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "console.js").touch()
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, "serve", "--port", "1", str(tmp_path / "bundle")],
        env=environment(tmp_path / "home", DATABASE_URL="", DRAGOMAN_CONSOLE="yes"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the console is not bundled: theme.js, style.css, icons.svg, mark.svg missing" in done.stderr
    assert "make front" in done.stderr
    assert "wheel" in done.stderr
    assert not (tmp_path / "home" / "node" / "node.sqlite3").exists()


def test_a_node_for_systems_alone_answers_its_api_and_has_no_pages(tmp_path: Path, homes: Homes) -> None:
    home = tmp_path / "home"
    given = {"DATABASE_URL": "", "DRAGOMAN_CONSOLE": "no"}
    key = make_key(home, homes=homes, **given)
    paths = ["/healthz", "/catalog", "/api/jobs", "/taxii2/", "/hits/", "/accounts/login/", "/api/docs", "/no/such"]
    done = subprocess.run(
        [sys.executable, "-c", _ASKED, key, *paths],
        env=environment(home, **given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    answered = {
        path: (int(by_key), int(by_nobody)) for path, by_key, by_nobody in map(str.split, done.stdout.split("\n")[:-1])
    }
    assert answered["/healthz"] == (200, 200)
    assert answered["/catalog"][0] == 200
    assert answered["/api/jobs"][1] == 401
    assert answered["/taxii2/"][1] in (401, 403)
    assert {answered[path] for path in paths[4:]} == {(404, 404)}
