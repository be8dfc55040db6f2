"""Writes the office's stories and texts of the report; each save is a new version. Never commits."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.rules import KEPT_TEXT_CODES, SECTION_CODES
from attention_point.registers.annual_report.stories.stored_stories import read_story
from attention_point.registers.annual_report.stories.story import (
    DRAFTED,
    REWORDED,
    WRITTEN,
    StoryPart,
    build_parts_json,
)
from attention_point.registers.shared.records.services import ALREADY_CHANGED
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.written_dates import FIRST_YEAR, LAST_YEAR

MAX_TEXT_LENGTH = 20_000
# A year's section tells at most 60 records of a register, and the office writes around them.
MAX_PARTS = 500


def save_story(
    session: Session, actor: Actor, year: int, section: str, base_version: int, parts: Sequence[StoryPart]
) -> bool:
    """Save a section's story, or one of the kept texts, as a new version. Returns False where nothing differs.

    ``base_version`` is the version that the editor saw, 0 where there was none. Parts with empty texts of the office's
    own are left out; a unit reworded by an empty text is drafted again. Raises NotFound (no such section or year),
    Invalid (too long, unfit characters; the field is ``text-`` and the place of the part) and Conflict (somebody saved
    a newer version meanwhile).
    """
    check_section_exists(year, section)
    tidied = [_tidy_part(part) for part in parts]
    errors = [
        FieldError(f"text-{index}", fault) for index, part in enumerate(tidied) if (fault := _find_text_fault(part))
    ]
    if errors or len(tidied) > MAX_PARTS:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
    kept_parts = [part for part in tidied if part.kind != WRITTEN or part.text]
    # Two editors who save at the same moment would both write the same version number.
    lock_for_transaction(session, f"report-text/{year}/{section}".encode())
    newest = next(iter(queries.list_text_versions(session, year, section, 1)), None)
    stored_parts, _replaces_drafts = read_story(newest)
    # A text that is carried from an earlier year ends by an empty one of this year.
    is_first_text = newest is None and (kept_parts or section in KEPT_TEXT_CODES)
    is_older_kind = newest is not None and newest.parts is None
    # Saving without a change makes no version: a list of equal versions hides the one in which something changed.
    if kept_parts == stored_parts and not is_first_text and not is_older_kind:
        return False
    version = newest.version if newest else 0
    if version != base_version:
        raise Conflict(_(ALREADY_CHANGED), _list_differences(kept_parts, stored_parts))
    session.add(
        ReportText(
            year=year,
            section=section,
            version=version + 1,
            introduction="",
            account="",
            parts=build_parts_json(kept_parts),
            at=clock.now(),
            by=actor.journal_label,
        )
    )
    session.flush()
    journal.record(session, actor, "annual_report.edit", "report", f"{year}/{section}", version=version + 1)
    return True


def check_section_exists(year: int, section: str) -> None:
    """Raise NotFound where the report has no such section or no such year."""
    if section not in (*SECTION_CODES, *KEPT_TEXT_CODES):
        raise NotFound(_("There is no such page."))
    check_year_exists(year)


def check_year_exists(year: int) -> None:
    """Raise NotFound for a year that no record can have."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(_("There is no such page."))


def _tidy_part(part: StoryPart) -> StoryPart:
    # Spaces at the ends of lines, which nobody sees, must not make a new version.
    lines = [line.rstrip() for line in texts.normalise_text(part.text).split("\n")]
    text = "\n".join(lines).strip()
    kind = DRAFTED if part.kind == REWORDED and not text else part.kind
    return StoryPart(kind, text, part.key, part.draft)


def _find_text_fault(part: StoryPart) -> str | None:
    if max(len(part.text), len(part.draft)) > MAX_TEXT_LENGTH:
        return _("At most %(max_length)s characters.", max_length=MAX_TEXT_LENGTH)
    return None if texts.is_fit_text(part.text, lines=True) else _(texts.UNFIT_CHARACTERS)


def _list_differences(new_parts: Sequence[StoryPart], stored_parts: Sequence[StoryPart]) -> tuple[Difference, ...]:
    new_text, stored_text = (
        "\n\n".join(part.text for part in parts if part.text) for parts in (new_parts, stored_parts)
    )
    return (Difference(_("The office's own words"), new_text or "–", stored_text or "–"),)
