"""Releases a month: recounts, protects, audits and freezes it. No function commits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from attention_point.dates import first_of_next_month, format_month_code
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.language import format_date, format_month, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.statistics.protection.disclosure import CellCodes
from attention_point.statistics.protection.month import ProtectedMonth, protect_month
from attention_point.statistics.releases import corrections, month_counts, queries
from attention_point.statistics.releases.content import (
    MonthContent,
    ShownCounts,
    build_content_json,
    build_month_content,
    build_year_tables,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from attention_point.tallies import services as tally_services
from attention_point.tallies.rules import INDICATORS_BY_ID, PUBLISHED_INDICATORS, Indicator

if TYPE_CHECKING:
    from attention_point.statistics.audit.month import Breach

MAX_NOTE_LENGTH = 500  # characters, as the column holds them
COUNTED_RECORDS = frozenset({"visit", "visit-addition", "referral"})
LINE_TABLES = frozenset(
    indicator.id
    for indicator in PUBLISHED_INDICATORS
    if len(indicator.dimensions) == 1 and not indicator.overlapping and not indicator.returns_table
)


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """A month as it would be released now. ``fingerprint`` is the hash of its content."""

    content: MonthContent
    fingerprint: str
    is_correction: bool


def prepare_release(session: Session, first_day: date) -> PreparedRelease:
    """Protect and audit a month. Raises AppError with the reason why it cannot be released."""
    end_day = first_of_next_month(first_day)
    if end_day > clock.today():
        month, day = format_month(first_day), format_date(end_day)
        raise AppError(_("%(month)s is not over. It can be released from %(day)s.", month=month, day=day))
    protected = protect_audited_month(month_counts.sum_month_cells(session, first_day))
    content = build_month_content(session, first_day, protected)
    if content.is_empty:
        raise AppError(_("Nothing was recorded in %(month)s.", month=format_month(first_day)))
    current_release = queries.find_current_release(session, first_day)
    if current_release is not None:
        content = corrections.build_corrected_content(queries.load_content(current_release), content)
    earlier_months = [queries.load_content(release) for release in queries.list_earlier_in_year(session, first_day)]
    content = replace(content, tables=(*content.tables, *build_year_tables([*earlier_months, content])))
    return PreparedRelease(content, compute_content_hash(build_content_json(content)), current_release is not None)


def protect_audited_month(counts_by_table: Mapping[str, Mapping[CellCodes, int]]) -> ProtectedMonth:
    """Protect the counts of a month so that they pass the audit.

    What reveals too much is shown as a sum, left out or withheld, and then audited again. Raises AppError for counts
    that contradict one another.
    """
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who releases a month pays for them.
    from attention_point.statistics.audit.month import audit_month  # noqa: PLC0415

    excluded_parts: set[tuple[str, str]] = set()
    combined_tables: set[str] = set()
    # Each round combines or excludes something more, so that the loop ends.
    while True:
        protected = protect_month(counts_by_table, excluded_parts, combined_tables)
        shown_cells = {table_id: table.cells for table_id, table in protected.tables.items() if table.cells}
        breaches = audit_month(shown_cells, protected.totals, counts_by_table)
        if not breaches:
            return protected
        lines = {breach.table for breach in breaches if breach.table in LINE_TABLES} - combined_tables
        parts = {part for breach in breaches if (part := _find_part_to_exclude(breach, shown_cells))} - excluded_parts
        # A sum tells more than nothing, so lines are combined before any part is left out.
        if lines:
            combined_tables |= lines
        elif parts:
            excluded_parts |= parts
        else:
            raise AppError(_("The figures of this month contradict one another. Recount them first."))


def _find_part_to_exclude(breach: "Breach", shown: Mapping[str, ShownCounts]) -> tuple[str, str] | None:
    """Return the table and the part to leave out for a breach; "" is the whole table, None is no remedy.

    The most detailed table of the same counts gives way, because it reveals most and the reader misses it least.
    """
    if breach.table not in INDICATORS_BY_ID:
        return None
    related = [
        indicator
        for indicator in PUBLISHED_INDICATORS
        if indicator.id in shown and _has_same_counts(indicator, INDICATORS_BY_ID[breach.table])
    ]
    if not related:
        return None
    most_detailed = max(related, key=lambda indicator: len(indicator.dimensions))
    has_parts = (most_detailed.nested or most_detailed.overlapping) and len(most_detailed.dimensions) > 1
    part = breach.cell[0] if has_parts else ""
    return most_detailed.id, part if any(cell[0] == part for cell in shown[most_detailed.id]) else ""


def _has_same_counts(indicator: Indicator, breached: Indicator) -> bool:
    # Of attentions it is the returns that a reader may learn, by subtraction.
    returns_id = breached.returns_table or (breached.id if breached.counts == "returns" else None)
    if returns_id:
        return indicator.returns_table == returns_id
    return breached.stored_tables == indicator.stored_tables


def release_month(
    session: Session,
    actor: Actor,
    first_day: date,
    note: str | None = None,
    fingerprint: str | None = None,
    despite_damage: bool = False,
) -> Release:
    """Freeze a month as version 1, or with a note of what was wrong as the next version.

    ``fingerprint`` belongs to the content that the person looked at. With ``despite_damage`` the person publishes the
    month although records of it do not open. Raises AppError where the month cannot be released, Conflict where its
    content has changed since, and Invalid for a note that is missing, too long or superfluous, and for damage.
    """
    # Closing only this month lets everybody else go on counting in the others.
    tally_services.close_month(session, first_day)
    current_release = queries.find_current_release(session, first_day)
    note = _check_note(note, current_release)
    damaged_count = confirm_counts(session, first_day, despite_damage=despite_damage)
    prepared = prepare_release(session, first_day)
    if fingerprint is not None and fingerprint != prepared.fingerprint:
        raise Conflict(
            _("The figures have changed since you reviewed them. Review them again before you publish them.")
        )
    release = _build_release(session, actor, prepared.content, current_release, note)
    session.add(release)
    session.flush()
    detail = {"version": release.version, "hash": release.hash}
    if damaged_count:
        detail["damaged"] = damaged_count
    journal.record(session, actor, "statistics.release", "month", format_month_code(first_day), **detail)
    return release


def _build_release(
    session: Session, actor: Actor, content: MonthContent, current_release: Release | None, note: str | None
) -> Release:
    # The journal's head stands in the release: whoever alters the journal later contradicts a published file.
    journal.lock_head(session)
    journal_seq, journal_head = journal_queries.get_head(session)
    released_at, version = clock.now(), current_release.version + 1 if current_release else 1
    content = replace(content, version=version, released_at=released_at, journal_head=journal_head, note=note)
    content_json = build_content_json(content)
    return Release(
        month=content.month,
        version=version,
        hash=compute_content_hash(content_json),
        content=encode_canonical_json(content_json),
        journal_seq=journal_seq,
        journal_head=journal_head,
        released_at=released_at,
        released_by=actor.journal_label,
        note=note,
    )


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
    differences = month_counts.list_differences(session, first_day)
    if differences:
        # An entity may answer between the recount and the reading of the counts. A true fault is still there when one
        # looks again.
        repeated_keys = {difference.key for difference in month_counts.list_differences(session, first_day)}
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
