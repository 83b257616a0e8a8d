"""Reading XML from publishers who are not trusted."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists._xml import begins_with_element, child_text, children, iter_elements, read_root, text_of

SMALL = b"""<?xml version="1.0"?><!-- note --><l:LIST xmlns:l="urn:x" made="2020  01">
<l:A><l:N> one
 two </l:N><l:A>inner</l:A></l:A><B/><A><N>three</N></A></l:LIST>"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "list.xml"
    path.write_bytes(SMALL)
    return path


def read(path: Path) -> list[str]:
    return [f"{place} {text_of(element)}" for place, element in iter_elements(path, {"A", "B"})]


def test_elements_come_in_order_with_their_place_whatever_their_namespace(source: Path) -> None:
    found = [(place, child_text(element, "N")) for place, element in iter_elements(source, {"A", "B"})]
    assert found == [("A[1]", "one two"), ("B[1]", ""), ("A[2]", "three")]


def test_an_element_inside_a_wanted_one_stays_inside_it(source: Path) -> None:
    _, first = next(iter(iter_elements(source, {"A"})))
    assert [text_of(child) for child in children(first, "A")] == ["inner"]


def test_the_root_is_read_alone(source: Path) -> None:
    assert read_root(source) == ("LIST", {"made": "2020 01"})
    assert begins_with_element(SMALL, "LIST")
    assert not begins_with_element(SMALL, "LIS")


@pytest.mark.parametrize("length", [1, 40, len(SMALL) - 60, len(SMALL) - 8])
def test_a_truncated_file_is_refused_and_says_where_it_ends(source: Path, length: int) -> None:
    source.write_bytes(SMALL[:length])
    with pytest.raises(ListRefused, match="ends in the middle, at line"):
        read(source)


def test_malformed_xml_is_refused_with_its_line(source: Path) -> None:
    source.write_bytes(SMALL.replace(b"</A>", b"</C>"))
    with pytest.raises(ListRefused, match="not well-formed XML at line 3"):
        read(source)


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE LIST SYSTEM "http://example.org/x.dtd"><LIST><A/></LIST>',
        b'<!DOCTYPE LIST [<!ENTITY a "b">]><LIST><A>&a;</A></LIST>',
        b'<!DOCTYPE L [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><L m="&c;"/>',
        b'<!DOCTYPE LIST [<!ENTITY a SYSTEM "file:///etc/passwd">]><LIST><A>&a;</A></LIST>',
    ],
)
def test_a_dtd_is_refused(source: Path, text: bytes) -> None:
    source.write_bytes(text)
    with pytest.raises(ListRefused, match="DTD"):
        read(source)
    with pytest.raises(ListRefused, match="DTD"):
        read_root(source)


def test_deep_nesting_is_refused(source: Path) -> None:
    source.write_bytes(b"<x>" * 100_000 + b"</x>" * 100_000)
    with pytest.raises(ListRefused, match="nest deeper"):
        read(source)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="cannot be opened"):
        read(tmp_path / "nothing.xml")


def test_memory_does_not_grow_with_the_file(source: Path) -> None:
    import resource

    def write(count: int) -> None:
        with source.open("wb") as stream:
            stream.write(b"<L>")
            for number in range(count):
                stream.write(b"<X><A><N>%d</N>%s</A></X>" % (number, b"y" * 1000))
            stream.write(b"</L>")

    write(1_000)
    assert sum(1 for _ in iter_elements(source, {"A"})) == 1_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write(30_000)
    tracemalloc.start()
    assert sum(1 for _ in iter_elements(source, {"A"})) == 30_000
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB; the file holds 30 MB


@given(st.binary(max_size=300), st.integers(0, len(SMALL)))
def test_random_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, cut: int) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.xml"
    for content in (noise, SMALL[:cut] + noise, SMALL[:cut] + noise + SMALL[cut:]):
        path.write_bytes(content)
        begins_with_element(content, "LIST")
        with suppress(ListRefused):
            read(path)
