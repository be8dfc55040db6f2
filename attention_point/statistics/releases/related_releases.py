"""Finds the releases beside a period: its earlier versions, the quarter and the year around it, its parts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period
from attention_point.statistics.protection.totals import EXACT_FROM
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.related_figures import PeriodGroup
from attention_point.tallies import queries as tally_queries


def list_earlier_versions(session: Session, period: Period) -> list[ReleaseContent]:
    """List the contents of all versions of a period that are released."""
    return [queries.load_content(release) for release in queries.list_versions(session, period)]


def list_period_groups(session: Session, period: Period) -> list[PeriodGroup]:
    """List the released quarters and years that contain a period, and the parts that it has itself."""
    groups = []
    for kind in ("quarter", "year"):
        whole = find_period(kind, period.first_day)
        content = _load_current(session, whole)
        if period.kind == "month" and content is not None:
            groups.append(_build_group(session, period, content, _list_months(whole)))
    if period.kind == "quarter" and (content := _load_current(session, find_period("year", period.first_day))):
        quarters = {find_period("quarter", month): None for month in find_period("year", period.first_day).months}
        groups.append(_build_group(session, period, content, list(quarters)))
    if period.kind != "month":
        groups.append(_build_group(session, period, None, _list_months(period)))
    if period.kind == "year":
        groups.append(_build_group(session, period, None, list({find_period("quarter", m): 0 for m in period.months})))
    return groups


def list_bound_units(session: Session, period: Period) -> frozenset[str]:
    """List the totals of a quarter or year that must not be exact, because they would tell that of a single month.

    A month's total follows by subtraction where it alone is rounded, or not released.
    """
    bound = set()
    for month in _list_months(period) if period.kind != "month" else ():
        content = _load_current(session, month)
        for unit in ("attentions", "referrals", "answers", "first_time_people"):
            is_known = content is not None and (content.totals.get(unit) or 0) >= EXACT_FROM
            if not is_known and not _is_unrecorded(session, month):
                bound.add(unit)
    return frozenset(bound)


def _list_months(period: Period) -> list[Period]:
    return [Period("month", month) for month in period.months]


def _load_current(session: Session, period: Period) -> ReleaseContent | None:
    release = queries.find_current_release(session, period)
    return queries.load_content(release) if release else None


def _build_group(
    session: Session, period: Period, whole: ReleaseContent | None, parts: Sequence[Period]
) -> PeriodGroup:
    contents: list[ReleaseContent | None] = []
    has_all_parts = True
    for part in parts:
        content = None if part == period else _load_current(session, part)
        if content is not None or part == period:
            contents.append(content)
        elif not _is_unrecorded(session, part):
            has_all_parts = False
    return PeriodGroup(whole, contents, has_all_parts)


def _is_unrecorded(session: Session, period: Period) -> bool:
    return not any(tally_queries.list_counted_points(session, month) for month in period.months)
