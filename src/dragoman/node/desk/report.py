"""A screening as a signed PDF: settings, counts, hits with their reasons and decisions.

Names are set in the fonts that the system has (Debian: fonts-dejavu, fonts-noto-core), shaped by HarfBuzz, so that
Arabic joins and runs from the right. Where no font has a script, the report says so and gives it in Latin letters.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from fpdf import FPDF

from dragoman.node.access import Principal
from dragoman.node.desk import certificate
from dragoman.node.desk.exporting import hits_of
from dragoman.node.desk.models import Screening
from dragoman.node.readings import reading

#: Hits in one report; the other exports have all of them.
MOST = 500
_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/noto", "/usr/share/fonts/opentype/noto")
#: Fonts by the name used here; the first is the main one, the others stand in for what it lacks.
_FONTS = {
    "sans": ("DejaVuSans.ttf", "NotoSans-Regular.ttf"),
    "arabic": ("NotoSansArabic-Regular.ttf", "NotoNaskhArabic-Regular.ttf"),
    "hebrew": ("NotoSansHebrew-Regular.ttf",),
    "devanagari": ("NotoSansDevanagari-Regular.ttf",),
    "bengali": ("NotoSansBengali-Regular.ttf",),
    "thai": ("NotoSansThai-Regular.ttf",),
    "cjk": ("NotoSansCJK-Regular.ttc",),
}
_BOLD = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf")


@cache
def fonts() -> dict[str, Path]:
    """Return the fonts that the system has, by the names of `_FONTS`."""
    found = {}
    for name, files in (*_FONTS.items(), ("bold", _BOLD)):
        paths = (Path(folder) / file for file in files for folder in _FOLDERS)
        if (path := next((path for path in paths if path.is_file()), None)) is not None:
            found[name] = path
    return found


class _Page(FPDF):
    """A page with its footer, and text that never fails for a letter that no font has."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.told, self.missing = title, False
        self.set_title(title)
        self.set_margin(18)
        self.set_auto_page_break(True, margin=20)
        self._load()

    def _load(self) -> None:
        found = fonts()
        if "sans" not in found:
            self.family = "helvetica"
            return
        self.family = "sans"
        self.add_font("sans", "", str(found["sans"]))
        self.add_font("sans", "B", str(found.get("bold", found["sans"])))
        others = [name for name in found if name not in ("sans", "bold")]
        for name in others:
            self.add_font(name, "", str(found[name]))
        if others:
            self.set_fallback_fonts(others, exact_match=False)
        self.set_text_shaping(True)

    def footer(self) -> None:
        """Write what the page belongs to, and its number."""
        self.set_y(-14)
        self.set_font(self.family, "", 7.5)
        self.set_text_color(110)
        self.cell(0, 5, f"{self.told} · page {self.page_no()} of {{nb}}")

    def write_line(self, text: str, size: float = 9.5, style: str = "", grey: int = 20, gap: float = 0) -> None:
        """Write a paragraph."""
        self.set_font(self.family, style, size)
        self.set_text_color(grey)
        self.multi_cell(0, size * 0.5, self.fit(text), new_x="LMARGIN", new_y="NEXT")
        if gap:
            self.ln(gap)

    def fit(self, text: str) -> str:
        """Return the text, or how it reads in Latin letters where no font has its script."""
        if self.family == "helvetica":
            plain = (reading(text) or text).encode("latin-1", "replace").decode("latin-1")
            self.missing |= plain != text
            return plain
        known = [set(font.cmap) for font in self.fonts.values() if hasattr(font, "cmap")]
        if all(char.isspace() or any(ord(char) in cmap for cmap in known) for char in text):
            return text
        self.missing = True
        return "".join(char if any(ord(char) in cmap for cmap in known) else "?" for char in (reading(text) or text))


def report(principal: Principal, kept: Screening) -> bytes:
    """Return the signed report of a screening."""
    page = _Page(f"{settings.NODE_NAME}: screening {kept.pk}")
    page.add_page()
    _head(page, kept)
    hits = hits_of(principal, kept)
    for hit in hits[:MOST]:
        _hit(page, hit)
    if (total := hits.count()) > MOST:
        page.write_line(f"{total - MOST:,} further hits are not in this report; the CSV has all.", style="B")
    if page.missing:
        page.write_line("Where this system has no font for a script, the text is given in Latin letters.", 8, grey=90)
    page.write_line(f"Signed by the node. Fingerprint (SHA-256): {certificate.fingerprint()}", 7.5, grey=90)
    return _signed(bytes(page.output()))


def _head(page: _Page, kept: Screening) -> None:
    page.write_line(f"Screening {kept.pk}", 17, "B", gap=2)
    lists = ", ".join(f"{name} {version}" for name, version in sorted(kept.lists.items())) or "none"
    rows = [
        f"Purpose: {kept.purpose}. By {kept.by.shown_name}, {timezone.localtime(kept.at):%Y-%m-%d %H:%M}.",
        f"Threshold {kept.threshold:.2f}, at most {kept.limit} hits a query.",
        f"Lists: {lists}.",
        f"{kept.queries:,} queries screened, {kept.with_hits:,} with hits.",
    ]
    if kept.document is not None:
        rows.append(f"Document: {kept.document.name}, SHA-256 {kept.document.sha256}.")
    if kept.refused or kept.partly:
        rows.append(
            f"{kept.refused:,} rows could not be read and are not clear; {kept.partly:,} messages read in part."
        )
    for row in rows:
        page.write_line(row)
    page.write_line("A hit is not an identity: a person decides.", 9, grey=90, gap=3)


def _hit(page: _Page, hit: Any) -> None:
    page.write_line(f"{int(hit.score * 100) / 100:.2f}   {hit.query.caption}", 10.5, "B")
    page.write_line(hit.caption, 10)
    if hint := reading(hit.caption):
        page.write_line(hint, 8, grey=110)
    where = f"{hit.source} {hit.version} · {hit.record_id} · {hit.get_state_display()}"
    page.write_line(f"{where} · {hit.query.place}" if hit.query.place else where, 8, grey=90)
    for feature in hit.features:
        page.write_line(f"{feature['weight']:+.1f}  {feature['sentence']}", 8.5)
    for review in hit.reviews.all():
        if review.undone_at is None:
            when = f"{timezone.localtime(review.at):%Y-%m-%d %H:%M}"
            page.write_line(f"{when} {review.by.shown_name}: {review.get_disposition_display()}. {review.reason}", 8.5)
    page.ln(3)


def _signed(plain: bytes) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    home = certificate.folder()
    maker: Any = signers.SimpleSigner
    signer = maker.load(str(home / "key.pem"), str(home / "certificate.pem"))
    meta = signers.PdfSignatureMetadata(field_name="Node", reason="Report of a screening", name=settings.NODE_NAME)
    out = io.BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(plain)), meta, signer=signer, output=out)
    return out.getvalue()
