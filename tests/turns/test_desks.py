"""Who works at which desk, and what becomes of the turns of somebody who leaves."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.errors import AppError, Conflict, Forbidden, NotFound
from attention_point.turns import queries, services
from attention_point.turns.desks import desk_services
from tests.turns.support import MORNING, POINT, add_entity_desk, agent, give, open_room


def refusal(error: pytest.ExceptionInfo[AppError]) -> str:
    """The code of a refusal."""
    return error.value.code


def test_a_desk_has_one_person_and_a_person_one_desk(session: Session) -> None:
    first, second, *_others = open_room(session)
    ana, luis = agent(), agent()
    desk_services.occupy_desk(session, ana, first)
    with pytest.raises(Conflict) as error:
        desk_services.occupy_desk(session, luis, first)
    assert refusal(error) == "desk_taken"
    desk_services.occupy_desk(session, ana, second)
    desk_services.occupy_desk(session, luis, first)
    desks_of = {somebody.id: queries.find_desk_of_actor(session, somebody) for somebody in (ana, luis)}
    assert {somebody: desk.id for somebody, desk in desks_of.items() if desk} == {ana.id: second, luis.id: first}
    with pytest.raises(Conflict) as error:
        services.call_next_turn(session, luis, second)
    assert refusal(error) == "desk_taken"


def test_a_called_turn_waits_again_when_its_agent_leaves(session: Session) -> None:
    first, second, *_others = open_room(session)
    ana, luis = agent(), agent()
    desk_services.occupy_desk(session, ana, first)
    desk_services.occupy_desk(session, luis, second)
    turn, sent = give(session), give(session)
    services.call_turn(session, luis, sent.id, second)
    services.transfer_turn(session, luis, sent.id, first)
    assert sent.calls == 0  # the other desk reads how often it called itself
    services.call_turn(session, ana, turn.id, first)
    assert services.list_callable_turns(session, queries.read_desk(session, second)) == []
    desk_services.leave_desk(session, ana)
    waiting = services.list_callable_turns(session, queries.read_desk(session, second))
    assert [(one.id, one.desk_id) for one in waiting] == [(turn.id, None), (sent.id, None)]


def test_nobody_leaves_a_visitor_at_the_desk(session: Session) -> None:
    first, second, *_others = open_room(session)
    ana, supervisor = agent(), agent("supervisor")
    desk_services.occupy_desk(session, ana, first)
    turn = give(session)
    services.call_turn(session, ana, turn.id, first)
    services.start_turn(session, ana, turn.id)
    for act in (
        lambda: desk_services.leave_desk(session, ana),
        lambda: desk_services.occupy_desk(session, ana, second),
        lambda: desk_services.leave_desk(session, supervisor, first),
    ):
        with pytest.raises(Conflict) as error:
            act()
        assert refusal(error) == "desk_busy"
    services.finish_turn(session, supervisor, turn.id)
    desk_services.leave_desk(session, supervisor, first)
    assert queries.read_desk(session, first).occupant_tag is None


def test_another_agent_frees_no_desk_and_ends_no_turn(session: Session) -> None:
    first, *_others = open_room(session)
    ana, luis = agent(), agent()
    desk_services.occupy_desk(session, ana, first)
    turn = give(session)
    services.call_turn(session, ana, turn.id, first)
    with pytest.raises(Forbidden):
        desk_services.leave_desk(session, luis, first)
    for act in (services.start_turn, services.finish_turn, services.mark_absent, services.recall_turn):
        with pytest.raises(Conflict) as error:
            act(session, luis, turn.id)
        assert refusal(error) == "turn_taken"
        with pytest.raises(Conflict) as error:
            act(session, luis, turn.id, first)
        assert refusal(error) == "desk_taken"


def test_a_desk_of_yesterday_is_free(session: Session) -> None:
    first, *_others = open_room(session)
    ana, luis = agent(), agent()
    with clock.override_now(MORNING):
        desk_services.occupy_desk(session, ana, first)
    with clock.override_now(MORNING + timedelta(days=1)):
        desk = desk_services.occupy_desk(session, luis, first)
        assert (queries.find_desk_of_actor(session, luis), queries.find_desk_of_actor(session, ana)) == (desk, None)


def test_an_entity_sees_and_calls_what_was_sent_to_it_alone(session: Session) -> None:
    first, *_others = open_room(session)
    entity_desk = add_entity_desk(session, "sena")
    ana, somebody = agent(), agent("entity", "sena")
    own, sent = give(session), give(session)
    services.transfer_turn(session, ana, sent.id, entity="sena")
    assert [turn.id for turn in queries.list_waiting_turns(session, POINT)] == [own.id]
    assert [turn.id for turn in queries.list_waiting_turns(session, POINT, "sena")] == [sent.id]
    with pytest.raises(Forbidden):
        services.call_next_turn(session, somebody, first)
    with pytest.raises(Forbidden):
        services.call_turn(session, somebody, own.id, entity_desk)
    with pytest.raises(Forbidden):
        services.call_next_turn(session, ana, entity_desk)
    with pytest.raises(Conflict) as error:
        services.call_turn(session, ana, sent.id, first)
    assert refusal(error) == "other_queue"
    assert services.call_next_turn(session, somebody, entity_desk) is sent
    services.finish_turn(session, somebody, sent.id, entity_desk)
    with pytest.raises(NotFound):
        services.transfer_turn(session, ana, own.id, entity="icbf")


def test_what_was_sent_to_an_entity_by_mistake_comes_back(session: Session) -> None:
    open_room(session)
    add_entity_desk(session, "sena")
    turn, ana = give(session), agent()
    services.transfer_turn(session, ana, turn.id, entity="sena")
    services.transfer_turn(session, ana, turn.id)
    assert [waiting.id for waiting in queries.list_waiting_turns(session, POINT)] == [turn.id]


def test_an_absent_turn_returns_to_its_place(session: Session) -> None:
    first, second, *_others = open_room(session)
    ana = agent()
    turn, later = give(session), give(session)
    services.call_turn(session, ana, turn.id, first)
    services.mark_absent(session, ana, turn.id, first)
    assert [waiting.id for waiting in queries.list_waiting_turns(session, POINT)] == [later.id]
    services.return_turn(session, ana, turn.id)
    assert [waiting.id for waiting in queries.list_waiting_turns(session, POINT)] == [turn.id, later.id]
    assert services.call_next_turn(session, agent(), second) is turn
    assert turn.calls == 2


def test_the_first_desks_are_made_once(session: Session) -> None:
    assert len(open_room(session)) == 4
    desk_services.create_first_desks(session)
    assert [desk.name for desk in queries.list_point_desks(session, POINT)] == ["1", "2", "3", "4"]
