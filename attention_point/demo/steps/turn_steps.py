"""The turns of invented visits: given at the kiosk or the door, called to several desks, some of them to nobody.

A family that was received together has one turn. Whoever prefers nobody comes in order of arrival, as in a real room;
so the arrivals of a day are those of its visits, dealt out anew in the order of the attentions.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.demo.demo_data import choose_by_weight, load_data_file
from attention_point.demo.invention.visit_drafts import DraftData
from attention_point.demo.steps.staff import AGENT_ACTOR, DemoStaff
from attention_point.demo.steps.timeline import Step
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.errors import Conflict
from attention_point.turns import queries, services
from attention_point.turns.desks.desk_services import create_first_desks
from attention_point.turns.details import TurnDetails

CLOSED_AT = time(17, 40)
SERVED, ABSENT, LEFT, LEFT_OVER = "served", "absent", "left", "left_over"
_PREFERENTIAL = {
    "pregnant": "pregnant",
    "lactating": "small_children",
    "disability": "disability",
    "older_adult": "older_adult",
}


@dataclass(slots=True)
class InventedTurn:
    """A turn to be: when it is given and called, and until when the visitor stays; ``desk`` counts from 0."""

    seed: str
    outcome: str
    details: TurnDetails
    actor: Actor
    issued_at: datetime
    called_at: datetime
    ended_at: datetime
    desk: int = 0

    @property
    def id(self) -> UUID:
        """An id of the moment, with random bits of the turn's own seed."""
        bits = random.Random(f"turn/{self.seed}").getrandbits(80)  # noqa: S311 - invented people, no secret
        return build_id_at(int(self.issued_at.timestamp() * 1000), bits)


def build_turn_steps(drafts: Iterable[DraftData], until: datetime, staff: DemoStaff) -> Iterator[Step]:
    """The steps of every day's turns up to a moment; on its own day some visitors wait still."""
    desks: list[UUID] = []
    for day, drafts_of_day in groupby(drafts, lambda draft: date.fromisoformat(draft["attended_at"][:10])):
        is_last_day = day == clock.local_day(until)
        turns = invent_day(day, list(drafts_of_day), until, staff)
        if is_last_day:
            # Who was left over on another day would wait here since the morning, before everybody else.
            turns = [turn for turn in turns if turn.outcome != LEFT_OVER]
            turns += _invent_waiting_turns(turns, until)
        for turn in turns:
            yield Step(turn.issued_at, partial(_give_turn, turn, desks), is_planned=False)
        if not is_last_day:
            closed_at = datetime.combine(day, CLOSED_AT, clock.TIME_ZONE)
            yield Step(closed_at, partial(_close_day, staff.agent_actors[0], day), is_planned=False)


def invent_day(day: date, drafts: Sequence[DraftData], until: datetime, staff: DemoStaff) -> list[InventedTurn]:
    """The turns of a day's visits, and of some who did not wait until they were called."""
    families: dict[str, list[DraftData]] = {}
    for draft in drafts:
        families.setdefault(draft.get("family") or draft["id"], []).append(draft)
    served = [_invent_served_turn(family, staff, until) for family in families.values()]
    opens_at = datetime.combine(day, time(), clock.TIME_ZONE)
    served = [turn for turn in served if turn.called_at > opens_at + timedelta(minutes=1)]
    _put_in_order(served, opens_at)
    _assign_desks(served)
    return served + _invent_unserved_turns(day, served)


def _invent_served_turn(family: Sequence[DraftData], staff: DemoStaff, until: datetime) -> InventedTurn:
    draft = family[0]
    rng = random.Random(f"turn/{draft['id']}")  # noqa: S311 - invented people, no secret
    started_at = datetime.fromisoformat(draft["attended_at"])
    called_at = started_at - timedelta(seconds=rng.randint(15, 60))
    arrived_at = draft["arrived_at"]
    issued_at = datetime.fromisoformat(arrived_at) if arrived_at else called_at - timedelta(minutes=rng.randint(3, 30))
    last_at = datetime.fromisoformat(family[-1]["attended_at"])
    # The visit's own agent, who is drawn by the visit's first random number.
    agent = staff.choose_agent(random.Random(draft["id"]))  # noqa: S311 - invented people, no secret
    minutes = choose_by_weight(rng, load_data_file("profile")["service_minutes"])
    ended_at = min(last_at + timedelta(minutes=int(minutes), seconds=rng.randrange(60)), until)
    details = _invent_details(rng, family)
    return InventedTurn(draft["id"], SERVED, details, agent, issued_at, called_at, ended_at)


def _invent_details(rng: random.Random, family: Sequence[DraftData]) -> TurnDetails:
    vulnerabilities = [name for draft in family for name in draft["vulnerabilities"]]
    year = int(family[0]["attended_at"][:4])
    if any(year - int(str(draft["person"].get("birth_date") or 0)[:4]) <= 4 for draft in family):
        vulnerabilities.append("lactating")
    return TurnDetails.model_validate(
        {
            "needs": tuple(dict.fromkeys(need for draft in family for need in draft["needs"]))[:4],
            "language": "en" if rng.random() < 0.02 else "es",
            "first_time": rng.random() < 0.85,
            "companions": {name: family[0]["household"][name] for name in ("adults", "children")},
            "preferential": tuple(
                dict.fromkeys(_PREFERENTIAL[name] for name in vulnerabilities if name in _PREFERENTIAL)
            ),
        }
    )


