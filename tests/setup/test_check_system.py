"""A machine that lacks something is told what, and how to install it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "check_system.py"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, on a machine without an environment yet."""
    spec = importlib.util.spec_from_file_location("check_system", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)
    return module


def on_a_machine_with(check: ModuleType, monkeypatch: pytest.MonkeyPatch, *commands: str, icu: bool = False) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/usr/bin/{name}" if name in commands else None)
    monkeypatch.setattr(check.os.path, "exists", lambda path: not path.startswith(".venv"))
    done = subprocess.CompletedProcess([], 0 if icu else 1)
    monkeypatch.setattr(check.subprocess, "run", lambda *arguments, **more: done)


def test_a_machine_with_all_of_it_is_told_nothing(check, monkeypatch, capsys):
    on_a_machine_with(check, monkeypatch, "g++", "pkg-config", icu=True)
    assert check.main() == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("commands", "icu", "told"),
    [
        (("pkg-config",), True, "a C++ compiler"),
        (("g++",), True, "pkg-config"),
        (("g++", "pkg-config"), False, "the headers of ICU"),
    ],
)
def test_what_is_missing_is_told_with_the_command_that_installs_it(check, monkeypatch, capsys, commands, icu, told):
    on_a_machine_with(check, monkeypatch, "apt-get", *commands, icu=icu)
    assert check.main() == 1
    message = capsys.readouterr().err
    assert told in message
    assert "sudo apt-get install libicu-dev pkg-config g++" in message


def test_another_system_is_told_its_own_command(check, monkeypatch, capsys):
    on_a_machine_with(check, monkeypatch, "dnf", "g++", "pkg-config")
    assert check.main() == 1
    assert "sudo dnf install libicu-devel" in capsys.readouterr().err


def test_an_old_python_is_told(check, monkeypatch, capsys):
    monkeypatch.setattr(check.sys, "version_info", (3, 10, 2))
    assert check.main() == 1
    assert "Python 3.11 or newer" in capsys.readouterr().err


def test_an_environment_that_has_pyicu_needs_nothing_more(check, monkeypatch):
    monkeypatch.setattr(check, "has_icu", lambda: True)
    monkeypatch.setattr(check.shutil, "which", lambda name: None)
    assert check.missing() == []


def test_it_runs_as_a_script():
    assert subprocess.run([sys.executable, SCRIPT], capture_output=True, check=False).returncode in (0, 1)
