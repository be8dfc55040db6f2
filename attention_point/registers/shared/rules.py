"""Spans of part dates, folded words, cells that hold several values: plain Python."""

import re
from collections.abc import Iterator
from datetime import date

from attention_point import texts
from attention_point.dates import first_of_month, first_of_next_month, format_month_code, last_of_month

_WORD = re.compile(r"\w+")
# The index cuts words here; the search cuts its own likewise, so that a longer word is still found.
WORD_LENGTH = 40


def parse_day_span(part_date_text: str) -> tuple[date, date]:
    """Give the first and the last day of a part date."""
    numbers = [int(number_text) for number_text in part_date_text.split("-")]
    first_day = date(*(numbers + [1, 1])[:3])
    if len(numbers) == 1:
        return first_day, date(first_day.year, 12, 31)
    return first_day, first_day if len(numbers) == 3 else last_of_month(first_day)


def parse_year(part: str) -> int:
    """Give the year of a part date."""
    return int(part[:4])


def list_months_between(first: date, last: date) -> Iterator[str]:
    """List the months, as ``YYYY-MM``, from one day to another."""
    month = first_of_month(first)
    while month <= last:
        yield format_month_code(month)
        month = first_of_next_month(month)


def fold_text(text: str) -> str:
    """Fold a text to its words and digits without accents and case, so that two spellings of a name are equal."""
    # The underscore counts as a letter for the pattern, but separates words in file names.
    return " ".join(_WORD.findall(texts.fold_text(text).replace("_", " ")))


def list_search_words(text: str) -> set[str]:
    """List the folded words by which a text is found. Single letters are left out: they find nearly everything."""
    return {word[:WORD_LENGTH] for word in fold_text(text).split() if len(word) > 1}


def split_cell(text: str, separator: str) -> list[str]:
    """Split a cell at a separator; a backslash keeps a separator inside a part."""
    parts, current_part, letters = [], "", iter(text)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            current_part += following if following in {separator, "\\"} else letter + following
        elif letter == separator:
            parts.append(current_part)
            current_part = ""
        else:
            current_part += letter
    return [part.strip() for part in (*parts, current_part)]


def join_cell(parts: list[str], separator: str) -> str:
    """Join parts in one cell, so that ``split_cell`` gives them back."""
    between = f" {separator} " if separator == "|" else f"{separator} "
    return between.join(part.replace("\\", "\\\\").replace(separator, f"\\{separator}") for part in parts)
