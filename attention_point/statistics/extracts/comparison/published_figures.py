"""The published figures of a period: of which periods there are extracts, and with what they are compared."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.dates import PERIOD_KINDS, Period, PeriodKind, find_period, first_of_month
from attention_point.foundation.errors import AppError, Conflict
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.rules import ExtractPeriod, build_ended_periods
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent
from attention_point.statistics.releases.queries import find_current_release, load_content
from attention_point.tallies.queries import list_recent_months

_MOST_MONTHS = 600  # fifty years


def list_periods_with_people(session: Session, today: date) -> list[ExtractPeriod]:
    """List the semesters and years that are over and in which somebody came, the latest first."""
    months = list_recent_months(session, first_of_month(today), _MOST_MONTHS)
    if not months:
        return []
    periods = build_ended_periods(months[-1].year, today)
    return [period for period in periods if any(period.first <= month <= period.last for month in months)]


def list_unreleased_months(session: Session, period: ExtractPeriod) -> list[date]:
    """List the first days of the months of a period in which people came and that are not published yet."""
    months = _list_counted_months(session, period)
    return [month for month in months if find_current_release(session, Period("month", month)) is None]


def find_published_contents(session: Session, period: ExtractPeriod) -> tuple[ReleaseContent, ...]:
    """Return what was published of a period: of the year, of its quarters or of its months, whichever are the fewest.

    Raises Conflict where a month is not published yet, and AppError where all were published by the method of earlier
    versions of the program, which hides many figures.
    """
    if unreleased_months := list_unreleased_months(session, period):
        raise Conflict(
            _(
                "The extract is compared with the published figures. Publish these months first: %(months)s.",
                months=", ".join(format_month(month) for month in unreleased_months),
            ),
            code="unpublished",
        )
    # The longest first: a year counts everybody once, while the sum of its months has whoever
    # came in several of them as often.
    for kind in reversed(PERIOD_KINDS):
        contents = _load_contents(session, period, kind)
        if contents:
            return contents
    raise AppError(
        _(
            "No month of this period was published with all its figures, so nobody can say whether the extract would "
            "mislead. Publish a correction of its months first."
        ),
        code="unpublished",
    )


def _load_contents(session: Session, period: ExtractPeriod, kind: PeriodKind) -> tuple[ReleaseContent, ...]:
    """Return the contents of all parts of this kind; none where one is missing or reaches beyond the period."""
    contents = []
    for part in sorted({find_period(kind, month) for month in _list_counted_months(session, period)}):
        release = find_current_release(session, part)
        # A year reaches beyond a semester: its figures are of other people too.
        if part.first_day < period.first or part.last_day > period.last or release is None:
            return ()
        contents.append(load_content(release))
    # The old method hides figures, and a sum without them would be too low (decision 50).
    return tuple(content for content in contents if content.method == ROUNDING)


def _list_counted_months(session: Session, period: ExtractPeriod) -> list[date]:
    months = list_recent_months(session, period.last + timedelta(days=1), 12)
    return sorted(month for month in months if month >= period.first)
