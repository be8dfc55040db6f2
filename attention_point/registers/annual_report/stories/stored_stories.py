"""Stories as they are stored: the parts of today, and the two texts of versions of earlier releases of the program."""

from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.rules import HEADING_PREFIX, parse_text_parts
from attention_point.registers.annual_report.stories.story import WRITTEN, StoryPart, parse_parts_json


def read_story(text: ReportText | None) -> tuple[list[StoryPart], bool]:
    """The parts of a stored version, and whether they stand in place of all drafted sentences."""
    if text is None:
        return [], False
    if text.parts is not None:
        return parse_parts_json(text.parts), False
    parts = [
        StoryPart(WRITTEN, f"{HEADING_PREFIX}{part.text}" if part.is_heading else part.text)
        for words in (text.introduction, text.account)
        for part in parse_text_parts(words)
    ]
    # An account of the earlier kind stood in place of all drafts, so that these must not be printed beside it.
    return parts, bool(text.account.strip())
