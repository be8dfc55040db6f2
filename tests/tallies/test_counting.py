"""The counts in the database: what is added is what a recount says, whatever the order and however many write."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.tallies import queries, services
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.queries import Difference
from attention_point.tallies.rules import CellKey, cells_of
from tests.tallies.facts import FACTS

Facts = VisitFacts | ReferralFacts
AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)


def _key(cell: str, day: date = AUGUST, point: str = "bucaramanga", table: str = "attentions-by-hour") -> CellKey:
    return day, point, table, cell


def _recount(facts: list[Facts]) -> Counter[CellKey]:
    counted: Counter[CellKey] = Counter()
    for one in facts:
        counted.update(cells_of(one))
    return counted


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(FACTS, max_size=8), st.lists(st.tuples(st.integers(0, 7), FACTS), max_size=6), st.randoms())
def test_visits_edits_and_answers_leave_what_a_recount_says(
    session: Session, recorded: list[Facts], edits: list[tuple[int, Facts]], chance: random.Random
) -> None:
    services.rebuild(session, {})
    standing = list(recorded)
    chance.shuffle(recorded)
    for facts in recorded:
        services.add(session, cells_of(facts))
    for place, new in edits:
        if place < len(standing):
            services.move(session, cells_of(standing[place]), cells_of(new))
            standing[place] = new
    assert queries.compare(session, _recount(standing)) == []
    services.rebuild(session, _recount(standing))
    assert queries.compare(session, _recount(standing)) == []


def test_a_wrong_count_is_named(session: Session) -> None:
    services.add(session, {_key("08"): 2, _key("09"): 1})
    assert queries.compare(session, {_key("08"): 3, _key("10"): 1}) == [
        Difference(_key("08"), 2, 3),
        Difference(_key("09"), 1, 0),
        Difference(_key("10"), 0, 1),
    ]


def test_a_cell_that_returned_to_nothing_is_no_cell(session: Session) -> None:
    services.add(session, {_key("08"): 2})
    services.add(session, {_key("08"): -2})
    assert queries.compare(session, {}) == []
    assert queries.month(session, "attentions-by-hour", AUGUST) == {}
    assert queries.recent_months(session, SEPTEMBER, 5) == []
    assert queries.points(session, AUGUST) == []


def test_a_month_is_read_by_point_and_over_all_points(session: Session) -> None:
    services.add(
        session,
        {
            _key("08"): 2,
            _key("08", point="giron"): 3,
            _key("08", day=SEPTEMBER): 7,
            _key("2017-08-31", date(2017, 8, 31), table="attentions-by-day"): 5,
            _key("x", table="no-longer-kept"): 1,
        },
    )
    assert queries.month(session, "attentions-by-hour", AUGUST) == {"08": 5}
    assert queries.month(session, "attentions-by-hour", AUGUST, "giron") == {"08": 3}
    tables = queries.months_tables(session, AUGUST)
    assert tables["attentions-by-day"] == {"2017-08-31": 5}
    assert tables["attentions-by-hour"] == {"08": 5}
    assert tables["people-by-origin"] == {}
    assert "no-longer-kept" not in tables
    assert queries.points(session, AUGUST) == ["bucaramanga", "giron"]
    assert queries.recent_months(session, date(2030, 1, 1), 9) == [SEPTEMBER, AUGUST]
    assert queries.recent_months(session, date(2030, 1, 1), 1) == [SEPTEMBER]
    assert queries.size(session) == 12


@pytest.mark.parametrize("point", [None, "bucaramanga"])
def test_reading_a_month_is_a_range_of_the_index(session: Session, point: str | None) -> None:
    services.add(
        session, {_key(f"{cell:05}", date(year, 1, 1)): 1 for cell in range(300) for year in range(2000, 2030)}
    )
    statement = queries.month_statement(date(2017, 1, 1), point)
    dialect = session.get_bind().dialect
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    if dialect.name == "sqlite":
        plan = " ".join(str(row[3]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
        assert "SEARCH tally USING PRIMARY KEY (day>? AND day<?)" in plan
    else:
        session.execute(text("ANALYZE tally"))
        plan = " ".join(str(row[0]) for row in session.execute(text(f"EXPLAIN {compiled}")))
        assert "pk_tally" in plan
        assert "Seq Scan" not in plan


def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    def write(number: int) -> None:
        cells = {_key(f"{cell:02}"): 1 for cell in random.Random(number).sample(range(12), 8)}
        with database.writing() as session:
            services.add(session, cells)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(50)))
    expected: Counter[str] = Counter()
    for number in range(50):
        expected.update(f"{cell:02}" for cell in random.Random(number).sample(range(12), 8))
    with database.reading() as session:
        assert queries.month(session, "attentions-by-hour", AUGUST) == expected
