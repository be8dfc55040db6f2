"""Days, clocks and codes: the point's midnight, a device two years off, 300 turns in an hour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, TooManyTries
from attention_point.turns import queries, rules, services
from attention_point.turns.models import Turn, TurnCounter
from attention_point.turns.services import NewTurn, create_turn
from tests.turns.support import DOOR, MORNING, POINT, agent, give, open_room

MIDNIGHT = datetime(2017, 8, 10, 5, 0, tzinfo=UTC)  # at the point
LAST_SECOND = MIDNIGHT - timedelta(seconds=1)


def test_codes_start_anew_at_the_points_midnight(session: Session) -> None:
    open_room(session)
    codes = []
    for moment in (MORNING, LAST_SECOND, MIDNIGHT, MIDNIGHT + timedelta(hours=20)):
        with clock.override_now(moment):
            turn = give(session)
            codes.append((turn.day.isoformat(), turn.code))
            listed = [waiting.code for waiting in queries.list_waiting_turns(session, POINT)]
            assert turn.code in listed
    assert codes == [("2017-08-09", "A-001"), ("2017-08-09", "A-002"), ("2017-08-10", "A-001"), ("2017-08-10", "A-002")]
    with clock.override_now(MIDNIGHT):
        assert [waiting.code for waiting in queries.list_waiting_turns(session, POINT)] == ["A-001", "A-002"]


def test_three_hundred_turns_in_an_hour(session: Session) -> None:
    open_room(session)
    codes = []
    for number in range(300):
        with clock.override_now(MORNING + timedelta(seconds=12 * number)):
            codes.append(give(session).code)
    assert codes == [f"A-{number:03d}" for number in range(1, 301)]
    with clock.override_now(MORNING + timedelta(hours=1)):
        assert [turn.code for turn in queries.list_waiting_turns(session, POINT)] == codes


def test_after_a_999_comes_b_001_and_the_last_is_told(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        give(session)
        counter = session.scalars(select(TurnCounter)).one()
        counter.last = 998
        session.flush()
        assert [give(session).code, give(session).code] == ["A-999", "B-001"]
        session.refresh(counter)
        counter.last = 9990
        session.flush()
        with pytest.raises(Conflict) as refused:
            give(session)
    assert refused.value.code == "day_full"


def test_a_stolen_device_takes_no_turns_from_the_door(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    open_room(session)
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    device = Actor("device", new_id(), "Quiosco", "kiosk", frozenset({"kiosk.use"}), None)
    with clock.override_now(MORNING):
        first = NewTurn(new_id(), POINT, channel="kiosk")
        create_turn(session, device, first)
        create_turn(session, device, NewTurn(new_id(), POINT, channel="kiosk"))
        with pytest.raises(TooManyTries):
            create_turn(session, device, NewTurn(new_id(), POINT, channel="kiosk"))
        assert not create_turn(session, device, first).created  # asked again, it is the same turn
        assert give(session).code == "A-003"


@pytest.mark.parametrize("days", [730, -730, 0.001, -1])
def test_the_receipt_counts_where_a_devices_clock_cannot_be_true(session: Session, days: float) -> None:
    desk, *_others = open_room(session)
    device_time = MORNING + timedelta(days=days)
    new_turn = NewTurn(new_id(), POINT, channel="offline", issued_at=device_time, code="K-007")
    with clock.override_now(MORNING):
        turn = create_turn(session, DOOR, new_turn).turn
        assert (turn.issued_at, turn.day, turn.code) == (MORNING, clock.today(), "K-007")
        assert queries.read_turn_details(session, turn).device_time == device_time
        assert services.call_next_turn(session, agent(), desk) is turn


def test_a_device_that_was_without_network_keeps_the_place_of_its_visitors(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        later = give(session)
    earlier_time = MORNING - timedelta(minutes=50)
    with clock.override_now(MORNING + timedelta(minutes=1)):
        new_turn = NewTurn(new_id(), POINT, channel="offline", issued_at=earlier_time, code="K-001")
        created = create_turn(session, DOOR, new_turn)
        assert (created.turn.issued_at, created.ahead) == (earlier_time, 0)
        assert queries.read_turn_details(session, created.turn).device_time is None
        assert [turn.code for turn in queries.list_waiting_turns(session, POINT)] == ["K-001", later.code]


@pytest.mark.parametrize("code", ["K-001", "A-001", "K-1", "Yohana", "K-0001"])
def test_a_printed_code_that_cannot_be_used_is_in_the_details(session: Session, code: str) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        create_turn(session, DOOR, NewTurn(new_id(), POINT, channel="offline", code="K-001"))
        turn = create_turn(session, DOOR, NewTurn(new_id(), POINT, channel="offline", code=code)).turn
        assert turn.code == "A-001"
        printed = queries.read_turn_details(session, turn).printed_code
        assert printed == (None if code == "A-001" else code)


def test_a_kiosk_that_lost_the_reply_gives_the_turn_again_with_its_own_code(session: Session) -> None:
    desk, *_others = open_room(session)
    first, second, third = (NewTurn(new_id(), POINT, channel="kiosk") for _number in range(3))
    with clock.override_now(MORNING):
        turns = [create_turn(session, DOOR, new_turn).turn for new_turn in (first, second, third)]
        services.call_turn(session, agent(), turns[1].id, desk)

        def send(new_turn: NewTurn, code: str) -> services.CreatedTurn:
            return create_turn(session, DOOR, replace(new_turn, channel="offline", issued_at=MORNING, code=code))

        for _time in range(2):
            again = send(first, "K-001")
            assert (again.turn.code, again.created) == ("K-001", False)
            # Called already: the screen shows the server's code, and the desk sees what the slip says.
            again = send(second, "K-002")
            assert (again.turn.code, queries.read_turn_details(session, again.turn).printed_code) == ("A-002", "K-002")
            # Another visitor has the code.
            again = send(third, "K-001")
            assert (again.turn.code, queries.read_turn_details(session, again.turn).printed_code) == ("A-003", "K-001")
        for new_turn in (first, second, third):
            with pytest.raises(Conflict) as refused:
                send(new_turn, "K-009")
            assert refused.value.code == "id_taken"


def test_whoever_forgets_to_start_a_turn_finishes_it_with_its_length(session: Session) -> None:
    desk, *_others = open_room(session)
    actor, called_at = agent(), MORNING + timedelta(minutes=5)
    with clock.override_now(MORNING):
        turn = give(session)
    with clock.override_now(called_at):
        services.call_turn(session, actor, turn.id, desk)
    with clock.override_now(MORNING + timedelta(minutes=25)):
        services.finish_turn(session, actor, turn.id, desk)
    assert (turn.started_at, turn.ended_at) == (called_at, MORNING + timedelta(minutes=25))


def test_times_tell_the_wait_and_the_service(session: Session) -> None:
    desk, *_others = open_room(session)
    actor = agent()
    moments = [MORNING + timedelta(minutes=minutes) for minutes in (0, 20, 22, 23, 40)]
    with clock.override_now(moments[0]):
        turn = give(session)
    for moment, act in zip(
        moments[1:],
        (services.call_turn, services.recall_turn, services.start_turn, services.finish_turn),
        strict=True,
    ):
        with clock.override_now(moment):
            act(session, actor, turn.id, desk)
    session.flush()
    session.expire(turn)
    stored = session.scalars(select(Turn)).one()
    times = [stored.issued_at, stored.first_called_at, stored.called_at, stored.started_at, stored.ended_at]
    assert times == moments
    assert stored.calls == 2
