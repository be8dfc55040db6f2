"""Releases a period: recounts, protects, audits and freezes it. No function commits."""

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, parse_period_code
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.language import format_date, format_period
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import (
    ReleaseContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.examination import ExaminedPeriod, examine_period, read_basis
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.facts import LONGER_PERIODS

log = structlog.get_logger()
MAX_NOTE_LENGTH = 500  # characters, as the columns hold them


def release_period(
    session: Session,
    actor: Actor,
    period: Period,
    note: str | None = None,
    fingerprint: str | None = None,
    despite_damage: bool = False,
    reader_note: str | None = None,
    examined: ExaminedPeriod | None = None,
) -> Release:
    """Freeze a period as version 1, or with a note of what was wrong as the next version.

    ``fingerprint`` belongs to the content that the person looked at, ``reader_note`` is for the readers. With
    ``despite_damage`` the person publishes the period although records of it do not open. With ``examined`` the
    transaction is short, and the caller releases the longer periods after it (``release_longer_periods``). Raises
    AppError where the period cannot be released, Conflict where its content has changed since, and Invalid for a note
    that is missing, too long or superfluous, and for damage.
    """
    # Closing only these months lets everybody else go on counting in the others.
    for month in period.months:
        tally_services.close_month(session, month)
    current_release = queries.find_current_release(session, period)
    note, reader_note = check_notes(session, period, note, reader_note)
    has_longer_periods = period.kind == "month" and examined is None
    # A late answer may have changed the counts meanwhile; then the period is examined again, in this transaction.
    if examined is None or examined.basis != read_basis(session, period):
        examined = examine_period(session, period, despite_damage=despite_damage)
    prepared, damaged_count = examined.prepared, examined.damaged_count
    if fingerprint is not None and fingerprint != prepared.fingerprint:
        raise Conflict(describe_changed_figures())
    content = replace(prepared.content, note=note, reader_note=reader_note)
    release = _build_release(session, actor, period, content, current_release)
    session.add(release)
    session.flush()
    detail = {"version": release.version, "hash": release.hash}
    # The journal says that somebody knew of the damage and published all the same.
    if damaged_count:
        detail["damaged"] = damaged_count
    journal.record(session, actor, "statistics.release", "month", period.code, **detail)
    if has_longer_periods:
        _release_longer_periods(session, actor, period, note)
    return release


def _release_longer_periods(session: Session, actor: Actor, month: Period, note: str | None) -> None:
    """Release the quarter and the year of a released month once their last month is released, or correct them with it.

    What cannot be released yet holds no month back: the log says so, and the command releases it later.
    """
    # The quarter before the year: the year's audit then knows the quarter that was released with it.
    for kind in LONGER_PERIODS:
        period = find_period(kind, month.first_day)
        if not is_complete(session, period):
            continue
        is_released = queries.find_current_release(session, period) is not None
        try:
            release_period(session, actor, period, note if is_released else None)
        except AppError as error:
            log.warning("statistics.longer_period_waits", period=period.code, code=error.code)


def release_longer_periods(
    database: Database,
    actor: Actor,
    month: Period,
    note: str | None,
    examine: Callable[[Session, Period], ExaminedPeriod] = examine_period,
) -> None:
    """Release the quarter and the year of a released month, each examined first and released in a short transaction.

    What cannot be released yet waits, as within ``release_period``.
    """
    for kind in LONGER_PERIODS:
        period = find_period(kind, month.first_day)
        try:
            with database.read_session() as session:
                if not is_complete(session, period):
                    continue
                is_released = queries.find_current_release(session, period) is not None
                examined = examine(session, period)
            with database.write_session() as session:
                release_period(session, actor, period, note if is_released else None, examined=examined)
        except AppError as error:
            log.warning("statistics.longer_period_waits", period=period.code, code=error.code)


def is_complete(session: Session, period: Period) -> bool:
    """Whether a quarter or a year is over and all its months are released, so that it can be released too."""
    is_over = period.end_day <= clock.today()
    return is_over and all(_is_settled(session, Period("month", first_day)) for first_day in period.months)


def _is_settled(session: Session, month: Period) -> bool:
    is_released = queries.find_current_release(session, month) is not None
    # A month without any visit is never released, and must not hold up its quarter for ever.
    return is_released or not tally_queries.list_counted_points(session, month.first_day)


def _build_release(
    session: Session, actor: Actor, period: Period, content: ReleaseContent, current_release: Release | None
) -> Release:
    # The journal's head stands in the release: whoever alters the journal later contradicts a published file.
    journal.lock_head(session)
    journal_seq, journal_head = journal_queries.get_head(session)
    released_at, version = clock.now(), current_release.version + 1 if current_release else 1
    # The head is part of what is hashed, so that nobody can put another one under the same figures.
    content = replace(content, version=version, released_at=released_at, journal_head=journal_head)
    content_json = build_content_json(content)
    return Release(
        period=period.code,
        month=period.first_day,
        version=version,
        hash=compute_content_hash(content_json),
        content=encode_canonical_json(content_json),
        journal_seq=journal_seq,
        journal_head=journal_head,
        released_at=released_at,
        released_by=actor.journal_label,
        note=content.note,
    )


def describe_changed_figures() -> str:
    """Say that the figures are no longer those that were reviewed."""
    return _("The figures have changed since you reviewed them. Review them again before you publish them.")


def check_notes(
    session: Session, period: Period, note: str | None, reader_note: str | None
) -> tuple[str | None, str | None]:
    """Return the note of what was wrong and the note to readers, without blanks around them.

    Raises Invalid for one that is too long, and for the first where it is missing or superfluous.
    """
    return _check_note(note, queries.find_current_release(session, period)), _check_reader_note(reader_note)


def _check_reader_note(note: str | None) -> str | None:
    note = (note or "").strip() or None
    if note is not None and len(note) > MAX_NOTE_LENGTH:
        raise Invalid.of_field("reader_note", _("At most %(max_length)s characters.", max_length=MAX_NOTE_LENGTH))
    return note


def _check_note(note: str | None, current_release: Release | None) -> str | None:
    note = (note or "").strip() or None
    if current_release is None and note is None:
        return None
    if current_release is None:
        sentence = _("This month was never released: there is nothing to correct.")
    elif note is None:
        sentence = _(
            "%(month)s was released on %(day)s. A correction needs a note of what was wrong.",
            month=format_period(parse_period_code(current_release.period)),
            day=format_date(current_release.released_at),
        )
    elif len(note) > MAX_NOTE_LENGTH:
        sentence = _("At most %(max_length)s characters.", max_length=MAX_NOTE_LENGTH)
    else:
        return note
    raise Invalid.of_field("note", sentence)
