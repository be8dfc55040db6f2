"""Releases a period: recounts, protects, audits and freezes it. No function commits."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import Period
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
from attention_point.tallies import services as tally_services

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
    if content.is_empty:
        raise AppError(_("Nothing was recorded in %(month)s.", month=format_period(period)))
    current_release = queries.find_current_release(session, period)
    if current_release is not None:
        released = queries.load_content(current_release)
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
    note, reader_note = _check_note(note, current_release), _check_reader_note(reader_note)
    damaged_count = sum(confirm_counts(session, month, despite_damage=despite_damage) for month in period.months)
    prepared = prepare_release(session, period)
    if fingerprint is not None and fingerprint != prepared.fingerprint:
        raise Conflict(
            _("The figures have changed since you reviewed them. Review them again before you publish them.")
        )
    content = replace(prepared.content, note=note, reader_note=reader_note)
    release = _build_release(session, actor, period, content, current_release)
    session.add(release)
    session.flush()
    detail = {"version": release.version, "hash": release.hash}
    if damaged_count:
        detail["damaged"] = damaged_count
    journal.record(session, actor, "statistics.release", "month", period.code, **detail)
    return release


def _build_release(
    session: Session, actor: Actor, period: Period, content: ReleaseContent, current_release: Release | None
) -> Release:
    # The journal's head stands in the release: whoever alters the journal later contradicts a published file.
    journal.lock_head(session)
    journal_seq, journal_head = journal_queries.get_head(session)
    released_at, version = clock.now(), current_release.version + 1 if current_release else 1
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
            month=format_month(current_release.month),
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
