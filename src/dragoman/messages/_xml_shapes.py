"""Documents of a shape met before: the same tags in the same order, with other texts between them.

One program writes a sender's messages, so they differ in their texts and in little else. The tree of such a document
is kept, and the next one of its shape is read by exchanging the texts, without parsing it. That no reader can tell
the difference rests on this: what makes XML ill-formed is either in the tags, which are those of a document that
libxml2 has found well-formed, or it is one of a few things in the texts, and where one of these is in sight, the
document is parsed. So is everything else about which there is a doubt (CDATA, comments, entities of one's own).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from dragoman.messages._xml_names import Seen, local

if TYPE_CHECKING:
    from lxml import etree

#: Longer documents are read without looking at their shape: it is that of no other.
LONGEST = 1 << 17
#: So many elements are kept (some 200 bytes each), and so many shapes remembered that were met once.
_MOST_ELEMENTS = 100_000
_MOST_MET = 10_000
_BLANK = " \t\r\n"
#: Not characters of XML 1.0 (section 2.2); those beyond ASCII are excluded by `_DOUBTFUL`.
_CONTROLS = bytes(set(range(32)) - {9, 10, 13})
_DOUBTFUL = (b"]]>", b"\xef\xbf")
#: Any reference but these five, which `html.unescape` replaces as XML does.
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
#: A tag in which nothing but its end looks like one; what may stand beside; the declarations that change nothing.
_ELEMENT = re.compile(r"""[^?!/"'][^"']*(?:"[^"]*"[^"']*|'[^']*'[^"']*)*""")
_COMMENT = re.compile(r"!--.*--", re.DOTALL)
_DECLARATION = re.compile(r"""\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?""")


class Node(list["Node"]):
    """An element of a shape, in what readers ask of lxml's elements: tag, text, attributes, and the way about."""

    __slots__ = ("attributes", "following", "parent", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None) -> None:
        super().__init__()
        self.tag = tag
        self.text: str | None = None
        self.attributes = attributes
        self.parent = parent
        self.following: Node | None = None
        if parent is not None:
            if parent:
                parent[-1].following = self
            parent.append(self)

    def get(self, name: str) -> str | None:
        """Return an attribute."""
        return self.attributes.get(name)

    def getparent(self) -> Node | None:
        """Return the element that holds this one."""
        return self.parent

    def getnext(self) -> Node | None:
        """Return the element that follows in the same parent."""
        return self.following

    def iterancestors(self) -> Iterator[Node]:
        """Yield the elements that hold this one, the innermost first."""
        outer = self.parent
        while outer is not None:
            yield outer
            outer = outer.parent

    def itertext(self) -> Iterator[str]:
        """Yield the texts of this element and of all inside it."""
        if self.text:
            yield self.text
        for child in self:
            yield from child.itertext()


class Cut(NamedTuple):
    """A document cut at its tags: `tags` identify its shape; ``texts[n]`` stands before tag n."""

    tags: str
    texts: list[str]


def cut(document: bytes) -> Cut | None:
    """Cut a document at its tags; None where something in its texts may be ill-formed, or is hard to tell."""
    if len(document) > LONGEST or any(doubt in document for doubt in _DOUBTFUL):
        return None
    if len(document.translate(None, _CONTROLS)) != len(document):
        return None
    referring = b"&" in document
    if referring and _REFERENCE.search(document):
        return None
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return None
    tags, texts = _parted(text)
    if tags is None:
        return None
    return Cut("<".join(tags), [unescape(each) for each in texts] if referring else texts)


def _parted(text: str) -> tuple[list[str] | None, list[str]]:
    """Return what stands within angle brackets, and what beside; None where they do not take turns.

    As ``re.split("<([^<>]*)>", text)`` would, in half the time: it is cut at either bracket, then put together.
    """
    parts = text.replace(">", "<").split("<")
    tags, texts = parts[1::2], parts[::2]
    if len(texts) != len(tags) + 1:
        return None, texts
    whole = [""] * (4 * len(tags) + 1)
    whole[::4], whole[1::4], whole[2::4], whole[3::4] = texts, ["<"] * len(tags), tags, [">"] * len(tags)
    return (tags if "".join(whole) == text else None), texts


