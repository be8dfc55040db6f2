"""The counts in the database: what is added is what a recount says, whatever the order and however many write."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.tallies import queries, services
from attention_point.tallies.counted_cells import CellKey, build_cells_of_facts
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.queries import TallyDifference
from tests.support.counts import rebuild
from tests.tallies.facts import FACTS

Facts = VisitFacts | ReferralFacts
AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)


def _key(cell: str, day: date = AUGUST, point: str = "bucaramanga", table: str = "attentions-by-hour") -> CellKey:
    return day, point, table, cell


def _recount(facts: list[Facts]) -> Counter[CellKey]:
    counted: Counter[CellKey] = Counter()
    for fact in facts:
        counted.update(build_cells_of_facts(fact))
    return counted


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(FACTS, max_size=8), st.lists(st.tuples(st.integers(0, 7), FACTS), max_size=6), st.randoms())
def test_visits_edits_and_answers_leave_what_a_recount_says(
    session: Session, recorded: list[Facts], edits: list[tuple[int, Facts]], chance: random.Random
) -> None:
    rebuild(session, {})
    standing = list(recorded)
    chance.shuffle(recorded)
    for facts in recorded:
        services.add_to_tallies(session, build_cells_of_facts(facts))
    for place, new in edits:
        if place < len(standing):
            services.update_tallies(session, build_cells_of_facts(standing[place]), build_cells_of_facts(new))
            standing[place] = new
    assert queries.list_differences(session, _recount(standing)) == []
    rebuild(session, _recount(standing))
    assert queries.list_differences(session, _recount(standing)) == []


def test_a_wrong_count_is_named(session: Session) -> None:
    services.add_to_tallies(session, {_key("08"): 2, _key("09"): 1})
    assert queries.list_differences(session, {_key("08"): 3, _key("10"): 1}) == [
        TallyDifference(_key("08"), 2, 3),
        TallyDifference(_key("09"), 1, 0),
        TallyDifference(_key("10"), 0, 1),
    ]


def test_a_cell_that_returned_to_nothing_is_no_cell(session: Session) -> None:
    services.add_to_tallies(session, {_key("08"): 2})
    services.add_to_tallies(session, {_key("08"): -2})
    assert queries.list_differences(session, {}) == []
    assert queries.sum_month_tables(session, AUGUST)["attentions-by-hour"] == {}
    assert queries.list_recent_months(session, SEPTEMBER, 5) == []
    assert queries.list_counted_points(session, AUGUST) == []


def test_a_month_is_read_by_point_and_over_all_points(session: Session) -> None:
    services.add_to_tallies(
        session,
        {
            _key("08"): 2,
            _key("08", point="giron"): 3,
            _key("08", day=SEPTEMBER): 7,
            _key("2017-08-31", date(2017, 8, 31), table="attentions-by-day"): 5,
            _key("x", table="no-longer-kept"): 1,
        },
    )
    assert queries.sum_month_tables(session, AUGUST)["attentions-by-hour"] == {"08": 5}
    assert queries.sum_month_tables(session, AUGUST, "giron")["attentions-by-hour"] == {"08": 3}
    tables = queries.sum_month_tables(session, AUGUST)
    assert tables["attentions-by-day"] == {"2017-08-31": 5}
    assert tables["attentions-by-hour"] == {"08": 5}
    assert tables["people-by-origin"] == {}
    assert "no-longer-kept" not in tables
    assert queries.list_counted_points(session, AUGUST) == ["bucaramanga", "giron"]
    assert queries.list_recent_months(session, date(2030, 1, 1), 9) == [SEPTEMBER, AUGUST]
    assert queries.list_recent_months(session, date(2030, 1, 1), 1) == [SEPTEMBER]
    assert queries.estimate_recount_size(session) == 12


def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    def write(number: int) -> None:
        cells = {_key(f"{cell:02}"): 1 for cell in random.Random(number).sample(range(12), 8)}
        with database.write_session() as session:
            services.add_to_tallies(session, cells)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(50)))
    expected: Counter[str] = Counter()
    for number in range(50):
        expected.update(f"{cell:02}" for cell in random.Random(number).sample(range(12), 8))
    with database.read_session() as session:
        assert queries.sum_month_tables(session, AUGUST)["attentions-by-hour"] == expected
