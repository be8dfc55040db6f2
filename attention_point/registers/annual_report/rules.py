"""Sums that do not say more than their parts, and texts with headings: plain Python."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CODES = ("context", "positioning", "resources", "calls", "migration")
"""The sections, in the order of the office's report."""
HEADING = "# "
"""What a line of a text begins with to be a heading."""

Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: a heading or a paragraph."""

    text: str
    heading: bool = False


def doubt(one: str | None, other: str | None) -> str | None:
    """What is said of a sum: the doubt of either part is its doubt; "at least" and "around" together are "around"."""
    return one or other if not (one and other) or one == other else "approximate"


def count_sum(values: Iterable[Value]) -> dict[str, Any] | None:
    """Counts together; None where there is none."""
    number, mark, some = 0, None, False
    for value in values:
        number, mark, some = number + value["number"], doubt(mark, value.get("mark")), True
    return {"number": number, **({"mark": mark} if mark else {})} if some else None


def parts_of(text: str) -> Iterator[Part]:
    """A text's headings and paragraphs; blank lines part paragraphs, a single line break is kept."""
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        heading = line.startswith(HEADING)
        if (heading or not line.strip()) and lines:
            yield Part("\n".join(lines))
            lines = []
        if heading:
            yield Part(line.removeprefix(HEADING).strip(), heading=True)
        elif line.strip():
            lines.append(line.strip())


def text_of(parts: Iterable[Part]) -> str:
    """The same as one text."""
    written = [f"{HEADING}{part.text}" if part.heading else part.text for part in parts]
    return "\n\n".join(written)
