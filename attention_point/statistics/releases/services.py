"""Releases a period: recounts, protects, audits and freezes it. No function commits."""

from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, parse_period_code
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.language import format_date, format_month, format_period, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases import content_building, period_counts, queries, related_releases
from attention_point.statistics.releases.content import (
    ReleaseContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.facts import LONGER_PERIODS

log = structlog.get_logger()
MAX_NOTE_LENGTH = 500  # characters, as the columns hold them
COUNTED_RECORDS = frozenset({"visit", "visit-addition", "referral"})


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """A period as it would be released now. ``fingerprint`` is the hash of its content."""

    content: ReleaseContent
    fingerprint: str
    is_correction: bool


def prepare_release(session: Session, period: Period) -> PreparedRelease:
    """Protect and audit a period. Raises AppError with the reason why it cannot be released."""
    if period.end_day > clock.today():
        raise AppError(
            _(
                "%(month)s is not over. It can be released from %(day)s.",
                month=format_period(period),
                day=format_date(period.end_day),
            )
        )
    content = build_audited_content(session, period)
    # A month of zeros would look like one in which nobody needed help, although the point may have been closed.
    if content.is_empty:
        raise AppError(_("Nothing was recorded in %(month)s.", month=format_period(period)))
    current_release = queries.find_current_release(session, period)
    if current_release is not None:
        released = queries.load_content(current_release)
        # A version without a changed figure would make readers look for what was wrong. The
        # note alone is no reason for one.
        if (released.totals, released.tables) == (content.totals, content.tables):
            raise AppError(
                _("No published figure of %(month)s changes: the released version stands.", month=format_period(period))
            )
    return PreparedRelease(content, compute_content_hash(build_content_json(content)), current_release is not None)


def build_audited_content(session: Session, period: Period) -> ReleaseContent:
    """Round a period so that no small count can be worked out, from it alone or beside every other release."""
    protected = related_releases.protect_beside_releases(
        content_building.build_rounder(session, period),
        related_releases.list_earlier_versions(session, period),
        related_releases.list_period_groups(session, period),
        related_releases.list_bound_units(session, period),
        related_releases.list_people_beside(session, period),
    )
    return content_building.build_content(session, period, protected.rounded, protected.totals, protected.hidden)


def release_period(
    session: Session,
    actor: Actor,
    period: Period,
    note: str | None = None,
    fingerprint: str | None = None,
    despite_damage: bool = False,
    reader_note: str | None = None,
) -> Release:
    """Freeze a period as version 1, or with a note of what was wrong as the next version.

    ``fingerprint`` belongs to the content that the person looked at, ``reader_note`` is for the readers. With
    ``despite_damage`` the person publishes the period although records of it do not open. Raises AppError where the
    period cannot be released, Conflict where its content has changed since, and Invalid for a note that is missing, too
    long or superfluous, and for damage.
    """
    # Closing only these months lets everybody else go on counting in the others.
    for month in period.months:
        tally_services.close_month(session, month)
    current_release = queries.find_current_release(session, period)
    note, reader_note = check_notes(session, period, note, reader_note)
    # The recount comes before the rounding: wrong counts that are well protected are still wrong.
    damaged_count = _confirm_period(session, period, despite_damage=despite_damage)
    prepared = prepare_release(session, period)
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
    if period.kind == "month":
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


def is_complete(session: Session, period: Period) -> bool:
    """Whether a quarter or a year is over and all its months are released, so that it can be released too."""
    is_over = period.end_day <= clock.today()
    return is_over and all(_is_settled(session, Period("month", first_day)) for first_day in period.months)


def _is_settled(session: Session, month: Period) -> bool:
    is_released = queries.find_current_release(session, month) is not None
    # A month without any visit is never released, and must not hold up its quarter for ever.
    return is_released or not tally_queries.list_counted_points(session, month.first_day)


def _confirm_period(session: Session, period: Period, *, despite_damage: bool) -> int:
    """Confirm the counts of a period. Return the number of records of a month that do not open."""
    if period.kind == "month":
        return confirm_counts(session, period.first_day, despite_damage=despite_damage)
    # The months were recounted when they were released.
    if any(
        count < 0 for cells in tally_queries.sum_period_tables(session, period).values() for count in cells.values()
    ):
        raise AppError(
            _(
                "The counts of %(period)s do not match the visits. See “statistics verify”.",
                period=format_period(period),
            ),
            code="unreconciled",
        )
    return 0


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
        sentence = _("At most %(max_length)s characters.", max_length=MAX_NOTE_LENGTH)
        raise Invalid(sentence, (FieldError("reader_note", sentence),))
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
    raise Invalid(sentence, (FieldError("note", sentence),))


def confirm_counts(session: Session, first_day: date, *, despite_damage: bool = False) -> int:
    """Recount a month from its sealed visits. Return the number of records that do not open.

    Raises AppError where the counts differ from the recount, and Invalid where records do not open. With
    ``despite_damage`` the counts of these records stand: then a count may exceed the recount, by no more than there are
    such records.
    """
    differences = period_counts.list_differences(session, first_day)
    if differences:
        # An entity may answer between the recount and the reading of the counts. A true fault is still there when one
        # looks again.
        repeated_keys = {difference.key for difference in period_counts.list_differences(session, first_day)}
        differences = [difference for difference in differences if difference.key in repeated_keys]
    damaged_count = sum(damage.purpose in COUNTED_RECORDS for damage in list_noted_damage(session))
    if damaged_count and not despite_damage:
        sentence = ngettext(
            "%(num)s record of %(month)s cannot be opened, so its counts cannot be confirmed. “attention-point "
            "doctor” names it. Restore it from a backup, or confirm that the month is published all the same.",
            "%(num)s records of %(month)s cannot be opened, so their counts cannot be confirmed. “attention-point "
            "doctor” names them. Restore them from a backup, or confirm that the month is published all the same.",
            damaged_count,
            month=format_month(first_day),
        )
        raise Invalid(sentence, (FieldError("despite_damage", sentence),))
    # A record that does not open is missing from the recount, so that the count may be higher by as many, never lower.
    faults = [item for item in differences if not 0 < item.stored_count - item.recounted <= damaged_count]
    if faults:
        raise AppError(
            ngettext(
                "%(num)s count of %(month)s does not match the visits. See “statistics verify”.",
                "%(num)s counts of %(month)s do not match the visits. See “statistics verify”.",
                len(faults),
                month=format_month(first_day),
            ),
            code="unreconciled",
        )
    return damaged_count
