"""The office's story of a section: its own words around the units that the records draft, in an order of its own.

A part of a story is a drafted unit, a unit in the office's own words, a unit that is left out, or a text of the office.
Each drafted unit is kept with the words that it had when the story was saved, so that what changed since can be shown
and no draft is ever lost.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from attention_point.registers.annual_report.rules import TextPart, parse_text_parts
from attention_point.registers.annual_report.stories.differences import have_other_words

PartKind = Literal["drafted", "reworded", "left-out", "written"]
DRAFTED: PartKind = "drafted"
REWORDED: PartKind = "reworded"
LEFT_OUT: PartKind = "left-out"
WRITTEN: PartKind = "written"
PART_KINDS = (DRAFTED, REWORDED, LEFT_OUT, WRITTEN)
Change = Literal["", "new", "changed", "gone"]


class DraftedUnit(Protocol):
    """A heading or a paragraph that the records draft; ``narrative.account_units.AccountUnit`` is one."""

    @property
    def key(self) -> str:
        """What it tells: ``events/<id>``."""

    @property
    def text(self) -> str:
        """Its words now."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""

    @property
    def path(self) -> str:
        """The path of the record that it tells of; empty where there is none."""


@dataclass(frozen=True, slots=True)
class StoryPart:
    """A part as it is stored. ``draft`` are the words of the unit when the office last saw them."""

    kind: PartKind
    text: str = ""
    key: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class StoryItem:
    """A part with the unit as the records draft it now; ``change`` says what became of it since the story was saved."""

    part: StoryPart
    unit: DraftedUnit | None = None
    change: Change = ""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading that the records draft."""
        return self.unit is not None and self.unit.is_heading

    def list_text_parts(self) -> Iterator[TextPart]:
        """What the report prints of it."""
        # A drafted unit whose record is gone has nothing to say; words of the office stay even then.
        if self.part.kind == LEFT_OUT or (self.part.kind == DRAFTED and self.unit is None):
            return
        if self.part.kind == DRAFTED and self.unit is not None:
            yield TextPart(self.unit.text, self.unit.is_heading)
        elif self.is_heading:
            yield TextPart(self.part.text, is_heading=True)
        else:
            yield from parse_text_parts(self.part.text)


def arrange_story(
    parts: Sequence[StoryPart], units: Sequence[DraftedUnit], *, replaces_drafts: bool = False
) -> list[StoryItem]:
    """Put the stored parts and the present units together, each new unit after the unit that it follows in the draft.

    ``replaces_drafts``: the parts are a text of an earlier version of the program, which stood in place of all drafts.
    """
    units_by_key = {unit.key: unit for unit in units}
    items = [_build_item(part, units_by_key) for part in parts]
    has_keys = any(part.key for part in parts)
    placed_keys, previous_key = {part.key for part in parts}, ""
    for unit in units:
        if unit.key not in placed_keys:
            kind: PartKind = LEFT_OUT if replaces_drafts else DRAFTED
            item = StoryItem(StoryPart(kind, key=unit.key, draft=unit.text), unit, "new" if has_keys else "")
            items.insert(_find_place(items, previous_key), item)
        previous_key = unit.key
    return items


def _build_item(part: StoryPart, units: Mapping[str, DraftedUnit]) -> StoryItem:
    if not part.key:
        return StoryItem(part)
    unit = units.get(part.key)
    change: Change = "gone" if unit is None else "changed" if have_other_words(part.draft, unit.text) else ""
    return StoryItem(part, unit, change)


def _find_place(items: Sequence[StoryItem], previous_key: str) -> int:
    places = [index for index, item in enumerate(items) if item.part.key and item.part.key == previous_key]
    if places:
        return places[0] + 1
    if previous_key:
        return len(items)
    # Before the first unit, but after what the office wrote to begin with.
    return next((index for index, item in enumerate(items) if item.part.key), len(items))


def list_printed_parts(items: Iterable[StoryItem]) -> list[TextPart]:
    """The headings and paragraphs of a story; a heading with nothing under it is left out."""
    printed = list[TextPart]()
    for part in (part for item in items for part in item.list_text_parts()):
        # Everything under the first of the two was left out.
        if part.is_heading and printed and printed[-1].is_heading:
            printed.pop()
        printed.append(part)
    return printed[:-1] if printed and printed[-1].is_heading else printed


def build_parts_json(parts: Iterable[StoryPart]) -> list[dict[str, str]]:
    """Parts as they are stored."""
    return [
        {
            "kind": part.kind,
            **{key: value for key in ("text", "key", "draft") if (value := str(getattr(part, key)))},
        }
        for part in parts
    ]


def parse_parts_json(rows: Iterable[Mapping[str, str]]) -> list[StoryPart]:
    """Parts out of what is stored."""
    return [
        StoryPart(kind, row.get("text", ""), row.get("key", ""), row.get("draft", ""))
        for row in rows
        for kind in PART_KINDS
        if kind == row["kind"]
    ]


def move_part(parts: Sequence[StoryPart], index: int, step: int) -> list[StoryPart]:
    """Move one part up or down; at the end of the list nothing moves."""
    moved, target = list(parts), index + step
    if 0 <= index < len(moved) and 0 <= target < len(moved):
        moved[index], moved[target] = moved[target], moved[index]
    return moved
