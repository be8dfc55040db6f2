"""Loads invented visits through the one door, with the answers of the entities. Never commits."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.demo.files import draw, read_data
from attention_point.demo.visits import Draft
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, permissions_of
from attention_point.intake.reading import read_draft
from attention_point.intake.services import record_visit
from attention_point.referrals.services import Answer, answer_for_entity, mark_seen

CHANNEL = "demo"
DESK = Actor(CHANNEL, None, CHANNEL, "agent", permissions_of("agent"))
ACCEPTED_BEFORE = "accepted_before_attended"


@dataclass(slots=True)
class Loaded:
    """What a load stored, and how many visits stood there already."""

    visits: int = 0
    again: int = 0
    referrals: int = 0
    answers: int = 0


def load(session: Session, drafts: Iterable[Draft], loaded: Loaded) -> None:
    """Record each visit and answer its referrals; what was loaded before stays as it is."""
    today = clock.now()
    for draft in drafts:
        moment = min(datetime.fromisoformat(draft["attended_at"]), today)
        with clock.pretending(moment):
            receipt = record_visit(session, DESK, read_draft(draft), channel=CHANNEL)
        if not receipt.first:
            loaded.again += 1
            continue
        loaded.visits += 1
        for referral in receipt.answer["referrals"]:
            loaded.referrals += 1
            chance = random.Random(f"{draft['id']}/{referral['service']}")  # noqa: S311 - invented people, no secret
            answered = moment + timedelta(hours=2, days=int(draw(chance, read_data("profile")["answer_days"])))
            with clock.pretending(min(answered, today)):
                loaded.answers += _answer(session, referral, chance)


def _answer(session: Session, referral: Mapping[str, Any], chance: random.Random) -> bool:
    """What the entity makes of it, by the visit's own chance; False when it waits."""
    profile, entity = read_data("profile"), referral["entity"]
    outcome = draw(chance, profile["outcomes"])
    actor = Actor(CHANNEL, None, entity, "entity", permissions_of("entity"), entity)
    key, version = UUID(referral["id"]), 1
    if outcome == "waiting":
        return False
    if outcome == "seen":
        mark_seen(session, actor, key)
        return True
    if outcome == "attended" and chance.random() < profile[ACCEPTED_BEFORE]:
        answer_for_entity(session, actor, key, Answer("accepted", version))
        version += 1
    reasons = profile["reasons"].get(outcome)
    note = chance.choice(profile["notes"]) if outcome == "attended" else None
    answer_for_entity(session, actor, key, Answer(outcome, version, chance.choice(reasons) if reasons else None, note))
    return True
