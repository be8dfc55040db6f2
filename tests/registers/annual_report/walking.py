"""Walks a year's file: every scalar leaf, the ways in which a reader sees it, and the part of the report it is in."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.foundation.codelists import CodeList
from attention_point.foundation.language import format_amount, format_number, format_percent
from attention_point.registers.agreements.register import CODE_LISTS as AGREEMENT_LISTS
from attention_point.registers.calls.register import CODE_LISTS as CALL_LISTS
from attention_point.registers.events.register import CODE_LISTS as EVENT_LISTS
from attention_point.registers.shared.code_lists import COUNTRIES, find_code
from attention_point.registers.shared.schema.formatting import format_part_date, format_qualified
from attention_point.registers.shared.written_dates import parse_part_date

LISTS: tuple[CodeList, ...] = (COUNTRIES, *EVENT_LISTS.values(), *AGREEMENT_LISTS.values(), *CALL_LISTS.values())
MARKS = ("approximate", "at_least")
SECTION_OF = {
    "office": "1.",
    "diplomatic_contacts": "2.",
    "events": "2.",
    "agreements": "3.",
    "calls": "4.",
    "migration": "5.",
}
"""In the order of the office's own report, which the file names too."""


@dataclass(frozen=True)
class Leaf:
    """A fact: where it stands in the file, its forms for a reader, the names of the records around it."""

    path: str
    forms: tuple[str, ...]
    records: tuple[str, ...]

    @property
    def top(self) -> str:
        """The file's section."""
        return self.path.split(".")[0]

    def stands_in(self, text: str) -> bool:
        """Whether one of its forms does, not as a part of a longer word or number."""
        said = plain(text)
        return any(re.search(rf"(?<![\w.,]){re.escape(plain(form))}(?![.,]?\w)", said) for form in self.forms)


def leaves(node: Any, path: str = "", records: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every scalar of the file. That a number is an estimate is a fact of its own, said of a number beside it."""
    if isinstance(node, Mapping):
        here = (*records, str(node["name"])) if "name" in node else records
        for key, value in node.items():
            below = f"{path}.{key}" if path else str(key)
            if key in MARKS:
                numbers = [form for each in node.values() if _is_number(each) for form in _number(each)]
                yield Leaf(below, tuple(format_qualified(form, key) for form in numbers), here)
            else:
                yield from leaves(value, below, here)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from leaves(value, f"{path}.{place}", records)
    else:
        yield Leaf(path, tuple(_forms(node)), records)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: int | float) -> Iterator[str]:
    if isinstance(value, int):
        yield from (format_number(value), format_amount(Decimal(value)), str(value))
    else:
        yield format_percent(value)


def _forms(value: Any) -> Iterable[str]:
    if _is_number(value):
        return tuple(_number(value))
    if isinstance(value, date):
        return _dates(value.isoformat())
    text = str(value)
    # Within a sentence a text goes on in a small letter and without its full stop.
    found = [text, text.strip().rstrip(".")]
    found += [codes.label_for_code(code, "es") for codes in LISTS if (code := find_code(codes, text))]
    with suppress(ValueError):
        found += _dates(parse_part_date(text))
    return found


def _dates(part: str) -> tuple[str, ...]:
    return format_part_date(part), format_part_date(part, "medium")


def plain(text: str) -> str:
    """Without tags, case, typographic quotation marks and runs of white space."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", text)).casefold()
    return " ".join(re.sub("[“”«»]", '"', bare).split())


@dataclass(frozen=True)
class Chapter:
    """What stands under a heading of the first level, in paragraphs and rows of tables."""

    title: str
    text: str
    pieces: tuple[str, ...]

    def of(self, leaf: Leaf) -> str:
        """The paragraphs and the rows that name the innermost record that has one; else the whole chapter."""
        # The office is no record of a register: its facts stand in several paragraphs.
        for name in reversed(leaf.records if leaf.top != "office" else ()):
            own = [piece for piece in self.pieces if plain(name) in plain(piece)]
            if own:
                return " ".join(own)
        return self.text


def chapters(page: bytes) -> list[Chapter]:
    """The chapters of a report written as HTML."""
    body = page.decode().split("</nav>", 1)[1]
    found = []
    for piece in re.split(r"<h2\b[^>]*>", body)[1:]:
        title, text = piece.split("</h2>", 1)
        pieces = re.findall(r"<p\b.*?</p>|<tr\b.*?</tr>|<h[34]\b.*?</dl>", text, re.DOTALL)
        found.append(Chapter(plain(title), text, tuple(pieces)))
    return found
