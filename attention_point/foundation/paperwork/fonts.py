"""The two fonts of every paper, and texts broken or shortened to a width in them."""

from threading import Lock

from reportlab import rl_config
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily, stringWidth

from attention_point.foundation.paperwork.letters import CompleteFont
from attention_point.foundation.paperwork.text import clean_line, clean_text

# ReportLab keeps the letters that a file uses inside the font, which all threads share: one paper is drawn at a time.
DRAWING_LOCK = Lock()

# Bitstream Vera comes with ReportLab, has every Spanish letter, and its licence lets it be embedded.
REGULAR_FONT, BOLD_FONT = "Vera", "VeraBd"
for _name, _fallback_file in ((REGULAR_FONT, "DejaVuSans.ttf"), (BOLD_FONT, "DejaVuSans-Bold.ttf")):
    registerFont(CompleteFont(_name, f"{_name}.ttf", _fallback_file))
# A paper has no italics: without them in the family, ReportLab would refuse markup that asks for them.
registerFontFamily(REGULAR_FONT, normal=REGULAR_FONT, bold=BOLD_FONT, italic=REGULAR_FONT, boldItalic=BOLD_FONT)

# ReportLab names its base font in every file. Helvetica, its default, would not be embedded (PDF/A forbids that).
rl_config.canvas_basefontname = REGULAR_FONT
# Binary streams instead of ASCII 85: a file is a fifth smaller.
rl_config.useA85 = 0


def list_undrawn_letters(text: str) -> list[str]:
    """Lists the letters of a text that a paper can only show as a box, each once, in their order."""
    font = getFont(REGULAR_FONT)
    return font.list_undrawn_letters(text) if isinstance(font, CompleteFont) else []


def wrap_text(text: str, font: str, size: float, width: float, first_indent: float = 0) -> list[str]:
    """Breaks a text into lines no wider than ``width`` points; the first is shorter by ``first_indent``.

    A word that is too long is broken. ReportLab's ``simpleSplit`` lets such a word run over the edge.
    """
    space = stringWidth(" ", font, size)
    lines: list[list[str]] = [[]]
    room_left = width - first_indent
    for word in clean_text(text).split():
        length = stringWidth(word, font, size)
        if lines[-1] and length + space > room_left:
            lines.append([])
            room_left = width
        if length > room_left:
            *full_pieces, word = _break_word(word, font, size, room_left, width)
            if full_pieces:  # a single letter stays on its line, however narrow that is
                lines[-1:] = [*([piece] for piece in full_pieces), []]
                room_left = width
            length = stringWidth(word, font, size)
        room_left -= length + (space if lines[-1] else 0)
        lines[-1].append(word)
    return [" ".join(line) for line in lines if line]


def _break_word(word: str, font: str, size: float, first_room: float, width: float) -> list[str]:
    """Breaks a word into pieces that fit: the first into ``first_room``, the others into ``width``."""
    pieces = [""]
    room_left = first_room
    for letter in word:
        length = stringWidth(letter, font, size)
        if pieces[-1] and length > room_left:
            pieces.append("")
            room_left = width
        pieces[-1] += letter
        room_left -= length
    return pieces


def shorten_text(text: str, font: str, size: float, width: float) -> str:
    """Returns the text on one line no wider than ``width`` points; a longer one ends with an ellipsis."""
    line = clean_line(text)
    if stringWidth(line, font, size) <= width:
        return line
    room_left = width - stringWidth("…", font, size)
    for index, letter in enumerate(line):
        room_left -= stringWidth(letter, font, size)
        if room_left < 0:
            return f"{line[:index].rstrip()}…"
    return line
