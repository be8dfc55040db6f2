"""Fonts and colours of every paper. Registered once, when the module loads, under the import lock."""

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfdoc import PDFArray, PDFObject, PDFStream, PDFTrueTypeFont
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
    @lru_cache(maxsize=32)
    def encode(content: bytes | str) -> bytes:
        return zlib.compress(content.encode() if isinstance(content, str) else content)


class _Widths(PDFObject):
    """The widths of a subset's letters, remembered as they are written: each number by itself took ReportLab long."""

    def __init__(self, widths: PDFArray) -> None:
        self._widths = tuple(widths.sequence)

    def format(self, document: Any) -> bytes:
        return _array(self._widths)


@lru_cache(maxsize=32)
def _array(numbers: tuple[float, ...]) -> bytes:
    return bytes(PDFArray(numbers).format(None))


class _Face(TTFontFace):
    """A typeface that remembers its last subsets: cutting and packing them took half the time of a slip."""

    def makeSubset(self, subset: Sequence[int]) -> bytes:  # noqa: N802
        return _cut(self, tuple(subset))


@lru_cache(maxsize=16)
def _cut(face: _Face, subset: tuple[int, ...]) -> bytes:
    return bytes(TTFontFace.makeSubset(face, list(subset)))


class _Font(TTFont):
    """A font whose objects come from memory where a file needs no other letters than the usual ones."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        before = set(doc.idToObject)
        super().addObjects(doc)
        for name in doc.idToObject.keys() - before:
            made = doc.idToObject[name]
            if isinstance(made, PDFStream):
                made.filters = [_Packed]
            elif isinstance(made, PDFTrueTypeFont):
                vars(made)["Widths"] = _Widths(vars(made)["Widths"])


def _register(name: str) -> _Font:
    font = _Font(name, f"{name}.ttf")
    font.face = _Face(font.face.filename)
    registerFont(font)
    return font


_FONTS = {name: _register(name) for name in (REGULAR, BOLD)}
registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def load_fonts(canvas: Canvas) -> None:
    """Starts each font of a new file with the usual letters, so that most papers have the same, remembered subset."""
    file = canvas._doc  # type: ignore[attr-defined]
    for font in _FONTS.values():
        font.splitString(_USUAL, file)


def _operands() -> dict[int, str]:
    """The usual letters as they stand in a PDF string (ISO 32000-1, 7.3.4.2), in octal where they are not ASCII."""
    places = [font.splitString(_USUAL, font) for font in _FONTS.values()]
    if len({tuple(place) for place in places}) > 1 or len(places[0]) > 1:
        raise RuntimeError("the usual letters must stand at the same places of one subset in each font")
    for font in _FONTS.values():
        del font.state[font]
    ((_, codes),) = places[0]
    return {
        ord(letter): chr(code) if 32 <= code < 127 and letter not in "\\()" else f"\\{code:03o}"
        for letter, code in zip(_USUAL, codes, strict=True)
    }


_OPERANDS = _operands()
_LETTERS = frozenset(_USUAL)


Text = tuple[float, float, str, str, float]
"""Where it begins, x and y in points; what it says; its font and size."""


def say(canvas: Canvas, texts: Iterable[Text]) -> None:
    """Writes texts in the colour in use.

    The usual letters go straight into the page: ReportLab, whose text may be in any script, takes ten times as long.
    """
    file = canvas._doc  # type: ignore[attr-defined]
    names = {name: font.getSubsetInternalName(0, file) for name, font in _FONTS.items()}
    lines, others = [], []
    for text in texts:
        x, y, words, font, size = text
        if _LETTERS.issuperset(words):
            lines.append(f"{names[font]} {size:g} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({words.translate(_OPERANDS)}) Tj")
        else:
            others.append(text)
    canvas.addLiteral("\n".join(["BT", *lines, "ET"]))
    for x, y, words, font, size in others:
        canvas.setFont(font, size)
        canvas.drawString(x, y, words)