def _put_in_order(turns: Sequence[InventedTurn], opens_at: datetime) -> None:
    """Let ordinary turns be called in the order of arrival; preferential ones wait less."""
    ordinary = sorted((turn for turn in turns if not turn.details.is_preferential), key=lambda turn: turn.called_at)
    # The earliest arrival is at most the earliest call, and so on: nobody is called before having come.
    for turn, issued_at in zip(ordinary, sorted(turn.issued_at for turn in ordinary), strict=True):
        turn.issued_at = issued_at
    for turn in turns:
        if turn.details.is_preferential:
            turn.issued_at = turn.called_at - (turn.called_at - turn.issued_at) * 0.5
        turn.issued_at = max(min(turn.issued_at, turn.called_at - timedelta(seconds=30)), opens_at)


def _assign_desks(turns: Sequence[InventedTurn]) -> None:
    """Give each turn the desk that has been free for longest; where all are taken, the visitor there goes earlier."""
    last_turns: dict[int, InventedTurn] = {}
    for turn in sorted(turns, key=lambda turn: turn.called_at):
        free_desks = set(range(load_data_file("profile")["desks"])) - set(last_turns)
        turn.desk = min(free_desks) if free_desks else min(last_turns, key=lambda desk: last_turns[desk].ended_at)
        previous = last_turns.get(turn.desk)
        if previous and previous.ended_at >= turn.called_at:
            previous.ended_at = max(previous.called_at + timedelta(seconds=1), turn.called_at - timedelta(seconds=1))
        last_turns[turn.desk] = turn


def _invent_unserved_turns(day: date, served: Sequence[InventedTurn]) -> list[InventedTurn]:
    """Some of a day's visitors who did not come when they were called, left, or were there still at closing."""
    turns = []
    for number, served_turn in enumerate(served):
        seed = f"{day}/{number}/{served_turn.seed}"
        rng = random.Random(f"unserved/{seed}")  # noqa: S311 - invented people, no secret
        outcome = str(choose_by_weight(rng, load_data_file("profile")["unserved"]))
        if outcome != SERVED:
            issued_at = served_turn.issued_at + timedelta(seconds=rng.randint(1, 20))
            called_at = max(served_turn.called_at, issued_at) + timedelta(seconds=40)
            moments = (issued_at, called_at, served_turn.ended_at)
            turns.append(InventedTurn(seed, outcome, TurnDetails(), served_turn.actor, *moments, served_turn.desk))
    return turns


def _invent_waiting_turns(turns: Sequence[InventedTurn], until: datetime) -> list[InventedTurn]:
    """Visitors who came in the last minutes of a demonstration and wait, like others of the day."""
    served = [turn for turn in turns if turn.outcome == SERVED][-load_data_file("profile")["waiting_now"] :]
    opens_at = datetime.combine(clock.local_day(until), time(), clock.TIME_ZONE)
    waiting_turns = []
    for number, turn in enumerate(served):
        issued_at = max(until - timedelta(minutes=4 * (len(served) - number), seconds=number), opens_at)
        waiting_turns.append(
            InventedTurn(f"waiting/{turn.seed}", LEFT_OVER, turn.details, turn.actor, issued_at, until, until)
        )
    return waiting_turns


def _give_turn(turn: InventedTurn, desks: list[UUID], session: Session) -> Iterator[Step]:
    channel = "kiosk" if turn.id.int % 5 else "door"
    actor = AGENT_ACTOR if channel == "kiosk" else turn.actor
    point = load_data_file("profile")["point"]
    services.create_turn(session, actor, services.NewTurn(turn.id, point, turn.details, channel))
    if turn.outcome == LEFT_OVER:
        return
    if not desks:  # looked up once for all turns
        create_first_desks(session)
        desks += [desk.id for desk in queries.list_desks(session, point)]
    for moment, act in _list_actions(turn, desks[turn.desk % len(desks)]):
        yield Step(moment, partial(_act, act), is_planned=False)


def _list_actions(turn: InventedTurn, desk_id: UUID) -> Iterator[tuple[datetime, Callable[[Session], object]]]:
    if turn.outcome == LEFT:
        yield turn.called_at, lambda session: services.close_turn(session, turn.actor, turn.id, "left")
        return
    yield turn.called_at, lambda session: _call_once(session, turn, desk_id)
    if turn.outcome == ABSENT:
        absent_at = turn.called_at + timedelta(seconds=90)
        yield absent_at, lambda session: services.mark_absent(session, turn.actor, turn.id, desk_id)
        return
    started_at = turn.called_at + timedelta(seconds=15)
    yield started_at, lambda session: services.start_turn(session, turn.actor, turn.id, desk_id)
    ended_at = max(turn.ended_at, started_at)
    yield ended_at, lambda session: services.finish_turn(session, turn.actor, turn.id, desk_id)


def _call_once(session: Session, turn: InventedTurn, desk_id: UUID) -> None:
    # Somebody absent could be called again; a load that goes on after a stop must not.
    if queries.read_turn(session, turn.id).first_called_at is None:
        services.call_turn(session, turn.actor, turn.id, desk_id)


def _act(act: Callable[[Session], object], session: Session) -> Iterator[Step]:
    with suppress(Conflict):  # done by an earlier load
        act(session)
    return iter(())


def _close_day(actor: Actor, day: date, session: Session) -> Iterator[Step]:
    services.close_day(session, actor, load_data_file("profile")["point"], day)
    return iter(())
