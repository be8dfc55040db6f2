"""Two desks at once, on both databases: a turn has one desk, an id one turn, a code one visitor."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy import func, select

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict
from attention_point.foundation.journal import JournalEntry
from attention_point.turns import services
from attention_point.turns.models import Turn
from attention_point.turns.services import NewTurn, create_turn
from tests.turns.support import DOOR, POINT, agent, open_room

LONG = 60.0


@pytest.fixture
def desks(database: Database) -> list[UUID]:
    """The desks of an open room."""
    with database.write_session() as session:
        return open_room(session)


def run_at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do things in threads that begin together; what each returned or raised, in their order."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        start.wait(LONG)
        try:
            results[index] = act()  # type: ignore[call-overload]
        except Conflict as error:
            results[index] = error.code  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    return list(results)


def give(database: Database, count: int = 1) -> list[UUID]:
    """Give some turns."""
    with database.write_session() as session:
        return [create_turn(session, DOOR, NewTurn(new_id(), POINT)).turn.id for _number in range(count)]


def test_one_turn_called_by_four_desks_at_once_has_one(database: Database, desks: list[UUID]) -> None:
    for turn_id in give(database, 5):

        def call(desk: UUID, turn_id: UUID = turn_id) -> object:
            with database.write_session() as session:
                return services.call_turn(session, agent(), turn_id, desk).desk_id

        results = run_at_once([lambda desk=desk: call(desk) for desk in desks])  # type: ignore[misc]
        (winner,) = [result for result in results if result != "turn_taken"]
        with database.read_session() as session:
            turn = session.get_one(Turn, turn_id)
            assert (turn.state, turn.desk_id, turn.calls) == ("called", winner, 1)


def test_one_desk_that_taps_twice_calls_once(database: Database, desks: list[UUID]) -> None:
    actor, ids = agent(), give(database, 3)

    def call_next() -> object:
        with database.write_session() as session:
            turn = services.call_next_turn(session, actor, desks[0])
            return turn and turn.code

    assert Counter(run_at_once([call_next] * 3)) == {"A-001": 1, "desk_busy": 2}

    def call() -> object:
        with database.write_session() as session:
            return services.call_turn(session, actor, ids[0], desks[0]).calls

    assert run_at_once([call] * 3) == [1, 1, 1]


def test_four_desks_empty_the_room_and_nobody_is_called_twice(database: Database, desks: list[UUID]) -> None:
    ids = give(database, 40)

    def work(desk: UUID) -> list[UUID]:
        actor = agent()
        served: list[UUID] = []
        while True:
            with database.write_session() as session:
                turn = services.call_next_turn(session, actor, desk)
            if turn is None:
                return served
            with database.write_session() as session:
                services.start_turn(session, actor, turn.id, desk)
            with database.write_session() as session:
                services.finish_turn(session, actor, turn.id, desk)
            served.append(turn.id)

    shares = run_at_once([lambda desk=desk: work(desk) for desk in desks])  # type: ignore[misc]
    served = [turn_id for share in shares for turn_id in share]  # type: ignore[attr-defined]
    assert Counter(served) == Counter(ids)
    with database.read_session() as session:
        assert set(session.execute(select(Turn.state, Turn.calls)).all()) == {("finished", 1)}


def test_turns_given_at_once_have_different_codes(database: Database, desks: list[UUID]) -> None:
    def give_some() -> list[str]:
        codes = []
        for _number in range(10):
            with database.write_session() as session:
                codes.append(create_turn(session, DOOR, NewTurn(new_id(), POINT)).turn.code)
        return codes

    codes = [code for some in run_at_once([give_some] * 4) for code in some]  # type: ignore[attr-defined]
    assert sorted(codes) == [f"A-{number:03d}" for number in range(1, 41)]


def test_one_turn_sent_four_times_at_once_is_one(database: Database, desks: list[UUID]) -> None:
    new_turn = NewTurn(new_id(), POINT)

    def send() -> object:
        with database.write_session() as session:
            created = create_turn(session, DOOR, new_turn)
            return created.turn.code, created.created

    assert Counter(run_at_once([send] * 4)) == {("A-001", True): 1, ("A-001", False): 3}
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Turn)) == 1
        is_creation = JournalEntry.action == "turn.create"
        assert session.scalar(select(func.count()).select_from(JournalEntry).where(is_creation)) == 1


def test_two_devices_that_printed_one_code_keep_both_visitors(database: Database, desks: list[UUID]) -> None:
    def send() -> object:
        with database.write_session() as session:
            return create_turn(session, DOOR, NewTurn(new_id(), POINT, channel="offline", code="K-001")).turn.code

    assert sorted(map(str, run_at_once([send] * 3))) == ["A-001", "A-002", "K-001"]


def test_the_day_closes_while_turns_are_called_and_finished(database: Database, desks: list[UUID]) -> None:
    ids = give(database, 12)
    with database.read_session() as session:
        day = session.get_one(Turn, ids[0]).day

    def work(desk: UUID) -> int:
        actor, count = agent(), 0
        while True:
            try:
                with database.write_session() as session:
                    turn = services.call_next_turn(session, actor, desk)
                if turn is None:
                    return count
                with database.write_session() as session:
                    services.finish_turn(session, actor, turn.id, desk)
            except Conflict as error:
                assert error.code == "turn_state"  # noqa: PT017 - closed between the call and the end
            count += 1

    def close() -> int:
        with database.write_session() as session:
            return services.close_day(session, DOOR, POINT, day)

    acts: list[Callable[[], object]] = [lambda desk=desk: work(desk) for desk in desks]  # type: ignore[misc]
    run_at_once([*acts, close])
    with database.read_session() as session:
        states = Counter(session.scalars(select(Turn.state)))
        assert sum(states.values()) == 12
        assert set(states) <= {"finished", "closed"}
        assert session.scalar(select(func.count()).where(Turn.sealed.is_not(None))) == 0
