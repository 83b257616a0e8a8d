"""``dragoman`` as a process: start, streams, signals and the exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import dragoman

COMMAND = [sys.executable, "-c", "from dragoman.cli import main; main()"]


def dragoman_process(*arguments: object, **more) -> subprocess.CompletedProcess:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=False, **more)


def test_help_imports_nothing_heavy():
    script = (
        "import sys\nfrom dragoman.cli.app import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'followthemoney', 'numba', 'numpy', 'rich', 'lxml', 'rigour', 'orjson', 'yaml', 'rapidfuzz'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert "lists" in done.stdout
    assert done.stderr.strip() == "[]"


def test_version_is_told():
    assert dragoman_process("--version").stdout.decode().strip() == f"dragoman {dragoman.__version__}"


def test_every_command_has_help(home):
    for command in ("lists", "lists add", "lists fetch", "lists ls", "lists show", "lists diff", "lists rm",
                    "screen", "compare", "index", "index build", "index show"):  # fmt: skip
        done = subprocess.run([*COMMAND, *command.split(), "--help"], capture_output=True, check=True, text=True)
        assert "Usage:" in done.stdout, command


def test_completion_offers_commands_and_lists(run, partners, home):
    run("lists", "add", "partners", partners, "--format", "ftm")
    for words, offered in (("dragoman ", "screen"), ("dragoman lists show ", "partners")):
        environment = {
            **os.environ,
            "_DRAGOMAN_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split())),
        }
        script = [sys.executable, "-c", "import sys; sys.argv[0] = 'dragoman'; from dragoman.cli import main; main()"]
        done = subprocess.run(script, capture_output=True, check=False, text=True, env=environment)
        assert f"plain,{offered}" in done.stdout


def test_errors_are_messages_without_a_traceback(home):
    done = dragoman_process("lists", "show", "un-sc")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("Error: no list named un-sc is kept\n  ")


def test_a_fault_is_no_hit(home):
    script = (
        "from dragoman.cli import app as module\n"
        "import dragoman.cli.lists_look as look\n"
        "class Broken:\n"
        "    @classmethod\n"
        "    def open(cls): raise RuntimeError('boom')\n"
        "look.ListStore = Broken\n"
        "module.app(['lists', 'ls'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 70
    assert "RuntimeError: boom" in done.stderr
    assert "fault in Dragoman" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
def test_a_reader_that_goes_away_is_no_error_to_tell_of(run, partners, home):
    run("lists", "add", "partners", partners, "--format", "ftm")
    script = f"import sys; sys.argv = ['dragoman', 'lists', 'show', 'partners', '--json']; {COMMAND[-1]}"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
def test_ctrl_c_ends_quietly(home, tmp_path):
    script = (
        "import os, signal\nimport dragoman.cli.lists_look as look\nfrom dragoman.cli import main\n"
        "class Slow:\n"
        "    @classmethod\n"
        "    def open(cls): os.kill(os.getpid(), signal.SIGINT); signal.pause()\n"
        "look.ListStore = Slow\nimport sys; sys.argv = ['dragoman', 'lists', 'ls']\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_a_pipe_has_no_colour_no_bar_and_utf8_whatever_the_locale(run, partners, home):
    run("lists", "add", "partners", partners, "--format", "ftm")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = dragoman_process("lists", "show", "partners", env=environment)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
@pytest.mark.parametrize("no_colour", [True, False])
def test_no_color_is_respected_on_a_terminal(run, partners, home, no_colour):
    import pty

    run("lists", "add", "partners", partners, "--format", "ftm")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    if no_colour:
        environment["NO_COLOR"] = "1"
    leader, follower = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "lists", "ls"], stdout=follower, stderr=subprocess.DEVNULL, env=environment, check=False
    )
    shown = os.read(leader, 65536).decode()
    os.close(follower)
    os.close(leader)
    assert done.returncode == 0
    assert "partners" in shown
    if no_colour:
        assert "\x1b[3" not in shown


def test_screening_as_a_process(home, partners, tmp_path):
    screening = pytest.importorskip("dragoman.screening")
    if not hasattr(screening, "Screener"):
        pytest.skip("the screening room is not there")
    assert dragoman_process("lists", "add", "partners", partners, "--format", "ftm").returncode == 0
    hit = dragoman_process("screen", "--name", "Ruvan Telmori", "--json")
    assert hit.returncode == 1
    assert json.loads(hit.stdout)["hits"][0]["id"] == "a"
    assert dragoman_process("screen", "--name", "Xqzw Vbbrt", "--json").returncode == 0
    assert dragoman_process("screen", "-", "--json", input=b"name\nRuvan Telmori\n,\n").returncode == 1
    assert dragoman_process("screen", "-", "--json", input=b"id,name\n1,Ruvan Telmori\n2,\n").returncode == 2
