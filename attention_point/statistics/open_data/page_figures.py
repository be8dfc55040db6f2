"""What the public page shows before it offers files: the main figures of a period, its charts, and the months in a row.

Only published figures enter: those of the first page of the period's paper.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import PeriodKind, parse_period_code
from attention_point.foundation.language import format_date, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Chart,
    Column,
    Series,
    Suppressed,
    Table,
)
from attention_point.foundation.report_pages import describe_chart
from attention_point.statistics.month_papers.changes import Change, name_period
from attention_point.statistics.month_papers.first_page import FirstBlocks, build_first_page, list_first_blocks
from attention_point.statistics.month_papers.loading import load_comparison
from attention_point.statistics.month_papers.table_views import COUNT_LABELS
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.models import Release
from attention_point.tallies.rules import BASE

TREND_CHART = "months"
MAX_TREND_MONTHS = 24
_TREND_COUNTS = ("people", "attentions", "referrals")


@dataclass(frozen=True, slots=True)
class PublishedPeriods:
    """The latest version of every published period, oldest first: its code, with number and hash."""

    versions: Mapping[str, tuple[int, str]]

    def list_codes(self, kind: PeriodKind) -> list[str]:
        """List the codes of the periods of a kind, oldest first."""
        return [code for code in self.versions if parse_period_code(code).kind == kind]

    @property
    def newest_month(self) -> str | None:
        """The code of the newest month; None before anything was published."""
        return next(reversed(self.list_codes("month")), None)

    def find_neighbours(self, code: str) -> tuple[str | None, str | None]:
        """Return the codes of the published periods of the same kind before and after one."""
        codes = self.list_codes(parse_period_code(code).kind)
        place = codes.index(code)
        return codes[place - 1] if place else None, codes[place + 1] if place + 1 < len(codes) else None


def list_published_periods(session: Session) -> PublishedPeriods:
    """List the published periods, without their contents."""
    # Sorted by version too, so that the last one of a period wins.
    return PublishedPeriods({code: (number, digest) for code, number, digest in queries.list_hashes(session)})


def build_page_figures(session: Session, content: ReleaseContent) -> FirstBlocks:
    """Build the figures of a period in the language in use, beside the periods with which they are compared."""
    comparison = load_comparison(session, parse_period_code(content.period))
    # The page shows what the paper's first page says: two texts of the same figures would come to differ.
    return list_first_blocks(build_first_page(content, comparison))


@dataclass(frozen=True, slots=True)
class Trend:
    """The people by month: a chart, one true sentence about it (or none), and the table of the totals below it."""

    chart: Chart
    finding: str
    table: Table


def build_trend(session: Session, published: PublishedPeriods) -> Trend | None:
    """Build the people by month; None for a single month."""
    # Two years: the newest twelve months stand beside those of the year before, and bars stay legible on a telephone.
    codes = published.list_codes("month")[-MAX_TREND_MONTHS:]
    if len(codes) < 2:
        return None
    totals = [_find_totals(session, code, *published.versions[code]) for code in codes]
    title = _("People by month")
    labels = tuple(_shorten_month(parse_period_code(code).first_day) for code in codes)
    people = tuple(SUPPRESSED if month["people"] is None else month["people"] for month in totals)
    columns = (Column("month", _("Month")), *(Column(name, _(COUNT_LABELS[name]), "integer") for name in _TREND_COUNTS))
    rows = tuple(
        (
            format_month(parse_period_code(code).first_day),
            *(SUPPRESSED if month[name] is None else month[name] for name in _TREND_COUNTS),
        )
        for code, month in reversed(list(zip(codes, totals, strict=True)))
    )
    return Trend(
        Chart(TREND_CHART, title, "bar", labels, (Series(_("People"), people),), describe_chart(title, None)),
        _find_highest(codes, people),
        Table(TREND_CHART, title, columns, rows),
    )


def _find_highest(codes: Sequence[str], people: Sequence[int | Suppressed]) -> str:
    published = sorted((count, code) for count, code in zip(people, codes, strict=True) if isinstance(count, int))
    if not published:
        return ""
    count, code = published[-1]
    # Of two that rounding alone may have put in this order none is known to be the greater.
    if len(published) > 1 and not Change(count, *published[-2], BASE).is_certain:
        return ""
    return _("Most people came in %(month)s: %(count)s.", month=name_period(code), count=format_number(count))


def _shorten_month(first_day: date) -> str:
    # Under a bar is no room for the whole month, nor for the point that Spanish puts after a shortened one.
    return f"{format_date(first_day, 'MMM').strip('.')} {first_day:%y}"


# By the hash of a version, which never changes: its content is read once. There are as many as published months.
_totals_by_hash: dict[str, Mapping[str, int | None]] = {}


def _find_totals(session: Session, code: str, number: int, digest: str) -> Mapping[str, int | None]:
    if digest not in _totals_by_hash:
        _totals_by_hash[digest] = queries.load_content(session.get_one(Release, (code, number))).totals
    return _totals_by_hash[digest]


def list_choices(published: PublishedPeriods) -> Iterator[tuple[str, str]]:
    """Yield the code and the name of every published period: months, then quarters, then years, the newest first."""
    for kind in ("month", "quarter", "year"):
        for code in reversed(published.list_codes(kind)):
            name = name_period(code)
            yield code, name[:1].upper() + name[1:]
