"""XML as text: elements made of names, attributes and children, written with an indent."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET  # it writes, and reads nothing  # nosec B405


def child(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """Append an element with a text (none where it is empty) and attributes; return it."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def write(root: ET.Element, path: Path) -> None:
    """Write the document in UTF-8 with its declaration."""
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)
    with path.open("ab") as stream:
        stream.write(b"\n")
