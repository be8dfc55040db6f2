"""The waits of a period: by hour and day, and the load by desk."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation.errors import Invalid
from attention_point.foundation.paperwork import Report
from attention_point.turns.waits.filters import Filters, choose_filters
from attention_point.turns.waits.queries import read_times
from attention_point.turns.waits.reports import build_report
from tests.turns.past_day import DAY, live_day, serve_turn
from tests.turns.support import MORNING, POINT

POINTS = {POINT: "The point"}


def _report(session: Session, first: date, last: date) -> Report:
    filters = Filters(POINT, first, last)
    return build_report(read_times(session, filters), filters, "The point", {}, MORNING)


def _rows(report: Report, table_id: str) -> tuple[tuple[object, ...], ...]:
    return next(table.rows for table in report.tables if table.id == table_id)


def test_the_figures_of_a_day(session: Session) -> None:
    live_day(session)
    report = _report(session, DAY, DAY)
    assert [row[1] for row in _rows(report, "glance")] == [4, 3, 3, 1, 10, 30, 30]
    assert _rows(report, "hours") == (("8:00", 2, 6, 10, 10), ("9:00", 1, 30, 30, 30))
    assert [row[1:] for row in _rows(report, "days")] == [(3, 10, 30, 30)]
    assert [row[1:] for row in _rows(report, "desks")] == [(2, 2), (1, 1)]
    assert [row[1:] for row in _rows(report, "times")] == [(15, 8), (20, 20)]


def test_an_hour_without_turns_stands_in_the_chart(session: Session) -> None:
    desks = live_day(session)
    serve_turn(session, desks[0], 200, 200, 210)
    assert _rows(_report(session, DAY, DAY), "hours")[2] == ("10:00", 0, None, None, None)


def test_a_long_period_is_shown_by_month(session: Session) -> None:
    live_day(session)
    rows = _rows(_report(session, DAY - timedelta(days=60), DAY), "days")
    assert [row[1:] for row in rows] == [(3, 10, 30, 30)]
    assert "2017" in str(rows[0][0])


def test_a_period_without_turns_has_no_charts(session: Session) -> None:
    live_day(session)
    report = _report(session, DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert [table.id for table in report.tables] == ["selection", "glance"]


def test_the_last_week_is_shown_without_filters() -> None:
    assert choose_filters("", None, "", POINTS, DAY) == Filters(POINT, DAY - timedelta(days=6), DAY)


@pytest.mark.parametrize(
    ("point", "first", "last", "field"),
    [
        ("nowhere", "", "", "point"),
        ("", "2017-02-30", "", "first"),
        ("", "", "yesterday", "last"),
        ("", "2017-08-09", "2017-08-08", "last"),
        ("", "2017-08-10", "2017-08-11", "first"),
        ("", "2016-08-08", "2017-08-09", "first"),
    ],
)
def test_filters_that_cannot_be_used_are_named(point: str, first: str, last: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        choose_filters(point, first, last, POINTS, DAY)
    assert [error.field for error in refusal.value.field_errors] == [field]


def test_the_first_days_of_the_calendar_are_a_period_like_any_other() -> None:
    filters = choose_filters("", "", "0001-01-03", POINTS, DAY)
    assert (filters.first.toordinal(), filters.last.toordinal()) == (1, 3)
