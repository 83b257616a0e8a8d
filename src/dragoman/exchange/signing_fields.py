"""The two header fields of RFC 9421, as structured fields (RFC 8941): only the forms that signatures use."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dragoman.errors import SignatureRefused

Value = str | int | bool | bytes

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_NUMBER = re.compile(r"-?\d{1,15}(?![\d.])")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_SPACE = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Component:
    """One covered component: a field's or derived component's name, and whether it is of the request (``;req``)."""

    name: str
    of_request: bool = False

    def __str__(self) -> str:
        return f'"{self.name}"{";req" if self.of_request else ""}'


@dataclass(frozen=True, slots=True)
class Input:
    """One member of Signature-Input: what is covered, the parameters, and the text as it was received."""

    components: tuple[Component, ...]
    parameters: Mapping[str, Value]
    text: str


def write_input(components: tuple[Component, ...], parameters: Mapping[str, Value]) -> str:
    """Return the value of a member of Signature-Input."""
    inner = " ".join(str(each) for each in components)
    return f"({inner})" + "".join(f";{key}={_write(value)}" for key, value in parameters.items())


def write_bytes(content: bytes) -> str:
    """Return bytes as a structured field has them."""
    return f":{base64.b64encode(content).decode('ascii')}:"


def read_inputs(text: str) -> dict[str, Input]:
    """Read Signature-Input. Raises SignatureRefused."""
    scanner, found = _Scanner(text), dict[str, Input]()
    while not scanner.done:
        label = scanner.key()
        scanner.expect("=")
        begun = scanner.at
        scanner.expect("(")
        components = _components(scanner)
        parameters = _parameters(scanner)
        if label in found:
            raise _refused(f"the label {label} stands twice")
        found[label] = Input(components, parameters, scanner.text[begun : scanner.at].strip())
        scanner.comma()
    return found


def read_signatures(text: str) -> dict[str, bytes]:
    """Read Signature, or Content-Digest, which has the same form. Raises SignatureRefused."""
    scanner, found = _Scanner(text), dict[str, bytes]()
    while not scanner.done:
        label = scanner.key()
        scanner.expect("=")
        value = scanner.value()
        if label in found or not isinstance(value, bytes):
            raise _refused(f"{label} stands twice, or is not bytes")
        found[label] = value
        scanner.comma()
    return found


def _components(scanner: _Scanner) -> tuple[Component, ...]:
    components: list[Component] = []
    while not scanner.takes(")"):
        name = scanner.value()
        parameters = _parameters(scanner)
        if not isinstance(name, str) or parameters.keys() - {"req"} or parameters.get("req", True) is not True:
            raise _refused("a covered component is not understood")
        components.append(Component(name, "req" in parameters))
        scanner.space()
    if len(set(components)) != len(components):
        raise _refused("a component is covered twice")
    return tuple(components)


def _parameters(scanner: _Scanner) -> dict[str, Value]:
    parameters: dict[str, Value] = {}
    while scanner.takes(";"):
        scanner.space()
        key = scanner.key()
        if key in parameters:
            raise _refused(f"the parameter {key} stands twice")
        parameters[key] = scanner.value() if scanner.takes("=") else True
    return parameters


def _write(value: Value) -> str:
    if isinstance(value, bool):
        return f"?{int(value)}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return write_bytes(value)
    if not value.isascii() or not value.isprintable():
        raise _refused(f"{value!r} cannot stand in a header")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _refused(message: str) -> SignatureRefused:
    return SignatureRefused(f"the signature's headers cannot be read: {message}", remedy="send them as in RFC 9421")


class _Scanner:
    """Walks over the text of a field."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text.strip(" \t"), 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def takes(self, letter: str) -> bool:
        if self.text.startswith(letter, self.at):
            self.at += 1
            return True
        return False

    def expect(self, letter: str) -> None:
        if not self.takes(letter):
            raise _refused(f"{letter!r} is missing at {self.at}")

    def space(self) -> None:
        self._match(_SPACE)

    def comma(self) -> None:
        """Between members; one at the end is an error."""
        self.space()
        if not self.done:
            self.expect(",")
            self.space()
            if self.done:
                raise _refused("it ends with a comma")

    def key(self) -> str:
        found = self._match(_KEY)
        if found is None:
            raise _refused(f"a name is missing at {self.at}")
        return found.group()

    def value(self) -> Value:
        if found := self._match(_STRING):
            return re.sub(r"\\(.)", r"\1", found.group(1))
        if found := self._match(_BYTES):
            try:
                return base64.b64decode(found.group(1), validate=True)
            except binascii.Error as error:
                raise _refused("not base64") from error
        if found := self._match(_NUMBER):
            return int(found.group())
        raise _refused(f"a value is missing at {self.at}")

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found
