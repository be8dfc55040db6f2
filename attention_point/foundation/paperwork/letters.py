"""A font that draws the letters it lacks: in another font where the machine has one, else without their accents.

ReportLab asks a TrueType font for the width of a text, and for its parts by subset. ``CompleteFont`` answers for two
fonts at once, so that every paper and chart draws such letters, and a paper without them has the same bytes as before.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase.ttfonts import TTFError, TTFont

# DejaVu is Bitstream Vera with 5,800 letters more: Latin of all Europe and Vietnam, Greek, Cyrillic. It is no library
# of Python and is not shipped; Debian's package fonts-dejavu-core has it, and most systems with a screen.
_FONT_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FALLBACK_SUBSET = 1 << 16
"""Subsets of the other font are numbered from here on."""
_LAST_OF_BASIC_PLANE = 0xFFFF
_UNDRAWN_LETTER = "\N{REPLACEMENT CHARACTER}"


class CompleteFont(TTFont):
    """A TrueType font; ``fallback_file`` is the file of the font that has the letters it lacks."""

    def __init__(self, name: str, file: str, fallback_file: str) -> None:
        super().__init__(name, file)
        self._fallback_file = fallback_file
        # Glyph 0 is the box of a missing letter: Vera's table names Ď and Đ, and has no shape for them.
        drawn_codes = (code for code, glyph in self.face.charToGlyph.items() if glyph)
        self._own_letters = frozenset(map(chr, drawn_codes)) | {"\xa0", "\n"}
        self._drawn_letters: dict[str, str] = {}
        self._fallback: TTFont | None = None

    def stringWidth(self, text: Any, size: float, encoding: str = "utf8") -> Any:  # noqa: N802 - ReportLab's name
        """Return the width of a text in points."""
        self._prepare_letters(_decode_text(text))
        return super().stringWidth(text, size, encoding)

    def splitString(self, text: Any, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        """Split a text into pieces of one subset each, of this font or of the other."""
        letters = _decode_text(text)
        self._prepare_letters(letters)
        if self._own_letters.issuperset(letters):
            pieces: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
            return pieces
        pieces = []
        for is_own, run in _split_runs("".join(self._drawn_letters.get(letter, letter) for letter in letters), self):
            if is_own or self._fallback is None:
                pieces += super().splitString(run, doc, encoding)
            else:
                pieces += [
                    (subset + _FALLBACK_SUBSET, piece)
                    for subset, piece in self._fallback.splitString(run, doc, encoding)
                ]
        return pieces

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:  # noqa: N802
        """Return the name of a subset in the document."""
        if self._fallback is not None and subset >= _FALLBACK_SUBSET:
            return str(self._fallback.getSubsetInternalName(subset - _FALLBACK_SUBSET, doc))
        return str(super().getSubsetInternalName(subset, doc))

    def has_own_letter(self, letter: str) -> bool:
        """Whether the font itself has a letter."""
        return letter in self._own_letters

    def list_undrawn_letters(self, text: str) -> list[str]:
        """List the letters of a text that a paper shows as a box, each once, in their order."""
        self._prepare_letters(text)
        return [
            letter
            for letter in dict.fromkeys(text)
            if self._drawn_letters.get(letter) == _UNDRAWN_LETTER and not letter.isspace()
        ]

    def _prepare_letters(self, text: str) -> None:
        """Decide how each new letter that the font lacks is drawn, and note its width."""
        if self._own_letters.issuperset(text):
            return
        for letter in set(text) - self._own_letters - self._drawn_letters.keys():
            if self._fallback is None:
                self._fallback = _load_font(self._fallback_file)
            drawn_letter = self._find_drawn_letter(letter)
            face: Any = self.face
            self._drawn_letters[letter] = drawn_letter
            if drawn_letter == letter and self._fallback is not None:
                face = self._fallback.face
            # ReportLab's own loop in C adds widths up from this table.
            self.face.charWidths[ord(letter)] = face.getCharWidth(ord(drawn_letter))

    def _find_drawn_letter(self, letter: str) -> str:
        # Letters written from right to left would need to be put in order and joined.
        is_simple = unicodedata.bidirectional(letter) not in {"R", "AL"} and ord(letter) <= _LAST_OF_BASIC_PLANE
        if is_simple and self._fallback is not None and ord(letter) in self._fallback.face.charToGlyph:
            return letter
        base_letter = unicodedata.normalize("NFKD", letter)[0]
        return base_letter if base_letter in self._own_letters else _UNDRAWN_LETTER


@cache
def _load_font(file: str) -> TTFont | None:
    """Load a font of the machine; None where it has none."""
    for folder in _FONT_FOLDERS:
        path = Path(folder) / file
        try:
            if path.is_file():
                return TTFont(path.stem, str(path))
        except (OSError, TTFError):
            continue
    return None


def _split_runs(text: str, font: CompleteFont) -> list[tuple[bool, str]]:
    """Split a text into runs of letters that the font has, and of those it lacks."""
    runs: list[tuple[bool, str]] = []
    for letter in text:
        is_own = font.has_own_letter(letter) or letter == _UNDRAWN_LETTER
        if runs and runs[-1][0] == is_own:
            runs[-1] = (is_own, runs[-1][1] + letter)
        else:
            runs.append((is_own, letter))
    return runs


def _decode_text(text: Any) -> str:
    return text if isinstance(text, str) else text.decode("utf-8")
