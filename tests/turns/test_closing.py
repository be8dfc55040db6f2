"""What a day leaves over is closed with a reason, by the job and by hand; desks that nobody left are free again."""

from datetime import date, timedelta

from sqlalchemy import func, select

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import Settings
from attention_point.turns import services
from attention_point.turns.desks.desk_services import occupy_desk
from attention_point.turns.models import Desk, Turn
from attention_point.turns.programs import closing
from tests.turns.support import DOOR, MORNING, POINT, agent, give, open_room

DAY = date(2017, 8, 9)


def leave_a_day_open(database: Database) -> None:
    """A day with a turn in every state, and an agent who did not leave the desk."""
    actor = agent()
    with database.write_session() as session, clock.override_now(MORNING):
        desks = open_room(session)
        turns = [give(session, needs=("MIG-REG",)) for _number in range(5)]
        occupy_desk(session, actor, desks[0])
        services.call_turn(session, actor, turns[0].id, desks[0])
        services.mark_absent(session, actor, turns[0].id)
        services.call_turn(session, actor, turns[1].id, desks[0])
        services.finish_turn(session, actor, turns[1].id)
        services.call_turn(session, actor, turns[2].id, desks[0])
        services.start_turn(session, actor, turns[2].id)
        services.call_turn(session, agent(), turns[3].id, desks[1])


def read_ends(database: Database) -> list[tuple[str, str | None]]:
    """State and reason of each turn."""
    with database.read_session() as session:
        query = select(Turn.state, Turn.closing_reason).order_by(Turn.day, Turn.number)
        return [(state, reason) for state, reason in session.execute(query)]


ENDS = [
    ("closed", "absent"),
    ("finished", None),
    ("closed", "left_over"),
    ("closed", "left_over"),
    ("closed", "left_over"),
]


def test_the_job_closes_the_days_before(database: Database, settings: Settings) -> None:
    leave_a_day_open(database)
    with clock.override_now(MORNING + timedelta(hours=20)):
        period = closing.CLOSING_JOB.due_period(clock.today())
        assert period == "2017-08-09"
        for _time in range(2):  # safe to repeat
            closing.CLOSING_JOB.run(database, settings, period)
    assert read_ends(database) == ENDS
    with database.read_session() as session:
        assert session.scalar(select(func.count()).where(Turn.sealed.is_not(None))) == 0
        assert session.scalar(select(func.count()).where(Desk.occupant_tag.is_not(None))) == 0
        closed = select(func.count()).select_from(JournalEntry).where(JournalEntry.action == "turn.close")
        assert session.scalar(closed) == 4


def test_the_job_leaves_today_alone(database: Database, settings: Settings) -> None:
    leave_a_day_open(database)
    with clock.override_now(MORNING + timedelta(hours=8)):
        period = closing.CLOSING_JOB.due_period(clock.today())
        assert period == "2017-08-08"
        closing.CLOSING_JOB.run(database, settings, period)
    assert [state for state, _reason in read_ends(database)] == ["absent", "finished", "started", "called", "waiting"]


def test_a_machine_that_was_off_closes_every_day_that_it_missed(database: Database, settings: Settings) -> None:
    for days in range(3):
        with database.write_session() as session, clock.override_now(MORNING + timedelta(days=days)):
            open_room(session)
            give(session)
    with clock.override_now(MORNING + timedelta(days=2)):
        closing.CLOSING_JOB.run(database, settings, "2017-08-10")
    assert read_ends(database) == [("closed", "left_over"), ("closed", "left_over"), ("waiting", None)]


def test_turns_of_a_wrong_clock_are_closed(database: Database, settings: Settings) -> None:
    with database.write_session() as session, clock.override_now(MORNING + timedelta(days=700)):
        open_room(session)
        give(session)
    with clock.override_now(MORNING):
        closing.CLOSING_JOB.run(database, settings, "2017-08-08")
    assert read_ends(database) == [("closed", "left_over")]


def test_a_day_is_closed_by_hand_and_turns_may_still_be_given(database: Database) -> None:
    leave_a_day_open(database)
    with database.write_session() as session, clock.override_now(MORNING + timedelta(hours=9)):
        assert services.close_day(session, DOOR, POINT, DAY) == 4
        assert services.close_day(session, DOOR, POINT, DAY) == 0
        assert give(session).code == "A-006"
    assert read_ends(database) == [*ENDS, ("waiting", None)]
