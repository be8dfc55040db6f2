"""Loads invented visits through the one door, with the answers of the entities. Never commits."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.demo.files import draw, read_data
from attention_point.demo.staff import CHANNEL, DESK, Staff
from attention_point.demo.timeline import Step, Timeline
from attention_point.demo.visits import Draft
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.refusals import NotFound
from attention_point.foundation.workdays import is_working_day
from attention_point.intake.reading import read_draft
from attention_point.intake.services import record_visit
from attention_point.referrals import queries
from attention_point.referrals.services import Answer, answer_for_desk, answer_for_entity, mark_seen

__all__ = ["CHANNEL", "DESK", "Loaded", "load", "steps_of"]

OPENS, CLOSES = time(8), time(17)  # of the entities' offices


@dataclass(slots=True)
class Loaded:
    """What a load stored, and how many visits stood there already. ``answered`` are the referrals with an answer."""

    visits: int = 0
    again: int = 0
    referrals: int = 0
    answered: set[UUID] = field(default_factory=set)

    @property
    def answers(self) -> int:
        """How many referrals an entity has seen or answered."""
        return len(self.answered)


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a referral at a moment: the state, who says so (None: the desk), at which version, and why."""

    moment: datetime
    state: str
    by: Actor
    version: int
    of_desk: bool = False
    reason: str | None = None
    note: str | None = None


def load(session: Session, drafts: Iterable[Draft], loaded: Loaded, staff: Staff | None = None) -> None:
    """Record each visit, and each answer in its time; what was loaded before stays as it is."""
    Timeline(steps_of(drafts, loaded, staff or Staff()), clock.now()).run_within(session)


def steps_of(drafts: Iterable[Draft], loaded: Loaded, staff: Staff) -> Iterator[Step]:
    """One step a visit; its answers follow from it."""
    for draft in drafts:
        moment = datetime.fromisoformat(draft["attended_at"])
        yield Step(moment, partial(_receive, draft, moment, loaded, staff))


def _receive(draft: Draft, moment: datetime, loaded: Loaded, staff: Staff, session: Session) -> Iterator[Step]:
    chance = random.Random(draft["id"])  # noqa: S311 - invented people, no secret
    agent = staff.agent_of(chance)
    receipt = record_visit(session, agent, read_draft(draft), channel=CHANNEL)
    loaded.visits += receipt.first
    loaded.again += not receipt.first
    urgent = {each["service"] for each in receipt.answer["suggestions"] if each["urgent"]}
    for referral in receipt.answer["referrals"]:
        loaded.referrals += receipt.first
        chance = random.Random(f"{draft['id']}/{referral['service']}")  # noqa: S311 - invented people, no secret
        way = "urgent" if referral["service"] in urgent else "usual"
        for move in _moves(chance, moment, staff.answerer_of(referral["entity"]), agent, read_data("profile")[way]):
            yield Step(move.moment, partial(_move, referral, move, loaded, receipt.first), planned=False)


def _move(referral: Mapping[str, Any], move: Move, loaded: Loaded, new: bool, session: Session) -> Iterator[Step]:
    """Take a referral one step on; one of a visit that was loaded before may stand further already, and stays."""
    key = UUID(referral["id"])
    if not new and _stands_further(session, key, move):
        return iter(())
    if move.state == "seen":
        mark_seen(session, move.by, key)
    else:
        answer = answer_for_desk if move.of_desk else answer_for_entity
        with suppress(NotFound):  # the desk's agents do not see a restricted referral once it is made
            answer(session, move.by, key, Answer(move.state, move.version, move.reason, move.note))
    if not move.of_desk:
        loaded.answered.add(key)
    return iter(())


def _stands_further(session: Session, referral: UUID, move: Move) -> bool:
    found = queries.one(session, referral)
    return found is None or found.version != move.version or (move.state == "seen" and found.state != "created")


def _moves(
    chance: random.Random, received: datetime, entity: Actor, agent: Actor, way: Mapping[str, Any]
) -> Iterator[Move]:
    """What the entity makes of it, by the referral's own chance, and what the desk does then; nothing when it waits."""
    profile = read_data("profile")
    outcome, moment, version = draw(chance, way["outcomes"]), received, 1
    if outcome == "waiting":
        return
    moment = _in_office(chance, received, int(draw(chance, way["answer_days"])))
    if outcome == "seen" or chance.random() < way["seen_before"]:
        yield Move(moment, "seen", entity, version)
        moment = _in_office(chance, moment, 0)
    if outcome == "seen":
        return
    if outcome == "attended" and chance.random() < way["accepted_before"]:
        yield Move(moment, "accepted", entity, version)
        version += 1
        moment = _in_office(chance, moment, int(draw(chance, way["days_from_accepted"])))
    reasons = profile["reasons"].get(outcome)
    note = chance.choice(profile["notes"]) if outcome == "attended" else None
    yield Move(moment, outcome, entity, version, False, chance.choice(reasons) if reasons else None, note)
    if outcome != "accepted" and chance.random() < profile["closed_after"]:
        moment = _in_office(chance, moment, chance.randint(*profile["days_to_close"]))
        yield Move(moment, "closed", agent, version + 1, True, chance.choice(profile["reasons"]["closed"]))


def _in_office(chance: random.Random, after: datetime, days: int) -> datetime:
    """A moment so many days later while offices are open; with no day, some time later the same day if it can be.

    Whatever day somebody was received on is an open one.
    """
    moment = clock.local(after) + timedelta(days=days)
    if days == 0:
        moment += timedelta(minutes=chance.randint(30, 150), seconds=chance.randrange(60))
        if OPENS <= moment.time() < CLOSES:
            return moment
        moment += timedelta(days=moment.time() >= OPENS)
    while not is_working_day(moment.date()):
        moment += timedelta(days=1)
    opens = datetime.combine(moment.date(), OPENS, clock.ZONE)
    return opens + timedelta(minutes=chance.randrange(9 * 60), seconds=chance.randrange(60))
