"""Fonts and colours of every paper. Registered once, when the module loads, under the import lock."""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace
from reportlab.pdfgen.canvas import Canvas

# A font keeps the state of the file in hand, so papers are drawn one at a time.
PEN = Lock()

# Streams as bytes: a fifth smaller, and ReportLab's text encoding of them is the slowest part of a short paper.
rl_config.useA85 = 0
# Else every file also names Helvetica, which nothing embeds.
rl_config.canvas_basefontname = "Vera"

# Bitstream Vera ships with ReportLab, has every Spanish letter and is embedded: a paper looks the same everywhere.
REGULAR = "Vera"
BOLD = "VeraBd"

# GOV.CO's palette.
COBALT = HexColor("#0943B5")
INK = HexColor("#000000")
GREY = HexColor("#4C4C4C")
RULE = HexColor("#B8C4DC")
TINT = HexColor("#E5ECF8")
YELLOW = HexColor("#FECC2F")
WHITE = HexColor("#FFFFFF")

_SPANISH = "ÁÉÍÑÓÚÜáéíñóúü¡¿ª°º"  # spanish: the letters a font must hold
# Printable ASCII, the other letters and signs of Spanish, typographic punctuation.
_USUAL = "".join(map(chr, range(0x20, 0x7F))) + _SPANISH + "«»·–—‘’“”•…"


class _Packed:
    """ReportLab's stream filter for deflate, remembering what it packed."""

    pdfname = "FlateDecode"

    @staticmethod
    @lru_cache(maxsize=16)
    def encode(content: bytes) -> bytes:
        return zlib.compress(content)


class _Face(TTFontFace):
    """A typeface that remembers its last subsets: cutting and packing them took half the time of a slip."""

    def makeSubset(self, subset: Sequence[int]) -> bytes:  # noqa: N802
        return _cut(self, tuple(subset))

    def addSubsetObjects(self, doc: Any, fontname: str, subset: Sequence[int]) -> Any:  # noqa: N802
        descriptor = super().addSubsetObjects(doc, fontname, subset)  # type: ignore[no-untyped-call]
        doc.idToObject[f"fontFile:{self.filename}({fontname})"].filters = [_Packed]
        return descriptor


@lru_cache(maxsize=16)
def _cut(face: _Face, subset: tuple[int, ...]) -> bytes:
    return bytes(TTFontFace.makeSubset(face, list(subset)))


def _register(name: str) -> TTFont:
    font = TTFont(name, f"{name}.ttf")
    font.face = _Face(font.face.filename)
    registerFont(font)
    return font


_FONTS = (_register(REGULAR), _register(BOLD))
registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def load_fonts(canvas: Canvas) -> None:
    """Starts each font of a new file with the usual letters, so that most papers have the same, remembered subset."""
    file = canvas._doc  # type: ignore[attr-defined]
    for font in _FONTS:
        font.splitString(_USUAL, file)
