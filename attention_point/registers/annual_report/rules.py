"""Sums that say no more than their parts, and texts with headings. Plain Python."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

# The sections, in the order of the office's report.
SECTION_CODES = ("context", "positioning", "resources", "calls", "migration")
# A line of a text that begins so is a heading.
HEADING_PREFIX = "# "

CountValue = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a text: a heading or a paragraph."""

    text: str
    is_heading: bool = False


def combine_qualifiers(first: str | None, second: str | None) -> str | None:
    """The qualifier of a sum: that of either part; "at least" and "approximate" together are "approximate"."""
    if not first or not second or first == second:
        return first or second
    return "approximate"


def sum_counts(values: Iterable[CountValue]) -> dict[str, Any] | None:
    """The sum of counts with its qualifier; None where there is no count, which is not the same as zero."""
    counts = list(values)
    if not counts:
        return None
    total = sum(count["number"] for count in counts)
    qualifier = reduce(combine_qualifiers, (count.get("mark") for count in counts))
    return {"number": total, **({"mark": qualifier} if qualifier else {})}


def parse_text_parts(text: str) -> Iterator[TextPart]:
    """Split a text into headings and paragraphs. Blank lines part paragraphs; a single line break stays."""
    lines: list[str] = []
    # The empty line at the end closes the last paragraph.
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        is_heading = line.startswith(HEADING_PREFIX)
        if (is_heading or not line.strip()) and lines:
            yield TextPart("\n".join(lines))
            lines = []
        if is_heading:
            yield TextPart(line.removeprefix(HEADING_PREFIX).strip(), is_heading=True)
        elif line.strip():
            lines.append(line.strip())


def format_text_parts(parts: Iterable[TextPart]) -> str:
    """Join parts to the text that ``parse_text_parts`` splits into the same parts."""
    return "\n\n".join(f"{HEADING_PREFIX}{part.text}" if part.is_heading else part.text for part in parts)
