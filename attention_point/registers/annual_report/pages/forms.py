"""The form of a section's story, and that of one of the kept texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, TextAreaField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.annual_report.stories.story import (
    DRAFTED,
    LEFT_OUT,
    PART_KINDS,
    REWORDED,
    WRITTEN,
    StoryPart,
    move_part,
)


class StoryForm(BaseForm):
    """The form checks nothing: the service says what is wrong. ``version`` is that of the story on the page."""

    # By it the service sees that somebody else saved while this page was open.
    version = HiddenField()


class KeptTextForm(StoryForm):
    """The form of one of the kept texts."""

    text = TextAreaField(N_("Text"))


@dataclass(frozen=True, slots=True)
class PostedStory:
    """The parts as they were typed, and what the button asks for: ``save``, or a step that only changes the page."""

    parts: Sequence[StoryPart]
    is_saved: bool


def read_posted_story(fields: MultiDict[str, str]) -> PostedStory:
    """Read the parts of the form: each has a kind, a key, the draft that the page showed, and the office's text.

    The buttons ``up-3``, ``down-3`` and ``add-3`` move a part, or put an empty text after it; nothing is saved by them.
    """
    columns = [fields.getlist(name) for name in ("kind", "key", "draft", "text")]
    left_out, reviewed = set(fields.getlist("left-out")), set(fields.getlist("reviewed"))
    action, _dash, number_text = fields.get("action", "save").partition("-")
    parts = []
    for number, (kind, key, draft, text) in enumerate(zip(*columns, strict=False)):
        # A kind that the program does not have comes from no page of it.
        if kind in PART_KINDS:
            part = _read_part(key, draft, text, str(number) in left_out)
            # Own words stand beside the draft from which they were written, until somebody says that they still fit.
            keeps_draft = part.kind in {REWORDED, LEFT_OUT} and kind == part.kind and str(number) not in reviewed
            if action == "save" and key and not keeps_draft:
                part = replace(part, draft=_read_lines(fields.get(f"seen-{number}", draft)))
            parts.append(part)
    # A number that somebody typed into the address or the form: too large a one moves nothing.
    index = int(number_text) if number_text.isdecimal() and len(number_text) < 4 else -1
    if action in {"up", "down"}:
        return PostedStory(move_part(parts, index, -1 if action == "up" else 1), is_saved=False)
    if action == "add":
        return PostedStory([*parts[: index + 1], StoryPart(WRITTEN), *parts[index + 1 :]], is_saved=False)
    return PostedStory(parts, is_saved=True)


def _read_part(key: str, draft: str, text: str, is_left_out: bool) -> StoryPart:
    text = _read_lines(text)
    if not key:
        return StoryPart(WRITTEN, text)
    new_kind = LEFT_OUT if is_left_out else REWORDED if text.strip() else DRAFTED
    return StoryPart(new_kind, text if text.strip() else "", key, _read_lines(draft))


def _read_lines(text: str) -> str:
    # Browsers send line ends as CR and LF.
    return text.replace("\r\n", "\n")
