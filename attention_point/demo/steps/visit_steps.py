"""Records invented visits by the service that records real ones, and the entities' answers. Never commits."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.demo.demo_data import choose_by_weight, load_data_file
from attention_point.demo.invention.visit_drafts import DraftData
from attention_point.demo.steps.staff import AGENT_ACTOR, CHANNEL, DemoStaff
from attention_point.demo.steps.timeline import Step, Timeline
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import NotFound
from attention_point.foundation.workdays import is_working_day
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.referrals import queries
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.services import Answer, answer_for_desk, answer_for_entity, mark_referral_seen

__all__ = ["CHANNEL", "AGENT_ACTOR", "LoadedCounts", "load_visits", "build_visit_steps"]

OFFICE_OPENS_AT, OFFICE_CLOSES_AT = time(8), time(17)  # of the entities' offices


@dataclass(slots=True)
class LoadedCounts:
    """The counts of a load: what it stored, and how many visits were stored before it."""

    recorded_visits: int = 0
    existing_visits: int = 0
    created_referrals: int = 0
    answered_referrals: set[UUID] = field(default_factory=set)

    @property
    def answer_count(self) -> int:
        """How many referrals an entity has seen or answered."""
        return len(self.answered_referrals)


@dataclass(frozen=True, slots=True)
class ReferralChange:
    """A referral's new state at a moment: who sets it, at which version of the referral, and why.

    ``is_expected``: the person has an appointment, and has not come yet.
    """

    moment: datetime
    state: str
    actor: Actor
    version: int
    is_by_point: bool = False
    reason: str | None = None
    note: str | None = None
    is_expected: bool = False


def load_visits(
    session: Session, drafts: Iterable[DraftData], loaded_counts: LoadedCounts, staff: DemoStaff | None = None
) -> None:
    """Record each visit, and each answer at its time. What was loaded before stays as it is."""
    Timeline(build_visit_steps(drafts, loaded_counts, staff or DemoStaff()), clock.now()).run_steps_in_session(session)


def build_visit_steps(drafts: Iterable[DraftData], loaded_counts: LoadedCounts, staff: DemoStaff) -> Iterator[Step]:
    """One step for each visit; the answers to its referrals follow from it."""
    for draft in drafts:
        moment = datetime.fromisoformat(draft["attended_at"])
        yield Step(moment, partial(_record_draft, draft, moment, loaded_counts, staff))


def _record_draft(
    draft: DraftData, moment: datetime, loaded_counts: LoadedCounts, staff: DemoStaff, session: Session
) -> Iterator[Step]:
    rng = random.Random(draft["id"])  # noqa: S311 - invented people, no secret
    agent = staff.choose_agent(rng)
    receipt = record_visit(session, agent, read_draft(draft), channel=CHANNEL)
    loaded_counts.recorded_visits += receipt.created
    loaded_counts.existing_visits += not receipt.created
    urgent_services = {suggestion["service"] for suggestion in receipt.response["suggestions"] if suggestion["urgent"]}
    for referral in receipt.response["referrals"]:
        loaded_counts.created_referrals += receipt.created
        # A chance of its own: a new service in the directory must not change what becomes of the other referrals.
        rng = random.Random(f"{draft['id']}/{referral['service']}")  # noqa: S311 - invented people, no secret
        profile = load_data_file("profile")["urgent" if referral["service"] in urgent_services else "usual"]
        for change in _invent_changes(rng, moment, staff.get_entity_actor(referral["entity"]), agent, profile):
            run = partial(_apply_change, referral, change, loaded_counts, receipt.created)
            yield Step(change.moment, run, is_planned=False)


def _apply_change(
    referral: Mapping[str, Any],
    change: ReferralChange,
    loaded_counts: LoadedCounts,
    is_new_visit: bool,
    session: Session,
) -> Iterator[Step]:
    """Take a referral one step on. A referral of a visit that was loaded before stays where it already is further."""
    referral_id = UUID(referral["id"])
    if not is_new_visit and _is_further_along(session, referral_id, change):
        return iter(())
    if change.state == "seen":
        mark_referral_seen(session, change.actor, referral_id)
    else:
        answer_referral = answer_for_desk if change.is_by_point else answer_for_entity
        # Whoever is attended later came without one; who is still expected has an appointment.
        appointment = _invent_appointment(change.moment) if change.is_expected else None
        answer = Answer(change.state, change.version, change.reason, change.note, appointment)
        with suppress(NotFound):  # the desk's agents do not see a restricted referral once it is made
            answer_referral(session, change.actor, referral_id, answer)
    if not change.is_by_point:
        loaded_counts.answered_referrals.add(referral_id)
    return iter(())


def _is_further_along(session: Session, referral_id: UUID, change: ReferralChange) -> bool:
    stored_referral = queries.find_referral(session, referral_id)
    return (
        stored_referral is None
        or stored_referral.version != change.version
        or (change.state == "seen" and stored_referral.state != "created")
    )


def _invent_changes(
    rng: random.Random, received_at: datetime, entity_actor: Actor, agent: Actor, answer_profile: Mapping[str, Any]
) -> Iterator[ReferralChange]:
    """The steps after a referral: the entity's answer and the desk's reaction. A referral that still waits has none."""
    profile = load_data_file("profile")
    outcome, version = choose_by_weight(rng, answer_profile["outcomes"]), 1
    if outcome == "waiting":
        return
    moment = _pick_office_time(rng, received_at, int(choose_by_weight(rng, answer_profile["answer_days"])))
    if outcome == "seen" or rng.random() < answer_profile["seen_before"]:
        yield ReferralChange(moment, "seen", entity_actor, version)
        moment = _pick_office_time(rng, moment, 0)
    if outcome == "seen":
        return
    if outcome == "attended" and rng.random() < answer_profile["accepted_before"]:
        yield ReferralChange(moment, "accepted", entity_actor, version)
        version += 1
        moment = _pick_office_time(rng, moment, int(choose_by_weight(rng, answer_profile["days_from_accepted"])))
    reasons = profile["reasons"].get(outcome)
    note = rng.choice(profile["notes"]) if outcome == "attended" else None
    reason, is_expected = rng.choice(reasons) if reasons else None, outcome == "accepted"
    yield ReferralChange(moment, outcome, entity_actor, version, False, reason, note, is_expected)
    if outcome != "accepted" and rng.random() < profile["closed_after"]:
        moment = _pick_office_time(rng, moment, rng.randint(*profile["days_to_close"]))
        yield ReferralChange(moment, "closed", agent, version + 1, True, rng.choice(profile["reasons"]["closed"]))


def _invent_appointment(moment: datetime) -> Appointment:
    """A week after the answer, in the morning; no chance is drawn, so that what follows stays the same."""
    day = clock.local_day(moment) + timedelta(days=7)
    while not is_working_day(day):
        day += timedelta(days=1)
    at = datetime.combine(day, time(8), clock.TIME_ZONE) + timedelta(minutes=30 * (moment.minute % 8))
    return Appointment(at.isoformat())


def _pick_office_time(rng: random.Random, previous_moment: datetime, days: int) -> datetime:
    """A moment so many days later at which offices are open; with 0 days, later on the same day where that can be."""
    moment = clock.to_local_time(previous_moment) + timedelta(days=days)
    if days == 0:
        moment += timedelta(minutes=rng.randint(30, 150), seconds=rng.randrange(60))
        # Not asked whether that day is a working day: the desk received the person on it, so offices count as open.
        if OFFICE_OPENS_AT <= moment.time() < OFFICE_CLOSES_AT:
            return moment
        moment += timedelta(days=moment.time() >= OFFICE_OPENS_AT)
    while not is_working_day(moment.date()):
        moment += timedelta(days=1)
    opening_time = datetime.combine(moment.date(), OFFICE_OPENS_AT, clock.TIME_ZONE)
    return opening_time + timedelta(minutes=rng.randrange(9 * 60), seconds=rng.randrange(60))
