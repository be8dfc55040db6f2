"""The turns of invented visits: the same each time, true-looking, and nobody waits for ever but those of now."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.demo.invention.visit_drafts import DraftData, invent_visits
from attention_point.demo.steps.staff import DemoStaff
from attention_point.demo.steps.timeline import Timeline
from attention_point.demo.steps.turn_steps import SERVED, build_turn_steps, invent_day
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.turns.models import Turn
from attention_point.turns.rules import ENDED, WAITING
from tests.support.directory import load_shipped

FIRST, LAST = date(2017, 8, 9), date(2017, 8, 18)
UNTIL = datetime(2017, 8, 18, 11, 30, tzinfo=clock.TIME_ZONE)


@pytest.fixture(scope="module")
def drafts() -> list[DraftData]:
    """The visits of eight days, the last of which is not over."""
    return invent_visits(240, FIRST, LAST, 7, UNTIL)


def load(session: Session, drafts: Sequence[DraftData]) -> None:
    """Play the turns of all days."""
    Timeline(build_turn_steps(drafts, UNTIL, DemoStaff()), UNTIL).run_steps_in_session(session)
    session.flush()


def read_turns(session: Session) -> list[tuple[object, ...]]:
    """Every turn as it stands in the database, less the desk, whose id is of chance."""
    columns = [column for column in Turn.__table__.columns if column.key not in {"desk_id", "sealed", "fingerprint"}]
    return [tuple(row) for row in session.execute(select(*columns).order_by(Turn.day, Turn.number))]


def test_a_day_has_several_desks_and_no_desk_two_visitors(drafts: Sequence[DraftData]) -> None:
    day = date(2017, 8, 14)
    of_day = [draft for draft in drafts if draft["attended_at"].startswith(day.isoformat())]
    turns = sorted(invent_day(day, of_day, UNTIL, DemoStaff()), key=lambda turn: turn.called_at)
    served = [turn for turn in turns if turn.outcome == SERVED]
    assert len(served) > 10
    assert len({turn.desk for turn in served}) > 1
    for turn, later in zip(served, served[1:], strict=False):
        assert turn.issued_at < turn.called_at <= turn.ended_at
        if turn.desk == later.desk:
            assert turn.ended_at < later.called_at
    ordinary = [turn.issued_at for turn in served if not turn.details.is_preferential]
    assert ordinary == sorted(ordinary)


def test_the_turns_are_those_of_the_visits(session: Session, drafts: Sequence[DraftData]) -> None:
    load_shipped(session)
    load(session, drafts)
    arrivals = {draft.get("family") or draft["id"] for draft in drafts}
    states = Counter(session.scalars(select(Turn.state)))
    assert states["finished"] == len(arrivals)
    assert states[WAITING] == 9
    assert states["closed"] > 0
    assert set(session.scalars(select(Turn.closing_reason))) <= {None, "absent", "left", "left_over"}
    open_days = session.scalars(select(Turn.day).where(Turn.state.not_in(ENDED)).distinct()).all()
    assert open_days == [LAST]
    for turn in session.scalars(select(Turn)):
        times = [turn.issued_at, turn.first_called_at, turn.started_at, turn.ended_at]
        known = [moment for moment in times if moment is not None]
        assert known == sorted(known)
        assert clock.local_day(turn.issued_at) == turn.day
        assert turn.issued_at <= UNTIL


def test_loading_again_changes_nothing(session: Session, drafts: Sequence[DraftData]) -> None:
    load_shipped(session)
    load(session, drafts)
    turns, entries = read_turns(session), session.scalar(select(func.count()).select_from(JournalEntry))
    load(session, drafts)
    assert read_turns(session) == turns
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == entries


def test_a_load_that_was_stopped_goes_on_to_the_same_end(database: Database, drafts: Sequence[DraftData]) -> None:
    ends = []
    for stops in ([UNTIL], [UNTIL - timedelta(days=4, hours=1, minutes=17), UNTIL]):
        with database.write_session() as session:
            load_shipped(session)
            for stop in stops:
                Timeline(build_turn_steps(drafts, UNTIL, DemoStaff()), stop).run_steps_in_session(session)
                session.flush()
            ends.append(read_turns(session))
            session.rollback()
    assert ends[0] == ends[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_seed_gives_the_same_turns(session: Session, drafts: Sequence[DraftData]) -> None:
    load_shipped(session)
    again = list(build_turn_steps(invent_visits(240, FIRST, LAST, 7, UNTIL), UNTIL, DemoStaff()))
    assert [step.moment for step in again] == [step.moment for step in build_turn_steps(drafts, UNTIL, DemoStaff())]
    day = LAST
    of_day = [draft for draft in drafts if draft["attended_at"].startswith(day.isoformat())]
    first, second = (invent_day(day, of_day, UNTIL, DemoStaff()) for _time in range(2))
    assert [(turn.id, turn.issued_at, turn.details) for turn in first] == [
        (turn.id, turn.issued_at, turn.details) for turn in second
    ]
