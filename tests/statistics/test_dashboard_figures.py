"""Every figure of the dashboard equals what an independent recount of the invented facts gives."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.refusals import Invalid
from attention_point.referrals import figures as referrals
from attention_point.referrals.figures import OpenNow, open_now
from attention_point.referrals.models import Referral
from attention_point.statistics.dashboard_figures import Figures, figures, months_until, restricted_needs
from attention_point.statistics.dashboard_filters import Offered, filters_of, offered
from attention_point.tallies import ranges
from attention_point.tallies import services as tallies
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from tests.statistics.dashboard_house import SECOND, TODAY, Facts, invented, record, second_point
from tests.support.visits import recorded

AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)
APART = {"comisaria-familia", "defensoria", "fiscalia"}
OF = Callable[[date, date], int]


@pytest.fixture(scope="module")
def known() -> Facts:
    """The invented facts."""
    return invented()


@pytest.fixture
def reading(database: Database, known: Facts) -> Iterator[Session]:
    """A session that reads what was recorded."""
    second_point(database)
    record(database, known)
    with database.reading() as session:
        yield session


def _read(session: Session, **address: str) -> Figures:
    choice = offered(session, TODAY)
    return figures(session, filters_of(address, choice), choice)


def _visits(known: Facts, point: str | None = None) -> list[VisitFacts]:
    return [one for one in known if isinstance(one, VisitFacts) and point in {None, one.point}]


def _referred(known: Facts, month: date, point: str | None = None) -> list[ReferralFacts]:
    return [
        one for one in known
        if isinstance(one, ReferralFacts) and point in {None, one.point} and one.day.replace(day=1) == month
    ]  # fmt: skip


def _totals(known: Facts, point: str | None) -> tuple[OF, OF]:
    visits = _visits(known, point)
    return (
        lambda first, last: sum(first <= one.day <= last for one in visits),
        lambda first, last: sum(first <= one.day <= last and one.first_this_month for one in visits),
    )


@pytest.mark.parametrize("point", [None, SECOND])
def test_today_this_week_and_this_month_stand_beside_the_previous_ones(
    reading: Session, known: Facts, point: str | None
) -> None:
    glance = {one.key: one for one in _read(reading, point=point or "").glance}
    attentions, people = _totals(known, point)
    shown = {key: (one.count, one.before, one.whole) for key, one in glance.items()}
    assert shown == {
        "today": (attentions(TODAY, TODAY), attentions(date(2017, 9, 7), date(2017, 9, 7)), None),
        "week": (
            attentions(date(2017, 9, 11), TODAY),
            attentions(date(2017, 9, 4), date(2017, 9, 7)),
            attentions(date(2017, 9, 4), date(2017, 9, 10)),
        ),
        "month": (
            attentions(SEPTEMBER, TODAY),
            attentions(AUGUST, date(2017, 8, 14)),
            attentions(AUGUST, date(2017, 8, 31)),
        ),
        "people": (people(SEPTEMBER, TODAY), people(AUGUST, date(2017, 8, 14)), people(AUGUST, date(2017, 8, 31))),
        "referrals": (_made(known, SEPTEMBER, point), None, _made(known, AUGUST, point)),
        "unanswered": (_unanswered(known, SEPTEMBER, point), None, _unanswered(known, AUGUST, point)),
    }
    assert shown["month"][0]
    assert shown["today"][0]


def _made(known: Facts, month: date, point: str | None) -> int:
    return sum(one.entity not in APART for one in _referred(known, month, point))


def _unanswered(known: Facts, month: date, point: str | None) -> int:
    return sum(
        one.entity not in APART and one.state in {"created", "seen", "expired"}
        for one in _referred(known, month, point)
    )


def test_a_month_that_is_over_stands_beside_the_one_before_and_the_year_before(reading: Session, known: Facts) -> None:
    attentions, people = _totals(known, None)
    august = {one.key: (one.count, one.before, one.whole) for one in _read(reading, period="2017-08").glance}
    assert august["month"] == (
        attentions(AUGUST, date(2017, 8, 31)), attentions(date(2017, 7, 1), date(2017, 7, 31)), 0,
    )  # fmt: skip
    assert "today" not in august
    later = {one.key: one for one in _read(reading, period="2017-07").glance}
    assert later["people"].count == people(date(2017, 7, 1), date(2017, 7, 31))


def test_the_year_before_is_the_same_month(database: Database, known: Facts) -> None:
    record(database, known)
    with database.reading() as session:
        choice = offered(session, date(2017, 11, 3))
        read = figures(session, filters_of({"period": "2017-09"}, choice), choice)
    attentions, _people = _totals(known, "bucaramanga")
    month = next(one for one in read.glance if one.key == "month")
    assert month.whole == attentions(date(2016, 9, 1), date(2016, 9, 30))
    assert month.whole


@pytest.mark.parametrize("point", [None, SECOND])
def test_the_trend_has_twelve_weeks_or_thirteen_months(reading: Session, known: Facts, point: str | None) -> None:
    attentions, people = _totals(known, point)
    weeks = _read(reading, point=point or "").trend
    assert [span.first_day for span in weeks] == [date(2017, 6, 26) + timedelta(days=7 * n) for n in range(12)]
    for span in weeks:
        last = span.first_day + timedelta(days=6)
        assert (span.attentions, span.people) == (attentions(span.first_day, last), people(span.first_day, last))
    months = _read(reading, point=point or "", grouping="month").trend
    assert [span.first_day for span in months] == months_until(SEPTEMBER)
    assert months[0].first_day == date(2016, 9, 1)
    for span in months:
        last = span.first_day.replace(day=28) + timedelta(days=3)  # the invented months end on the 28th
        assert (span.attentions, span.people) == (attentions(span.first_day, last), people(span.first_day, last))
        assert (span.made, span.unanswered) == (
            _made(known, span.first_day, point), _unanswered(known, span.first_day, point),
        )  # fmt: skip
    assert months[0].attentions


def test_needs_are_told_without_the_restricted_ones(reading: Session, known: Facts) -> None:
    def counted(month: date) -> Counter[str]:
        return Counter(need for one in _visits(known) if one.day.replace(day=1) == month for need in one.new_needs)

    now, before = counted(SEPTEMBER), counted(AUGUST)
    needs = _read(reading).needs
    assert {(need, count, then) for need, count, then in needs} == {
        (need, now[need], before[need]) for need in (now | before) if need not in {"VBG", "TRATA"}
    }
    assert {"VBG", "TRATA"} <= restricted_needs(reading)
    assert now["VBG"] + before["VBG"] > 0
    assert [count for _need, count, _then in needs] == sorted((count for _need, count, _then in needs), reverse=True)


@pytest.mark.parametrize("point", [None, SECOND])
def test_entities_are_told_by_what_became_of_their_referrals(reading: Session, known: Facts, point: str | None) -> None:
    of = _referred(known, AUGUST, point)
    read = _read(reading, period="2017-08", point=point or "").entities
    assert set(read) == {one.entity for one in of} - APART
    for code, each in read.items():
        states = Counter(one.state for one in of if one.entity == code)
        assert each.made == states.total()
        assert each.open == states["created"] + states["seen"] + states["accepted"]
        assert each.answered == sum(states[s] for s in ("accepted", "rejected", "attended", "no_show", "closed"))
        assert each.unanswered == states["created"] + states["seen"]
        assert each.share == round(100 * each.unanswered / each.made, 1)


def test_entities_for_restricted_topics_stand_apart(reading: Session) -> None:
    choice = offered(reading, TODAY)
    assert choice.apart >= APART
    assert choice.apart.isdisjoint(choice.entities)
    assert choice.apart.isdisjoint(_read(reading).entities)
    assert choice.apart.isdisjoint(_read(reading).waiting or {})


def test_one_entity_is_told_alone(reading: Session, known: Facts) -> None:
    read = _read(reading, entity="sena")
    for span in read.trend:
        of = [one for one in _referred(known, span.first_day) if one.entity == "sena"]
        waiting = sum(one.state in {"created", "seen", "expired"} for one in of)
        assert (span.made, span.unanswered, span.attentions) == (len(of), waiting, 0)
    assert set(read.entities) == {"sena"}
    assert (read.needs, read.waits, read.points) == ((), {}, ())


def test_waits_and_times_to_an_answer_are_told(reading: Session, known: Facts) -> None:
    read = _read(reading, period="2017-08")
    visits = [one for one in _visits(known) if one.day.month == 8]
    assert sum(read.waits.values()) == len(visits)
    assert read.waits["not_given"] == sum(one.wait is None for one in visits)
    assert read.waits["16-30"] == sum(one.wait is not None and 16 <= one.wait <= 30 for one in visits)
    answered = [one.answered_in for one in _referred(known, AUGUST) if one.answered_in is not None]
    assert sum(read.answers.values()) == len(answered)
    assert read.answers["4-7"] == sum(4 <= days <= 7 for days in answered)


def test_points_are_compared(reading: Session, known: Facts) -> None:
    expected = set()
    for point in ("bucaramanga", SECOND):
        attentions, people = _totals(known, point)
        counts = attentions(SEPTEMBER, TODAY), attentions(AUGUST, date(2017, 8, 14)), people(SEPTEMBER, TODAY)
        expected.add((point, *counts))
    assert set(_read(reading).points) == expected
    assert _read(reading, point=SECOND).points == ()


def test_what_stands_between_the_months_asked_for_is_not_read(session: Session) -> None:
    month = {(AUGUST, "p", "people-by-population", "migrant"): 3, (SEPTEMBER, "p", "people-by-population", "other"): 2}
    between = {(date(2017, 8, 9), "p", "attentions-by-day", "2017-08-09"): 4}
    tallies.add(session, {**month, **between, (AUGUST, "q", "people-by-population", "migrant"): 1})
    read = ranges.by_month(session, ["people-by-population"], [AUGUST, SEPTEMBER], ["p"])
    assert read == {
        ("people-by-population", AUGUST): {"migrant": 3},
        ("people-by-population", SEPTEMBER): {"other": 2},
    }
    assert ranges.by_month(session, ["people-by-population"], [AUGUST], ["p"], "migrant") == {
        ("people-by-population", AUGUST): {}
    }
    assert ranges.by_day(session, ["attentions-by-day"], [AUGUST, date(2017, 8, 9)], ["p", "q"]) == {
        "attentions-by-day": {date(2017, 8, 9): 4}
    }
    spans = [date(2017, 8, 8), date(2017, 8, 9)], [date(2017, 8, 7)]
    assert ranges.by_point(session, ["attentions-by-day", "people-by-day"], spans, ["p", "q"]) == {
        "attentions-by-day": [{"p": 4}, {}],
        "people-by-day": [{}, {}],
    }
    assert ranges.first_day(session) == AUGUST


def test_cells_add_up_by_how_they_begin_and_end(session: Session) -> None:
    table = "referrals-by-service-and-state"
    cells = {"a|x|seen": 1, "a|x|closed": 2, "ab|x|seen": 4, "b|x|no_seen": 8, "b|x|expired": 16}
    tallies.add(session, {(AUGUST, "p", table, cell): count for cell, count in cells.items()})
    tallies.add(session, {(AUGUST, "q", table, "a|x|seen"): 32, (SEPTEMBER, "p", table, "a|x|closed"): 64})

    def read(points: list[str], first: str | None = None, without: tuple[str, ...] = ()) -> dict[date, tuple[int, int]]:
        months, last = [AUGUST, SEPTEMBER, TODAY], {"seen", "expired"}
        by_entity = "referrals-by-entity-and-state"
        return ranges.by_end(session, by_entity, months, points, last, first=first, without=without)

    assert read(["p"]) == {AUGUST: (31, 21), SEPTEMBER: (64, 0)}
    assert read(["p", "q"], first="a") == {AUGUST: (35, 33), SEPTEMBER: (64, 0)}
    assert read(["p"], without=("a", "b")) == {AUGUST: (4, 4)}
    assert read(["r"]) == {}


def test_open_referrals_are_counted_from_their_rows(session: Session) -> None:
    for _visit in range(4):
        recorded(session)
    rows = session.execute(select(Referral.entity, Referral.state, Referral.created_at)).all()
    entities = sorted({row.entity for row in rows})
    expected = {
        entity: OpenNow(sum(row.entity == entity for row in rows), 0, referrals.clock.local_day(rows[0].created_at))
        for entity in entities
    }
    assert open_now(session, entities) == expected
    assert open_now(session, [*entities, "oim-2"], "bucaramanga") == {**expected, "oim-2": OpenNow()}
    assert open_now(session, entities, SECOND) == dict.fromkeys(entities, OpenNow())
    answered = session.scalars(select(Referral).where(Referral.entity == entities[0])).all()
    answered[0].state, answered[1].state = "accepted", "rejected"
    session.flush()
    for point in (None, "bucaramanga"):
        first = open_now(session, entities, point)[entities[0]]
        assert (first.waiting, first.accepted) == (2, 1)


def test_counting_open_referrals_stops_at_a_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(session)
    row = dict(session.execute(select(*Referral.__table__.columns)).first()._mapping)  # type: ignore[union-attr]
    more = [{**row, "id": new_id()} for _number in range(referrals.MOST)]
    session.execute(Referral.__table__.insert(), more)  # type: ignore[attr-defined]
    found = open_now(session, [row["entity"]])[row["entity"]]
    assert (found.waiting, found.capped) == (referrals.MOST, True)
    monkeypatch.setattr(referrals, "MOST_AT_POINT", 20)
    at_point = open_now(session, [row["entity"]], "bucaramanga")[row["entity"]]
    assert at_point.capped
    assert 0 < at_point.waiting <= 20


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ({"period": "2017-13"}, ["period"]),
        ({"period": "2017-10"}, ["period"]),
        ({"point": "nowhere", "grouping": "day"}, ["point", "grouping"]),
        ({"entity": "nobody"}, ["entity"]),
        ({"entity": "fiscalia"}, ["entity"]),
    ],
)
def test_a_wrong_filter_is_named(database: Database, address: dict[str, str], fields: list[str]) -> None:
    record(database, [])
    with database.reading() as session:
        choice: Offered = offered(session, TODAY)
        with pytest.raises(Invalid) as refused:
            filters_of(address, choice)
    assert [each.field for each in refused.value.fields] == fields
