"""Say what this machine lacks to build the environment, and how to install it. Called by `make`.

Runs on Python 3.6 too, so that an old one is told of and does not fail on its syntax.
"""

import os
import shutil
import subprocess
import sys
import sysconfig

OLDEST = (3, 11)
#: How to install what is needed, by the package manager that is found.
INSTALL = (
    ("apt-get", "sudo apt-get install libicu-dev pkg-config g++ python3-dev python3-venv"),
    ("dnf", "sudo dnf install libicu-devel pkgconf-pkg-config gcc-c++ python3-devel"),
    ("apk", "sudo apk add icu-dev pkgconf g++ python3-dev"),
    ("pacman", "sudo pacman -S icu pkgconf gcc python"),
    ("zypper", "sudo zypper install libicu-devel pkg-config gcc-c++ python3-devel"),
    ("brew", 'brew install icu4c pkg-config, then export PKG_CONFIG_PATH="$(brew --prefix icu4c)/lib/pkgconfig"'),
)


def missing():
    """Return what is missing, a line each."""
    if sys.version_info < OLDEST:
        return [f"Python 3.11 or newer (this is {sys.version.split()[0]}): make PYTHON=python3.12 ..."]
    lacks = []
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        lacks.append("the venv module of Python")
    if has_icu():
        return lacks
    compiler = os.environ.get("CXX", "").split()[:1] or ["c++", "g++", "clang++"]
    if not any(shutil.which(name) for name in compiler):
        lacks.append("a C++ compiler")
    if not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        lacks.append("the headers of Python (Python.h)")
    if not shutil.which("pkg-config"):
        lacks.append("pkg-config")
    elif subprocess.run(["pkg-config", "--exists", "icu-i18n"], check=False).returncode != 0:
        lacks.append("the headers of ICU, the library of scripts and languages (PyICU is compiled against them)")
    return lacks


def has_icu():
    """Tell whether the environment has PyICU already, so that nothing is to be compiled."""
    python = os.path.join(".venv", "bin", "python")
    if not os.path.exists(python):
        return False
    return subprocess.run([python, "-c", "import icu"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def main():
    lacks = missing()
    if not lacks:
        return 0
    print("Dragoman cannot be set up yet. This machine lacks:", file=sys.stderr)
    for line in lacks:
        print("  - " + line, file=sys.stderr)
    remedy = next((command for manager, command in INSTALL if shutil.which(manager)), INSTALL[0][1])
    print("Install it, and run make again:\n  " + remedy, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
