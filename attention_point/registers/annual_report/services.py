"""Writes the office's texts of the report; each save is a new version. Never commits."""

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.rules import SECTION_CODES
from attention_point.registers.shared.records.services import ALREADY_CHANGED
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.written_dates import FIRST_YEAR, LAST_YEAR

MAX_TEXT_LENGTH = 20_000
TEXT_LABELS = {"introduction": N_("Introduction"), "account": N_("Account of the year")}


def save_section_text(
    session: Session, actor: Actor, year: int, section: str, base_version: int, introduction: str, account: str
) -> bool:
    """Save a section's text as a new version. Returns False, and saves nothing, where no text differs.

    ``base_version`` is the version that the editor saw, 0 where there was none. Raises NotFound (no such section or
    year), Invalid (too long, unfit characters) and Conflict (somebody saved a newer version meanwhile).
    """
    check_section_exists(year, section)
    new_texts = {"introduction": _tidy_text(introduction), "account": _tidy_text(account)}
    errors = [FieldError(key, fault) for key, text in new_texts.items() if (fault := _find_text_fault(text))]
    if errors:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
    # Two editors who save at the same moment would both write the same version number.
    lock_for_transaction(session, f"report-text/{year}/{section}".encode())
    newest = next(iter(queries.list_text_versions(session, year, section, 1)), None)
    stored_texts = {key: getattr(newest, key) if newest else "" for key in new_texts}
    if new_texts == stored_texts:
        return False
    version = newest.version if newest else 0
    if version != base_version:
        raise Conflict(_(ALREADY_CHANGED), _list_differences(new_texts, stored_texts))
    author = actor.journal_label
    session.add(ReportText(year=year, section=section, version=version + 1, at=clock.now(), by=author, **new_texts))
    session.flush()
    journal.record(session, actor, "annual_report.edit", "report", f"{year}/{section}", version=version + 1)
    return True


def check_section_exists(year: int, section: str) -> None:
    """Raise NotFound where the report has no such section or no such year."""
    if section not in SECTION_CODES or not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(_("There is no such page."))


def _tidy_text(text: str) -> str:
    # Spaces at the ends of lines, which nobody sees, must not make a new version.
    return "\n".join(line.rstrip() for line in texts.normalise_text(text).split("\n"))


def _find_text_fault(text: str) -> str | None:
    if len(text) > MAX_TEXT_LENGTH:
        return _("At most %(max_length)s characters.", max_length=MAX_TEXT_LENGTH)
    return None if texts.is_fit_text(text, lines=True) else _(texts.UNFIT_CHARACTERS)


def _list_differences(new_texts: dict[str, str], stored_texts: dict[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(_(TEXT_LABELS[key]), new_texts[key] or "–", stored_texts[key] or "–")
        for key in new_texts
        if new_texts[key] != stored_texts[key]
    )
