"""The desk's own figures in the report: published months stand, what was reported stands where there are none."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.paperwork import SUPPRESSED
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.narrative import year_figures
from attention_point.registers.annual_report.narrative.year_figures import AttendedPeople, count_attended_people
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.reports import build_report
from attention_point.registers.shared.records import services
from attention_point.statistics.protection.disclosure import TOTAL_CODE
from attention_point.statistics.releases.content import (
    MonthContent,
    TableContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release

REPORTED: dict[str, Any] = {
    "operating_since": "2017-08-09",
    "reported_until": "2017-12-31",
    "people": {"number": 3600, "mark": "approximate"},
}
MOMENT = datetime(2018, 1, 10, tzinfo=UTC)


def month(number: int, first: int | None = 40) -> MonthContent:
    """A published month of 2017: 90 people in 100 attentions, so many of them for the first time."""
    cells: dict[tuple[str, ...], int | None] = {("first",): first, (TOTAL_CODE,): 90}
    texts = {"es": "Primera vez", "en": "First time"}
    table = TableContent("people-by-first-time", texts, "people", 5, ("first_time",), (), cells)
    totals = {"people": 90, "attentions": 100, "referrals": 70}
    return MonthContent(date(2017, number, 1), totals, (table,), (), {}, 1, MOMENT, "0" * 64)


def publish(session: Session, content: MonthContent) -> None:
    found = build_content_json(content)
    session.add(
        Release(
            month=content.month,
            version=1,
            hash=compute_content_hash(found),
            content=encode_canonical_json(found),
            journal_seq=1,
            journal_head="0" * 64,
            released_at=MOMENT,
            released_by="system",
            note=None,
        )
    )
    session.flush()


def test_without_a_published_month_the_reported_figure_stands() -> None:
    assert count_attended_people(2017, REPORTED, ()) == AttendedPeople(REPORTED["people"], is_reported=True)


def test_some_published_months_do_not_replace_what_was_reported() -> None:
    assert count_attended_people(2017, REPORTED, (month(8), month(9))).is_reported


def test_published_months_of_the_whole_period_stand() -> None:
    assert count_attended_people(2017, REPORTED, [month(number) for number in range(8, 13)]) == AttendedPeople(
        {"number": 200}
    )


def test_a_month_held_back_makes_the_sum_a_least_one() -> None:
    found = count_attended_people(2017, {}, (month(8), month(9, first=None)))
    assert found == AttendedPeople({"number": 40, "mark": "at_least"})


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert count_attended_people(2017, {}, ()) == AttendedPeople()


@pytest.mark.parametrize("first", [40, None])
def test_the_section_has_the_published_months(session: Session, first: int | None) -> None:
    services.add_record(session, SYSTEM, OFFICE_YEARS, {"name": "Oficina", "year": 2017, **REPORTED})
    publish(session, month(8))
    publish(session, month(9, first))
    (table,) = [each for each in build_report(session, 2017, "").tables if each.id == "months"]
    assert [*table.rows[-1][1:]] == [None, 80 if first else SUPPRESSED, 200, 140]
    found = queries.build_report_year(session, 2017)
    assert year_figures.build_year_totals(session, 2017, found.office, found.months).attended_people.is_reported
    assert len(found.months) == 2
