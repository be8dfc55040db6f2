"""Writes of the report: the office's texts, each save a new version. Never commits."""

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.rules import CODES
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.rules import FIRST_YEAR, LAST_YEAR
from attention_point.registers.shared.services import CHANGED_BEFORE

MOST = 20_000
LABELS = {"introduction": N_("Introduction"), "account": N_("Account of the year")}


def write(
    session: Session, actor: Actor, year: int, section: str, version: int, introduction: str, account: str
) -> bool:
    """Keep a section's text as edited from ``version`` (0: there was none); False when nothing differs.

    Raises NotFound (no such section or year), Invalid (too long, unfit characters), Conflict (the version is no longer
    the newest).
    """
    check(year, section)
    written = {"introduction": _tidy(introduction), "account": _tidy(account)}
    errors = [FieldError(key, fault) for key, text in written.items() if (fault := _fault(text))]
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
    serialise(session, f"report-text/{year}/{section}".encode())
    held = next(iter(queries.versions(session, year, section, 1)), None)
    before = {key: getattr(held, key) if held else "" for key in written}
    if written == before:
        return False
    newest = held.version if held else 0
    if newest != version:
        raise Conflict(_(CHANGED_BEFORE), _differences(written, before))
    session.add(ReportText(year=year, section=section, version=newest + 1, at=clock.now(), by=actor.label, **written))
    session.flush()
    journal.record(session, actor, "annual_report.edit", "report", f"{year}/{section}", version=newest + 1)
    return True


def check(year: int, section: str) -> None:
    """Raises NotFound for a section or a year that there is not."""
    if section not in CODES or not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(_("There is no such page."))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in texts.normalise(text).split("\n"))


def _fault(text: str) -> str | None:
    if len(text) > MOST:
        return _("At most %(max_length)s characters.", max_length=MOST)
    return None if texts.is_fit(text, lines=True) else _(texts.UNFIT)


def _differences(yours: dict[str, str], theirs: dict[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(_(LABELS[key]), yours[key] or "–", theirs[key] or "–") for key in yours if yours[key] != theirs[key]
    )
