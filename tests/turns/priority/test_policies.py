"""The dated policies of a point."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.turns import queries, services
from attention_point.turns.priority.models import TurnPolicy
from attention_point.turns.priority.policies import (
    discard_policy,
    find_policy,
    propose_policy,
    read_entry,
    switch_on_policy,
)
from attention_point.turns.priority.rules import DEFAULT_POLICY
from tests.turns.support import MORNING, POINT, agent, give, open_room

TODAY = date(2017, 8, 9)
SUPERVISOR = agent("supervisor")
ARRIVAL_ONLY = {"preferential_calls": 0}


def _propose(session: Session, valid_from: date = TODAY, **content: Any) -> TurnPolicy:
    return propose_policy(session, SUPERVISOR, POINT, valid_from, content)


def test_a_point_without_policy_has_the_default_policy(session: Session) -> None:
    open_room(session)
    assert find_policy(session, POINT, TODAY) == DEFAULT_POLICY


def test_a_stored_policy_that_cannot_be_used_stops_nobody(session: Session) -> None:
    desks = open_room(session)
    turn = give(session)
    entry = _propose(session, clock.today())
    switch_on_policy(session, SUPERVISOR, entry.id, "example")
    entry.content = {"preferential_calls": 99}
    session.flush()
    called = services.call_next_turn(session, agent(), desks[0])
    assert called is not None
    assert called.id == turn.id


def test_a_policy_holds_from_its_first_day_once_it_is_switched_on(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        entry = _propose(session, TODAY + timedelta(days=1), preferential_calls=5)
        assert find_policy(session, POINT, TODAY + timedelta(days=9)) == DEFAULT_POLICY
        switch_on_policy(session, SUPERVISOR, entry.id, "example")
    assert find_policy(session, POINT, TODAY) == DEFAULT_POLICY
    assert find_policy(session, POINT, TODAY + timedelta(days=1)).preferential_calls == 5


def test_of_two_policies_for_one_day_the_latest_that_was_switched_on_counts(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        earlier, later = _propose(session, ageing_minutes=10), _propose(session, ageing_minutes=20)
        switch_on_policy(session, SUPERVISOR, later.id, "example")
    with clock.override_now(MORNING + timedelta(minutes=1)):
        switch_on_policy(session, SUPERVISOR, earlier.id, "example")
        assert find_policy(session, POINT, TODAY).ageing_minutes == 10


def test_switching_on_twice_changes_nothing(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        entry = _propose(session)
        switched_on_at = switch_on_policy(session, SUPERVISOR, entry.id, "example").switched_on_at
    with clock.override_now(MORNING + timedelta(days=3)):
        assert switch_on_policy(session, SUPERVISOR, entry.id, "example").switched_on_at == switched_on_at


def test_a_proposal_whose_first_day_has_passed_is_not_switched_on(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        entry = _propose(session)
    with clock.override_now(MORNING + timedelta(days=1)), pytest.raises(Conflict):
        switch_on_policy(session, SUPERVISOR, entry.id, "example")


def test_a_proposal_is_discarded_and_a_policy_in_force_is_not(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        proposal, entry = _propose(session), _propose(session)
        switch_on_policy(session, SUPERVISOR, entry.id, "example")
        assert discard_policy(session, SUPERVISOR, proposal.id) == POINT
        with pytest.raises(NotFound):
            read_entry(session, proposal.id)
        with pytest.raises(Conflict):
            discard_policy(session, SUPERVISOR, entry.id)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"preferential_calls": 11}, "preferential_calls"),
        ({"ordinary_calls": 0}, "ordinary_calls"),
        ({"ageing_minutes": -1}, "ageing_minutes"),
        ({"longest_wait_minutes": "soon"}, "longest_wait_minutes"),
        ({"preferential_groups": ["friends"]}, "preferential_groups.0"),
        ({"older_adult_age": 20}, "older_adult_age"),
        ({"favourites": 1}, "favourites"),
    ],
)
def test_a_content_that_cannot_be_used_is_refused(session: Session, content: dict[str, Any], field: str) -> None:
    open_room(session)
    with clock.override_now(MORNING), pytest.raises(Invalid) as refusal:
        _propose(session, **content)
    assert [error.field for error in refusal.value.field_errors] == [field]


def test_a_past_day_and_an_unknown_point_are_refused(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING), pytest.raises(Invalid) as refusal:
        propose_policy(session, SUPERVISOR, "nowhere", TODAY - timedelta(days=1), {})
    assert [error.field for error in refusal.value.field_errors] == ["point", "valid_from"]


def test_the_queue_follows_the_policy_of_the_day(session: Session) -> None:
    open_room(session)
    with clock.override_now(MORNING):
        ordinary = give(session)
    with clock.override_now(datetime(2017, 8, 9, 13, 5, tzinfo=UTC)):
        preferential = give(session, preferential=["pregnant"])
        assert [turn.id for turn in queries.list_waiting_turns(session, POINT)] == [preferential.id, ordinary.id]
        entry = _propose(session, preferential_groups=["disability"])
        switch_on_policy(session, SUPERVISOR, entry.id, "example")
        queue = queries.list_waiting_turns(session, POINT)
    assert [turn.id for turn in queue] == [ordinary.id, preferential.id]
    assert not any(turn.is_preferential for turn in queue)
