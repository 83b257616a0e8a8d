"""Tables of reference data: tab-separated files beside the code that uses them."""

from __future__ import annotations

from importlib.resources import files


def read_table(room: str, name: str) -> list[list[str]]:
    """Return the rows of table `name` in the ``data`` folder of a room (``names``, ``lists``), ``#`` lines left out."""
    text = files(f"dragoman.{room}").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