class Shape:
    """A tree whose texts are exchanged, lent to one reader at a time; `seen` are its starts and ends (see `Seen`)."""

    def __init__(self, size: int, seen: list[Seen], leaves: dict[int, Node], count: int) -> None:
        self.size = size
        self.seen = seen
        self._leaves = list(leaves.values())
        self._within = itemgetter(*leaves)
        self._beside = itemgetter(*(number for number in range(count) if number not in leaves))

    def fill(self, texts: list[str]) -> bool:
        """Take those texts; False where there are words beside elements: the document is to be parsed."""
        if texts[0] or "".join(self._beside(texts)).strip(_BLANK):
            return False
        for leaf, text in zip(self._leaves, self._within(texts), strict=True):
            leaf.text = text
        return True


def shape_of(root: etree._Element, found: Cut, tags: Collection[str]) -> Shape | None:
    """Return the shape of a parsed document, with the starts and ends of elements of those names.

    None where it has no two texts, and where its tags are not, one by one, those of its elements: an attribute
    holds a sign of markup, something is declared that is not UTF-8, an instruction stands between the tags.
    """
    elements = iter([each for each in root.iter() if isinstance(each.tag, str)])
    leaves: dict[int, Node] = {}
    seen: list[Seen] = []
    open_: list[Node] = []
    begun: Node | None = None  # by the tag before
    written = found.tags.split("<")
    size = 0
    for number, tag in enumerate(written):
        if tag.startswith("/"):
            node = open_.pop()
            if node is begun:
                leaves[number] = node
            seen.append(Seen("end", node, True))
            begun = None
        elif _ELEMENT.fullmatch(tag):
            element = next(elements)
            begun = Node(
                str(element.tag),
                {str(name): str(value) for name, value in element.attrib.items()},
                open_[-1] if open_ else None,
            )
            size += 1
            seen.append(Seen("start", begun, True))
            if tag.endswith("/"):
                seen.append(Seen("end", begun, True))
                begun = None
            else:
                open_.append(begun)
        elif _COMMENT.fullmatch(tag) or (number == 0 and _DECLARATION.fullmatch(tag)):
            begun = None
        else:
            return None
    wanted = [each for each in seen if local(each.element) in tags]
    return Shape(size, wanted, leaves, len(written) + 1) if len(leaves) > 1 else None


class Shapes:
    """The shapes met of late, whose readers ask for the starts and ends of elements of those `tags`.

    Safe to share among threads. A shape is kept when it is met for the second time.
    """

    def __init__(self, tags: Collection[str]) -> None:
        self.tags = frozenset(tags)
        self._kept: dict[str, Shape] = {}
        self._size = 0
        self._met: dict[int, None] = {}
        self._lock = Lock()

    def take(self, found: Cut) -> Shape | None:
        """Borrow the shape of a document, filled with its texts; None where it is not kept or does not fit."""
        with self._lock:
            shape = self._kept.pop(found.tags, None)
            if shape is not None:
                self._size -= shape.size
        if shape is None or shape.fill(found.texts):
            return shape
        self.give(found, shape)
        return None

    def give(self, found: Cut, shape: Shape) -> None:
        """Give a shape back, or for the first time; those that were asked for longest ago make room."""
        with self._lock:
            replaced = self._kept.pop(found.tags, None)
            self._kept[found.tags] = shape
            self._size += shape.size - (replaced.size if replaced else 0)
            while self._size > _MOST_ELEMENTS:
                self._size -= self._kept.pop(next(iter(self._kept))).size

    def learn(self, found: Cut, root: etree._Element) -> None:
        """Keep the shape of a document that was parsed, if one like it was met before."""
        key = hash(found.tags)
        with self._lock:
            known = key in self._met
            if not known:
                if len(self._met) >= _MOST_MET:
                    self._met.clear()
                self._met[key] = None
        if known and (shape := shape_of(root, found, self.tags)) is not None:
            self.give(found, shape)
