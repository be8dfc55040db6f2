"""The desk's own figures in the report: published months stand, what was reported stands where there are none."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.paperwork import SUPPRESSED
from attention_point.registers.annual_report import queries, sums
from attention_point.registers.annual_report.documents import report
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.sums import Desk, desk
from attention_point.registers.shared import services
from attention_point.statistics.content import Content, TableContent, as_json, canonical, hash_of
from attention_point.statistics.disclosure import TOTAL
from attention_point.statistics.models import Release

REPORTED: dict[str, Any] = {
    "operating_since": "2017-08-09",
    "reported_until": "2017-12-31",
    "people": {"number": 3600, "mark": "approximate"},
}
MOMENT = datetime(2018, 1, 10, tzinfo=UTC)


def month(number: int, first: int | None = 40) -> Content:
    """A published month of 2017: 90 people in 100 attentions, so many of them for the first time."""
    cells: dict[tuple[str, ...], int | None] = {("first",): first, (TOTAL,): 90}
    texts = {"es": "Primera vez", "en": "First time"}
    table = TableContent("people-by-first-time", texts, "people", 5, ("first_time",), (), cells)
    totals = {"people": 90, "attentions": 100, "referrals": 70}
    return Content(date(2017, number, 1), totals, (table,), (), {}, 1, MOMENT, "0" * 64)


def publish(session: Session, content: Content) -> None:
    found = as_json(content)
    session.add(
        Release(
            month=content.month, version=1, hash=hash_of(found), content=canonical(found), journal_seq=1,
            journal_head="0" * 64, released_at=MOMENT, released_by="system", note=None,
        )
    )  # fmt: skip
    session.flush()


def test_without_a_published_month_the_reported_figure_stands() -> None:
    assert desk(2017, REPORTED, ()) == Desk(REPORTED["people"], reported=True)


def test_some_published_months_do_not_replace_what_was_reported() -> None:
    assert desk(2017, REPORTED, (month(8), month(9))).reported


def test_published_months_of_the_whole_period_stand() -> None:
    assert desk(2017, REPORTED, [month(number) for number in range(8, 13)]) == Desk({"number": 200})


def test_a_month_held_back_makes_the_sum_a_least_one() -> None:
    found = desk(2017, {}, (month(8), month(9, first=None)))
    assert found == Desk({"number": 40, "mark": "at_least"})


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert desk(2017, {}, ()) == Desk()


@pytest.mark.parametrize("first", [40, None])
def test_the_section_has_the_published_months(session: Session, first: int | None) -> None:
    services.add(session, SYSTEM, YEARS, {"name": "Oficina", "year": 2017, **REPORTED})
    publish(session, month(8))
    publish(session, month(9, first))
    (table,) = [each for each in report(session, 2017, "").tables if each.id == "months"]
    assert [*table.rows[-1][1:]] == [None, 80 if first else SUPPRESSED, 200, 140]
    found = queries.read(session, 2017)
    assert sums.read(session, 2017, found.office, found.months).desk.reported
    assert len(found.months) == 2
