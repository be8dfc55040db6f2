"""The life of a turn through the services."""

from sqlalchemy.orm import Session

from attention_point.turns import queries, services
from tests.turns.support import POINT, agent, give, open_room


def test_a_turn_is_given_called_started_and_finished(session: Session) -> None:
    desk, *_ = open_room(session)
    actor = agent()
    turn = give(session, needs=("MIG-REG",), language="en", preferential=("pregnant",))
    assert turn.code == "A-001"
    assert [waiting.code for waiting in queries.list_waiting_turns(session, POINT)] == ["A-001"]
    assert services.call_next_turn(session, actor, desk) is turn
    assert [call.code for call in queries.list_latest_calls(session, POINT, 5)] == ["A-001"]
    services.start_turn(session, actor, turn.id, desk)
    assert queries.read_turn_details(session, turn).needs == ("MIG-REG",)
    services.finish_turn(session, actor, turn.id, desk)
    assert (turn.state, turn.sealed, turn.fingerprint) == ("finished", None, None)
