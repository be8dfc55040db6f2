"""Whatever is done with turns, in whatever order: none is lost, none is at two desks, codes are unique in their day."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import AppError
from attention_point.turns import queries, rules, services
from attention_point.turns.desks import desk_services
from attention_point.turns.details import TurnDetails
from attention_point.turns.models import Desk, Turn
from attention_point.turns.services import NewTurn
from tests.turns.support import DOOR, MORNING, POINT, add_entity_desk, agent, open_room

ENTITY = "sena"
REASONS = st.lists(st.sampled_from(rules.PREFERENTIAL_REASONS), max_size=2, unique=True)
NUMBERS = st.integers(min_value=0, max_value=50)
PEOPLE = st.integers(min_value=0, max_value=3)
DEVICE_CODES = st.sampled_from([None, "K-001", "K-002", "A-001", "nonsense"])


class Room(RuleBasedStateMachine):
    """Three agents and somebody of an entity, who do anything at any time."""

    database: Database

    @initialize()
    def open(self) -> None:
        """Open the room in a transaction that is undone at the end."""
        self.now = MORNING
        self.transaction = self.database.write_session()
        self.session = self.transaction.__enter__()
        self.desks = open_room(self.session)
        self.entity_desk = add_entity_desk(self.session, ENTITY, "9")
        self.actors = [agent(), agent(), agent("supervisor"), agent("entity", ENTITY)]
        self.given: dict[UUID, str] = {}
        self.ended: dict[UUID, str] = {}

    def teardown(self) -> None:
        """Undo everything."""
        if hasattr(self, "session"):
            self.session.rollback()
            self.transaction.__exit__(None, None, None)

    def choose_turn(self, number: int) -> UUID | None:
        """One of the turns that were given."""
        return list(self.given)[number % len(self.given)] if self.given else None

    def do(self, act: str, actor: Actor, *arguments: object) -> None:
        """Do something that may be refused; what is refused changes nothing."""
        with clock.override_now(self.now):
            before = self.read_states()
            try:
                getattr(services if hasattr(services, act) else desk_services, act)(self.session, actor, *arguments)
            except AppError:
                assert self.read_states() == before
            after = self.read_states()
        moved = [turn for turn in before if {before[turn][0], after[turn][0]} <= rules.AT_A_DESK]
        assert [before[turn][1] for turn in moved] == [after[turn][1] for turn in moved], "one turn at two desks"

    def read_states(self) -> dict[UUID, tuple[object, ...]]:
        """Every turn as it stands in the database."""
        self.session.flush()
        columns = (Turn.id, Turn.state, Turn.desk_id, Turn.calls, Turn.code, Turn.ended_at)
        return {row[0]: tuple(row[1:]) for row in self.session.query(*columns)}

    @rule(minutes=st.integers(min_value=0, max_value=400))
    def wait(self, minutes: int) -> None:
        """Let time pass, into the next days too."""
        self.now += timedelta(minutes=minutes)

    @rule(reasons=REASONS, code=DEVICE_CODES, offset=st.integers(min_value=-3000, max_value=3000))
    def give(self, reasons: list[str], code: str | None, offset: int) -> None:
        """Give a turn, by a device whose clock is anywhere."""
        issued_at = self.now + timedelta(minutes=offset) if code else None
        details = TurnDetails.model_validate({"preferential": tuple(reasons)})
        new_turn = NewTurn(new_id(), POINT, details, "offline" if code else "door", issued_at, code)
        with clock.override_now(self.now):
            turn = services.create_turn(self.session, DOOR, new_turn).turn
            assert turn.day == clock.today()
            assert turn.issued_at <= self.now
            ahead = queries.count_ahead(self.session, turn)
            assert services.create_turn(self.session, DOOR, new_turn) == (turn, ahead, False)
        self.given[turn.id] = turn.code

    @rule(person=PEOPLE, desk=NUMBERS)
    def occupy(self, person: int, desk: int) -> None:
        """Choose a desk."""
        desks = [*self.desks, self.entity_desk]
        self.do("occupy_desk", self.actors[person], desks[desk % len(desks)])

    @rule(person=PEOPLE)
    def leave(self, person: int) -> None:
        """Leave one's desk."""
        self.do("leave_desk", self.actors[person])

    @rule(person=PEOPLE, desk=NUMBERS)
    def call_next(self, person: int, desk: int) -> None:
        """Call the next turn to any desk."""
        desks = [*self.desks, self.entity_desk]
        self.do("call_next_turn", self.actors[person], desks[desk % len(desks)])

    @rule(person=PEOPLE, number=NUMBERS, desk=NUMBERS)
    def call(self, person: int, number: int, desk: int) -> None:
        """Call any turn."""
        if turn := self.choose_turn(number):
            self.do("call_turn", self.actors[person], turn, self.desks[desk % len(self.desks)])

    @rule(
        person=PEOPLE,
        number=NUMBERS,
        act=st.sampled_from(["recall_turn", "mark_absent", "return_turn", "start_turn", "finish_turn"]),
    )
    def act(self, person: int, number: int, act: str) -> None:
        """Do something with any turn."""
        if turn := self.choose_turn(number):
            self.do(act, self.actors[person], turn)

    @rule(person=PEOPLE, number=NUMBERS, reason=st.sampled_from(rules.CLOSING_REASONS))
    def close(self, person: int, number: int, reason: str) -> None:
        """Close any turn."""
        if turn := self.choose_turn(number):
            self.do("close_turn", self.actors[person], turn, reason)

    @rule(person=PEOPLE, number=NUMBERS, desk=st.none() | NUMBERS, entity=st.sampled_from([None, ENTITY, "icbf"]))
    def transfer(self, person: int, number: int, desk: int | None, entity: str | None) -> None:
        """Transfer any turn anywhere."""
        if turn := self.choose_turn(number):
            target = None if desk is None else self.desks[desk % len(self.desks)]
            self.do("transfer_turn", self.actors[person], turn, target, entity)

    @rule()
    def close_the_day(self) -> None:
        """Close the day of now."""
        with clock.override_now(self.now):
            services.close_day(self.session, DOOR, POINT, clock.today())

    @invariant()
    def no_turn_is_lost(self) -> None:
        """Every turn that was given is there, once, with its code; an ended one stays as it ended."""
        if not hasattr(self, "session"):
            return
        rows = self.session.query(Turn).all()
        assert {turn.id: turn.code for turn in rows} == self.given
        assert len({(turn.day, turn.code) for turn in rows}) == len(rows)
        for turn in rows:
            self.check_turn(turn)
        assert all(turn.state == self.ended[turn.id] for turn in rows if turn.id in self.ended)
        self.ended |= {turn.id: turn.state for turn in rows if turn.state in rules.ENDED}

    def check_turn(self, turn: Turn) -> None:
        """Hold one turn to what its state promises."""
        assert turn.state in rules.TURN_STATES
        is_ended = turn.state in rules.ENDED
        assert (turn.sealed is None) == (turn.fingerprint is None) == (turn.ended_at is not None) == is_ended
        assert (turn.closing_reason is not None) == (turn.state == rules.CLOSED)
        if turn.state in rules.AT_A_DESK:
            assert turn.desk_id is not None
            assert turn.calls >= 1
        assert (turn.called_at is not None) == (turn.first_called_at is not None)
        assert turn.calls == 0 or turn.called_at is not None
        moments = [turn.issued_at, turn.first_called_at, turn.called_at, turn.ended_at]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)

    @invariant()
    def nobody_works_at_two_desks(self) -> None:
        """A person has one desk, of their own kind."""
        if not hasattr(self, "session"):
            return
        taken = [desk.occupant_tag for desk in self.session.query(Desk) if desk.occupant_tag is not None]
        assert len(set(taken)) == len(taken)

    @invariant()
    def everybody_who_waits_today_can_be_called(self) -> None:
        """The queues of all desks together are those who wait."""
        if not hasattr(self, "session"):
            return
        with clock.override_now(self.now):
            listed = [turn.id for turn in queries.list_all_waiting_turns(self.session, POINT)]
            is_waiting = (Turn.state == rules.WAITING, Turn.day == clock.today())
            waiting = {turn.id for turn in self.session.query(Turn).where(*is_waiting)}
            callable_ids = {
                turn.id
                for desk in self.session.query(Desk)
                if desk.is_active
                for turn in services.list_callable_turns(self.session, desk)
            }
        assert len(listed) == len(set(listed))
        assert set(listed) == waiting == callable_ids


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_done_no_turn_is_lost(database: Database) -> None:
    class RoomOnDatabase(Room):
        pass

    RoomOnDatabase.database = database
    run_state_machine_as_test(RoomOnDatabase, settings=settings(max_examples=25, stateful_step_count=40, deadline=None))
