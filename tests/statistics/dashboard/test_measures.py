"""Every figure of the dashboard equals what an independent recount of the invented facts gives."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Invalid
from attention_point.referrals.entity_rows.entity_tags import make_tag, select_of_entity
from attention_point.referrals.follow_up import open_referral_counts
from attention_point.referrals.follow_up.open_referral_counts import OpenReferralCounts, count_open_referrals
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import list_referrals_by_ids
from attention_point.statistics.dashboard.filters import Options, collect_options, find_neighbours, parse_filters
from attention_point.statistics.dashboard.queries import (
    RESTRICTED_TOGETHER,
    Dashboard,
    collect_dashboard,
    list_restricted_needs,
)
from attention_point.statistics.dashboard.trend import build_trend_months
from attention_point.statistics.protection.period import count_true_totals
from attention_point.statistics.releases.period_counts import read_stored_tables
from attention_point.tallies import range_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.facts import ReferralFacts, VisitFacts, classify_age
from attention_point.tallies.models import PendingTallies
from tests.statistics.dashboard.house import SECOND_POINT, TODAY, Facts, add_second_point, invent_months, record_facts
from tests.support.visits import recorded

AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)
APART = {"comisaria-familia", "fiscalia"}
OF = Callable[[date, date], int]


@pytest.fixture(scope="module")
def known() -> Facts:
    """The invented facts."""
    return invent_months()


@pytest.fixture
def reading(database: Database, known: Facts) -> Iterator[Session]:
    """A session that reads what was recorded."""
    add_second_point(database)
    record_facts(database, known)
    with database.read_session() as session:
        yield session


def _read(session: Session, **address: str) -> Dashboard:
    choice = collect_options(session, TODAY)
    return collect_dashboard(session, parse_filters(address, choice), choice)


def _visits(known: Facts, point: str | None = None) -> list[VisitFacts]:
    return [fact for fact in known if isinstance(fact, VisitFacts) and point in {None, fact.point}]


def _referred(known: Facts, month: date, point: str | None = None) -> list[ReferralFacts]:
    return [
        fact for fact in known
        if isinstance(fact, ReferralFacts) and point in {None, fact.point} and fact.day.replace(day=1) == month
    ]  # fmt: skip


def _totals(known: Facts, point: str | None) -> tuple[OF, OF]:
    visits = _visits(known, point)
    return (
        lambda first, last: sum(first <= visit.day <= last for visit in visits),
        lambda first, last: sum(first <= visit.day <= last and visit.first_this_month for visit in visits),
    )


@pytest.mark.parametrize("point", [None, SECOND_POINT])
def test_today_this_week_and_this_month_stand_beside_the_previous_ones(
    reading: Session, known: Facts, point: str | None
) -> None:
    glance = {measure.key: measure for measure in _read(reading, point=point or "").measures}
    attentions, people = _totals(known, point)
    shown = {key: (measure.count, measure.previous_count, measure.whole_count) for key, measure in glance.items()}
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
        "first": (_first_times(known, SEPTEMBER, point), None, _first_times(known, AUGUST, point)),
        "referrals": (_made(known, SEPTEMBER, point), None, _made(known, AUGUST, point)),
        "unanswered": (_unanswered(known, SEPTEMBER, point), None, _unanswered(known, AUGUST, point)),
    }
    assert shown["month"][0]
    assert shown["today"][0]


def _first_times(known: Facts, month: date, point: str | None) -> int:
    visits = [visit for visit in _visits(known, point) if visit.day.replace(day=1) == month]
    return sum(visit.first_ever and visit.first_this_month for visit in visits)


def _made(known: Facts, month: date, point: str | None) -> int:
    return len(_referred(known, month, point))


def _unanswered(known: Facts, month: date, point: str | None) -> int:
    return sum(referral.state in {"created", "seen", "expired"} for referral in _referred(known, month, point))


def test_a_month_that_is_over_stands_beside_the_one_before_and_the_year_before(reading: Session, known: Facts) -> None:
    attentions, people = _totals(known, None)
    august = {
        measure.key: (measure.count, measure.previous_count, measure.whole_count)
        for measure in _read(reading, period="2017-08").measures
    }
    assert august["month"] == (
        attentions(AUGUST, date(2017, 8, 31)), attentions(date(2017, 7, 1), date(2017, 7, 31)), 0,
    )  # fmt: skip
    assert "today" not in august
    later = {measure.key: measure for measure in _read(reading, period="2017-07").measures}
    assert later["people"].count == people(date(2017, 7, 1), date(2017, 7, 31))


def test_the_year_before_is_the_same_month(database: Database, known: Facts) -> None:
    record_facts(database, known)
    with database.read_session() as session:
        choice = collect_options(session, date(2017, 11, 3))
        read = collect_dashboard(session, parse_filters({"period": "2017-09"}, choice), choice)
    attentions, _people = _totals(known, None)  # the second point is not in this directory, and counts
    month = next(measure for measure in read.measures if measure.key == "month")
    assert month.whole_count == attentions(date(2016, 9, 1), date(2016, 9, 30))
    assert month.whole_count


@pytest.mark.parametrize("point", [None, SECOND_POINT])
def test_the_trend_has_twelve_weeks_or_thirteen_months(reading: Session, known: Facts, point: str | None) -> None:
    attentions, people = _totals(known, point)
    weeks = _read(reading, point=point or "").trend_periods
    assert [span.first_day for span in weeks] == [date(2017, 6, 26) + timedelta(days=7 * n) for n in range(12)]
    for span in weeks:
        last = span.first_day + timedelta(days=6)
        assert (span.attentions, span.people) == (attentions(span.first_day, last), people(span.first_day, last))
    months = _read(reading, point=point or "", grouping="month").trend_periods
    assert [span.first_day for span in months] == build_trend_months(SEPTEMBER)
    assert months[0].first_day == date(2016, 9, 1)
    for span in months:
        last = span.first_day.replace(day=28) + timedelta(days=3)  # the invented months end on the 28th
        assert (span.attentions, span.people) == (attentions(span.first_day, last), people(span.first_day, last))
        assert (span.referrals, span.unanswered_referrals) == (
            _made(known, span.first_day, point), _unanswered(known, span.first_day, point),
        )  # fmt: skip
    assert months[0].attentions


def test_needs_are_told_without_the_restricted_ones(reading: Session, known: Facts) -> None:
    def counted(month: date) -> Counter[str]:
        return Counter(
            need for visit in _visits(known) if visit.day.replace(day=1) == month for need in visit.new_needs
        )

    now, before = counted(SEPTEMBER), counted(AUGUST)
    needs = _read(reading).needs
    assert {(need, count, then) for need, count, then in needs} == {
        (need, now[need], before[need]) for need in (now | before) if need not in {"VBG", "TRATA"}
    }
    assert {"VBG", "TRATA"} <= list_restricted_needs(reading)
    assert now["VBG"] + before["VBG"] > 0
    assert [count for _need, count, _then in needs] == sorted((count for _need, count, _then in needs), reverse=True)


@pytest.mark.parametrize("point", [None, SECOND_POINT])
def test_entities_are_told_by_what_became_of_their_referrals(reading: Session, known: Facts, point: str | None) -> None:
    of = _referred(known, AUGUST, point)
    dashboard = _read(reading, period="2017-08", point=point or "")
    read = dashboard.referrals_by_entity
    entities = {referral.entity for referral in of}
    assert set(read) == entities - APART | ({RESTRICTED_TOGETHER} if entities & APART else set())
    assert dashboard.referrals_by_state == Counter(referral.state for referral in of)
    for code, counts in read.items():
        codes = {code} if code != RESTRICTED_TOGETHER else APART
        states = Counter(referral.state for referral in of if referral.entity in codes)
        assert counts.total == states.total()
        assert counts.open == states["created"] + states["seen"] + states["accepted"]
        assert counts.answered == sum(states[s] for s in ("accepted", "rejected", "attended", "no_show", "closed"))
        assert counts.unanswered == states["created"] + states["seen"]
        assert counts.non_response_rate == round(100 * counts.unanswered / counts.total, 1)


def test_entities_for_restricted_topics_stand_apart(reading: Session) -> None:
    choice = collect_options(reading, TODAY)
    assert choice.restricted_entities >= APART
    assert choice.restricted_entities.isdisjoint(choice.entities)
    assert choice.restricted_entities.isdisjoint(_read(reading).referrals_by_entity)
    assert choice.restricted_entities.isdisjoint(_read(reading).open_referrals_by_entity or {})


def test_one_entity_is_told_alone(reading: Session, known: Facts) -> None:
    read = _read(reading, entity="sena")
    for span in read.trend_periods:
        of = [referral for referral in _referred(known, span.first_day) if referral.entity == "sena"]
        waiting = sum(referral.state in {"created", "seen", "expired"} for referral in of)
        assert (span.referrals, span.unanswered_referrals, span.attentions) == (len(of), waiting, 0)
    assert set(read.referrals_by_entity) == {"sena"}
    assert (read.needs, read.counts, read.point_counts) == ((), {}, ())


def test_waits_and_times_to_an_answer_are_told(reading: Session, known: Facts) -> None:
    read = _read(reading, period="2017-08")
    waits, answer_times = read.counts["attentions-by-wait"], read.counts["answers-by-time"]
    visits = [visit for visit in _visits(known) if visit.day.month == 8]
    assert sum(waits.values()) == len(visits)
    assert waits["not_given"] == sum(visit.wait is None for visit in visits)
    assert waits["16-30"] == sum(visit.wait is not None and 16 <= visit.wait <= 30 for visit in visits)
    answered = [referral.answered_in for referral in _referred(known, AUGUST) if referral.answered_in is not None]
    assert sum(answer_times.values()) == len(answered)
    assert answer_times["4-7"] == sum(4 <= days <= 7 for days in answered)


def test_what_came_in_today_is_told_by_need_and_entity_tomorrow(
    database: Database, reading: Session, known: Facts
) -> None:
    """Whoever looks before and after a visit would else read off the page what she came for, and that it is hidden."""
    today = [fact._replace(day=TODAY) for fact in known if fact.day.replace(day=1) == SEPTEMBER][-40:]
    before = _read(reading)
    entity = next(code for code in before.referrals_by_entity if code)
    of_entity = _read(reading, entity=entity)
    reading.rollback()
    record_facts(database, today, counted_on=TODAY)
    after = _read(reading)
    grown = {measure.key for measure, was in zip(after.measures, before.measures, strict=True) if measure != was}
    assert grown >= {"today", "week", "month", "people", "referrals"}
    assert after.counts != before.counts
    grown_by = sum(after.referrals_by_state.values()) - sum(before.referrals_by_state.values())
    assert grown_by == len(_referred(today, SEPTEMBER)) > 0
    assert (after.needs, after.referrals_by_entity) == (before.needs, before.referrals_by_entity)
    assert _read(reading, entity=entity).measures == of_entity.measures


@pytest.mark.parametrize("month", [date(2017, 7, 1), AUGUST, SEPTEMBER])
def test_totals_are_those_of_the_release(database: Database, reading: Session, known: Facts, month: date) -> None:
    """Whoever lays the dashboard beside the release reads one number, whichever point or entity it comes from."""
    gone = (month, "of-a-point-that-is-gone")
    counted = {(*gone, "attentions-by-day", month.isoformat()): 7, (*gone, "attentions-by-hour", "08"): 7}
    counted |= {(*gone, "people-by-day", month.isoformat()): 6, (*gone, "people-by-sex-and-age", "F|18-28"): 6}
    counted |= {(*gone, "referrals-by-service-and-state", "fiscalia|VBG|created"): 5}
    reading.rollback()  # it would not see what is counted from now on
    with database.write_session() as session:
        tally_services.add_to_tallies(session, counted)
        session.execute(update(PendingTallies).values(day=TODAY - timedelta(1)))
    totals = count_true_totals(read_stored_tables(reading, Period("month", month)))
    shown = {measure.key: measure.count for measure in _read(reading, period=f"{month:%Y-%m}").measures}
    assert (shown["month"], shown["people"], shown["referrals"]) == (
        totals["attentions"], totals["people"], totals["referrals"],
    )  # fmt: skip
    assert shown["referrals"] == len(_referred(known, month)) + 5


def test_people_are_told_by_sex_and_age_and_place(reading: Session, known: Facts) -> None:
    counts = _read(reading, period="2017-08").counts
    people = [visit for visit in _visits(known) if visit.day.month == 8 and visit.first_this_month]
    for table, name in (("people-by-population", "population"), ("people-by-municipality", "municipality")):
        assert counts[table] == Counter(str(visit.person.get(name) or "not_given") for visit in people)
    expected = Counter(
        f"{visit.person.get('sex') or 'not_given'}|{classify_age(visit.person.get('age'))}" for visit in people
    )
    assert counts["people-by-sex-and-age"] == expected


def test_it_opens_on_the_newest_month_with_counts(reading: Session) -> None:
    choice = collect_options(reading, date(2018, 1, 3))
    filters = parse_filters({}, choice)
    assert (filters.month, filters.last_day, filters.is_current_month) == (SEPTEMBER, date(2017, 9, 30), False)
    assert find_neighbours(filters, choice) == (AUGUST, date(2017, 10, 1))
    first = parse_filters({"period": "2016-09"}, choice)
    assert find_neighbours(first, choice) == (None, date(2016, 10, 1))
    newest = parse_filters({"period": "2018-01"}, choice)
    assert find_neighbours(newest, choice) == (date(2017, 12, 1), None)


def test_points_are_compared(reading: Session, known: Facts) -> None:
    expected = set()
    for point in ("bucaramanga", SECOND_POINT):
        attentions, people = _totals(known, point)
        counts = attentions(SEPTEMBER, TODAY), attentions(AUGUST, date(2017, 8, 14)), people(SEPTEMBER, TODAY)
        expected.add((point, *counts))
    assert set(_read(reading).point_counts) == expected
    assert _read(reading, point=SECOND_POINT).point_counts == ()


def test_what_stands_between_the_months_asked_for_is_not_read(session: Session) -> None:
    month = {(AUGUST, "p", "people-by-population", "migrant"): 3, (SEPTEMBER, "p", "people-by-population", "other"): 2}
    between = {(date(2017, 8, 9), "p", "attentions-by-day", "2017-08-09"): 4}
    tally_services.add_to_tallies(session, {**month, **between, (AUGUST, "q", "people-by-population", "migrant"): 1})
    read = range_queries.sum_by_month(session, ["people-by-population"], [AUGUST, SEPTEMBER], ["p"])
    assert read == {
        ("people-by-population", AUGUST): {"migrant": 3},
        ("people-by-population", SEPTEMBER): {"other": 2},
    }
    assert range_queries.sum_by_month(session, ["people-by-population"], [AUGUST], ["p"], "migrant") == {
        ("people-by-population", AUGUST): {}
    }
    assert range_queries.sum_by_day(session, ["attentions-by-day"], [AUGUST, date(2017, 8, 9)], ["p", "q"]) == {
        "attentions-by-day": {date(2017, 8, 9): 4}
    }
    spans = [date(2017, 8, 8), date(2017, 8, 9)], [date(2017, 8, 7)]
    assert range_queries.sum_by_point(session, ["attentions-by-day", "people-by-day"], spans, ["p", "q"]) == {
        "attentions-by-day": [{"p": 4}, {}],
        "people-by-day": [{}, {}],
    }
    assert range_queries.find_first_counted_day(session) == AUGUST


def test_cells_add_up_by_how_they_begin_and_end(session: Session) -> None:
    table = "referrals-by-service-and-state"
    cells = {"a|x|seen": 1, "a|x|closed": 2, "ab|x|seen": 4, "b|x|no_seen": 8, "b|x|expired": 16}
    tally_services.add_to_tallies(session, {(AUGUST, "p", table, cell): count for cell, count in cells.items()})
    tally_services.add_to_tallies(
        session, {(AUGUST, "q", table, "a|x|seen"): 32, (SEPTEMBER, "p", table, "a|x|closed"): 64}
    )

    def read(points: list[str], first: str | None = None) -> dict[date, tuple[int, int]]:
        months, last = [AUGUST, SEPTEMBER, TODAY], {"seen", "expired"}
        by_entity = "referrals-by-entity-and-state"
        return range_queries.sum_by_last_code(session, by_entity, months, points, last, first_code=first)

    assert read(["p"]) == {AUGUST: (31, 21), SEPTEMBER: (64, 0)}
    assert read(["p", "q"], first="a") == {AUGUST: (35, 33), SEPTEMBER: (64, 0)}
    assert read(["r"]) == {}


def test_open_referrals_are_counted_from_their_rows(session: Session) -> None:
    for _visit in range(4):
        recorded(session)
    rows = list_referrals_by_ids(session, session.scalars(select(Referral.id)).all())
    entities = sorted({row.entity for row in rows})
    expected = {
        entity: OpenReferralCounts(sum(row.entity == entity for row in rows), 0, clock.local_day(rows[0].created_at))
        for entity in entities
    }
    assert count_open_referrals(session, entities) == expected
    assert count_open_referrals(session, [*entities, "oim-2"], "bucaramanga") == {
        **expected,
        "oim-2": OpenReferralCounts(),
    }
    assert count_open_referrals(session, entities, SECOND_POINT) == dict.fromkeys(entities, OpenReferralCounts())
    answered = session.scalars(select(Referral).where(select_of_entity(session, entities[0]))).all()
    answered[0].state, answered[1].state = "accepted", "rejected"
    session.flush()
    for point in (None, "bucaramanga"):
        first = count_open_referrals(session, entities, point)[entities[0]]
        assert (first.waiting, first.accepted) == (2, 1)


def test_counting_open_referrals_stops_at_a_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(session)
    row = dict(session.execute(select(*Referral.__table__.columns)).first()._mapping)  # type: ignore[union-attr]
    entity = list_referrals_by_ids(session, [row["id"]])[0].entity
    more = [{**row, "id": new_id(), "entity_tag": make_tag(session, entity, row["id"])} for _number in range(20)]
    session.execute(Referral.__table__.insert(), more)  # type: ignore[attr-defined]
    assert not count_open_referrals(session, [entity])[entity].is_capped
    for bound, point in (("MAX_COUNTED", None), ("MAX_COUNTED_AT_POINT", "bucaramanga")):
        monkeypatch.setattr(open_referral_counts, bound, 20)
        counts = count_open_referrals(session, [entity], point)[entity]
        assert counts.is_capped
        assert 0 < counts.waiting <= 20


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
    record_facts(database, [])
    with database.read_session() as session:
        choice: Options = collect_options(session, TODAY)
        with pytest.raises(Invalid) as refused:
            parse_filters(address, choice)
    assert [error.field for error in refused.value.field_errors] == fields
