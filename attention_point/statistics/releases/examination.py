"""Examines a period before its release: recounts it from the sealed visits, protects and audits it. Writes nothing."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import Period, parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import format_date, format_month, format_period, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.loading import pause_garbage_collection
from attention_point.statistics.releases import content_building, period_counts, queries, related_releases
from attention_point.statistics.releases.content import (
    ReleaseContent,
    build_content_json,
    compute_content_hash,
)
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries

COUNTED_RECORDS = frozenset({"visit", "visit-addition", "referral"})
"""The purposes under which the records are sealed that a recount opens."""


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """A period as it would be released now. ``fingerprint`` is the hash of its content."""

    content: ReleaseContent
    fingerprint: str
    is_correction: bool


@dataclass(frozen=True, slots=True)
class ExaminedPeriod:
    """A period that was recounted, protected and audited in a reading session, for a release in a short transaction.

    ``damaged_count`` is the number of records that do not open. ``basis`` says of which counts and beside which
    releases it was made: where it is another by then, the period is examined anew.
    """

    prepared: PreparedRelease
    damaged_count: int
    basis: bytes


def examine_period(session: Session, period: Period, *, despite_damage: bool = False) -> ExaminedPeriod:
    """Recount, protect and audit a period. Raises as ``release_period``."""
    # Read first: what changes from here on makes another basis.
    basis = read_basis(session, period)
    # The recount comes before the rounding: wrong counts that are well protected are still wrong.
    damaged_count = _confirm_period(session, period, despite_damage=despite_damage)
    return ExaminedPeriod(prepare_release(session, period), damaged_count, basis)


def read_basis(session: Session, period: Period) -> bytes:
    """Return a digest of the counts of a period and of the releases that there are."""
    counts = tally_queries.sum_period_tables(session, period)
    versions = session.execute(select(Release.period, Release.version).order_by(Release.period, Release.version))
    content = [counts, [list(row) for row in versions]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


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
    # Beside a year of releases these are a million small objects, none of them in a circle: the collector would walk
    # through them again and again, for a quarter of the time.
    with pause_garbage_collection():
        protected = related_releases.protect_beside_releases(
            content_building.build_rounder(session, period),
            period,
            related_releases.open_publications(session),
            cache(lambda code: content_building.build_rounder(session, parse_period_code(code)).true_figures),
        )
    return content_building.build_content(session, period, protected.rounded, protected.totals, protected.hidden)


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
        raise Invalid.of_field(
            "despite_damage",
            ngettext(
                "%(num)s record of %(month)s cannot be opened, so its counts cannot be confirmed. “attention-point "
                "doctor” names it. Restore it from a backup, or confirm that the month is published all the same.",
                "%(num)s records of %(month)s cannot be opened, so their counts cannot be confirmed. “attention-point "
                "doctor” names them. Restore them from a backup, or confirm that the month is published all the same.",
                damaged_count,
                month=format_month(first_day),
            ),
        )
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
