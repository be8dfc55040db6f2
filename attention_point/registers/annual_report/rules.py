"""The sections of the report, and texts with headings. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass

# The sections, in the order of the office's report.
SECTION_CODES = ("context", "positioning", "resources", "calls", "migration")
# The office's own texts, which are carried from year to year until they are changed.
KEPT_TEXT_CODES = ("introduction", "strategy", "conclusions")
# A line of a text that begins so is a heading.
HEADING_PREFIX = "# "


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a text: a heading or a paragraph."""

    text: str
    is_heading: bool = False


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
