"""Texts cleaned for papers: no control characters, no markup."""

import re
from html import escape

_LINE_BREAK = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# XML cannot hold control characters and lone surrogates. The marks of direction (U+202A to U+202E, U+2066 to U+2069)
# could show a text in another order than it is stored (Unicode Technical Report 36, 2.7).
_UNFIT_CHARACTERS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# ReportLab breaks a word in a time that grows with the square of its length: seconds for one that fills a page.
_LONG_WORD = re.compile(r"(\S{80})(?=\S)")


def clean_text(text: str) -> str:
    """Removes control characters; every kind of line break becomes a line feed, and a tab becomes a space."""
    # A printable text holds none of them, and nearly every cell of a long table is one.
    if text.isprintable():
        return text
    return _UNFIT_CHARACTERS.sub("", _LINE_BREAK.sub("\n", text)).replace("\t", " ")


def clean_line(text: str) -> str:
    """Cleans a text and puts it on one line, with single spaces."""
    return " ".join(clean_text(text).split())


def escape_markup(text: str) -> str:
    """Prepares a text for ReportLab's paragraphs, which show what looks like markup instead of obeying it."""
    # ReportLab breaks a line at the narrow space of “p. m.”, though that one does not break.
    markup = escape(_LONG_WORD.sub(r"\1 ", clean_text(text)), quote=False).replace("\u202f", "\xa0")
    return markup.replace("\n", "<br/>")
