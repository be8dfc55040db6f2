"""What a writer needs from the reader's language: a few fixed texts, and the form of a value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from attention_point.foundation.paperwork.document import Cell, Kind, Number, Suppressed
from attention_point.foundation.paperwork.links import bare


@dataclass(frozen=True)
class Words:
    """Given by the caller, out of its catalogue and ``foundation.language``.

    ``page_of`` holds ``%(page)s`` and ``%(pages)s``; ``suppressed`` is the mark in place of a protected count;
    ``no_rows`` is the text in place of an empty table. ``contents`` heads the list of headings, or of sheets;
    ``continued`` is the caption over a table's further pages and holds ``%(title)s``. What stands here by itself
    speaks no language.
    """

    page_of: str
    suppressed: str
    no_rows: str
    number: Callable[[Number], str]
    amount: Callable[[int | Decimal], str]
    date: Callable[[date], str]
    contents: str = ""
    continued: str = "%(title)s (…)"


def cell_text(cell: Cell, kind: Kind, words: Words) -> str:
    """How a reader sees a cell, the same on paper, in a chart and on a page; an empty cell is an empty text."""
    cell = bare(cell)
    if cell is None:
        return ""
    if isinstance(cell, Suppressed):
        return words.suppressed
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return words.date(cell)
    if kind == "amount" and not isinstance(cell, float):
        return words.amount(cell)
    return words.number(cell)
