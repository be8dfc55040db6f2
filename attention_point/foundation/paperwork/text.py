"""Text made fit for paper: cleaned, escaped, broken into lines."""

import re
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfmetrics import stringWidth

_BREAK = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Control characters and lone surrogates cannot be written in XML; the marks of direction (U+202A on, U+2066 on)
# could show a text in another order than it is stored.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ENDLESS = re.compile(r"(\S{80})(?=\S)")


def plain(text: str) -> str:
    """A text without control characters; every kind of line break becomes a line feed, a tab a space."""
    return _UNFIT.sub("", _BREAK.sub("\n", text)).replace("\t", " ")


def one_line(text: str) -> str:
    """A plain text on one line, its runs of white space joined."""
    return " ".join(plain(text).split())


def markup(text: str) -> str:
    """A text as ReportLab's paragraphs want it: what looks like markup is shown, not obeyed.

    Nothing longer than 80 letters goes in without a space: breaking such a word takes ReportLab the square of its
    length, which is seconds for one that fills a page.
    """
    return escape(_ENDLESS.sub(r"\1 ", plain(text))).replace("\n", "<br/>")


def wrap(text: str, font: str, size: float, width: float, first: float = 0) -> list[str]:
    """Lines no wider than ``width`` points, the first shorter by ``first``; a word too long is broken."""
    space = stringWidth(" ", font, size)
    lines: list[list[str]] = [[]]
    left = width - first
    for word in plain(text).split():
        length = stringWidth(word, font, size)
        if lines[-1] and length + space > left:
            lines.append([])
            left = width
        if length > left:
            *full, word = _pieces(word, font, size, left, width)
            if full:  # a single letter stays on its line, however narrow that is
                lines[-1:] = [*([piece] for piece in full), []]
                left = width
            length = stringWidth(word, font, size)
        left -= length + (space if lines[-1] else 0)
        lines[-1].append(word)
    return [" ".join(line) for line in lines if line]


def _pieces(word: str, font: str, size: float, room: float, width: float) -> list[str]:
    """A word in pieces that fit: the first in ``room``, the others in ``width``; never less than a letter each."""
    pieces = [""]
    left = room
    for letter in word:
        length = stringWidth(letter, font, size)
        if pieces[-1] and length > left:
            pieces.append("")
            left = width
        pieces[-1] += letter
        left -= length
    return pieces


def shorten(text: str, font: str, size: float, width: float) -> str:
    """One line no wider than ``width`` points, cut with an ellipsis where it is longer."""
    line = one_line(text)
    if stringWidth(line, font, size) <= width:
        return line
    left = width - stringWidth("…", font, size)
    for place, letter in enumerate(line):
        left -= stringWidth(letter, font, size)
        if left < 0:
            return f"{line[:place].rstrip()}…"
    return line
