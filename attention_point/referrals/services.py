"""Writes of referrals: their creation with the visit, and each answer. Services never commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import PreparedStatement
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.errors import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import PersonKey
from attention_point.people.break_glass import grants
from attention_point.referrals import notices, queries, rules
from attention_point.referrals.answers import messages
from attention_point.referrals.answers.answering import (
    REASON_MAX_LENGTH,
    Answer,
    count_changes,
    prepare_answer,
    store_answer,
)
from attention_point.referrals.clocks import add_terms_of_service
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.entity_rows.entity_tags import make_tag
from attention_point.referrals.models import Referral

__all__ = [
    "REASON_MAX_LENGTH",
    "Answer",
    "ChosenService",
    "ReferralVisit",
    "answer_for_desk",
    "answer_for_entity",
    "lock_own_referral",
    "mark_messages_read_at_desk",
    "write_message_for_desk",
    "create_referrals",
    "mark_referral_seen",
    "record_person_outcome",
    "require_visible_referral",
]

_INSERT_REFERRALS = PreparedStatement(insert(Referral), Referral.__table__.columns.keys())


@dataclass(frozen=True, slots=True)
class ChosenService:
    """A service to which a person is referred: its entity, and the record that the referral seals."""

    entity: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReferralVisit:
    """The values that a referral takes from its visit."""

    id: UUID
    person_id: UUID
    key: PersonKey
    point: str
    day: date


def create_referrals(
    session: Session, visit: ReferralVisit, chosen_services: Sequence[ChosenService], now: datetime
) -> list[UUID]:
    """Create a referral for each chosen service. The visit's own journal entry and tallies cover them."""
    if not chosen_services:
        return []
    common_values = {
        "visit_id": visit.id,
        "person_id": visit.person_id,
        "point": visit.point,
        "day": visit.day,
        "state": "created",
        "created_at": now,
        "state_at": now,
        "version": 1,
    }
    # Of the moment of the referral, whose day the tag of its entity is bound to. Ids of the same millisecond are in no
    # order; sorted, a visit that is sent again lists its referrals as at first.
    milliseconds = int(now.timestamp() * 1000)
    referral_ids = sorted(build_id_at(milliseconds) for _chosen_service in chosen_services)
    rows: list[dict[str, Any]] = [
        {
            "id": referral_id,
            "entity_tag": make_tag(session, chosen_service.entity, referral_id),
            "sealed": visit.key.seal(
                queries.SEALING_PURPOSE,
                referral_id,
                add_terms_of_service(session, chosen_service.record) | {"entity": chosen_service.entity, "answers": []},
                version=1,
            ),
        }
        for referral_id, chosen_service in zip(referral_ids, chosen_services, strict=True)
    ]
    _INSERT_REFERRALS.execute_for_rows(session, common_values, rows)
    entities = [chosen_service.entity for chosen_service in chosen_services]
    notices.queue_notices(session, "new", zip(entities, referral_ids, strict=True))
    return referral_ids


def answer_for_entity(session: Session, actor: Actor, referral_id: UUID, answer: Answer) -> DecryptedReferral:
    """Save the entity's answer. The same answer sent twice is saved once.

    Raises NotFound for another entity's referral, VaultError for a damaged one, Conflict with the differences for a
    stale version, Invalid for a step that does not exist or a reason that is missing.
    """
    referral = lock_own_referral(session, actor, referral_id)
    return _apply_answer(session, actor, referral, answer, rules.ENTITY_SIDE)


def lock_own_referral(session: Session, actor: Actor, referral_id: UUID) -> DecryptedReferral:
    """A referral of the actor's entity, which nobody else writes until the transaction ends. Raises NotFound."""
    # Without an entity the query would not filter, and find the referral of any entity.
    if actor.entity is None:
        raise NotFound(_("There is no such referral."))
    referral = queries.find_referral(session, referral_id, lock=True, entity=actor.entity)
    if referral is None:
        raise NotFound(_("There is no such referral."))
    return referral


def answer_for_desk(session: Session, actor: Actor, referral_id: UUID, answer: Answer) -> DecryptedReferral:
    """Close or withdraw a referral for the desk. Raises as ``answer_for_entity``; NotFound also for a hidden one."""
    referral = require_visible_referral(session, actor, queries.find_referral(session, referral_id, lock=True))
    answered_referral = _apply_answer(session, actor, referral, answer, rules.DESK_SIDE)
    if answered_referral.state == "withdrawn" != referral.state:
        notices.queue_notice(session, "withdrawn", referral.entity, [referral.id])
    return answered_referral


def record_person_outcome(
    session: Session, actor: Actor, referral_id: UUID, outcome: str, outcomes_shown: int
) -> DecryptedReferral:
    """Note what the person says became of a referral; the state stays the entity's. The same word twice is noted once.

    ``outcomes_shown`` counts those that the page showed: it is the version of this list, so that nobody's form of an
    answer becomes stale. Raises NotFound, Invalid for an outcome that is none, VaultError, and Conflict where somebody
    else noted another one meanwhile.
    """
    referral = require_visible_referral(session, actor, queries.find_referral(session, referral_id, lock=True))
    return store_person_outcome(session, actor, referral, outcome, outcomes_shown)


def store_person_outcome(
    session: Session, actor: Actor, referral: DecryptedReferral, outcome: str, outcomes_shown: int
) -> DecryptedReferral:
    """Note it of a locked referral that the caller found for this actor. Raises as ``record_person_outcome``."""
    if outcome not in (*rules.PERSON_OUTCOMES, rules.UNSAID) or not rules.can_record_outcome(referral.state):
        message = _("This cannot be noted for this referral.")
        raise Invalid(message, (FieldError("outcome", message),))
    last_word = referral.person_outcome or {"outcome": rules.UNSAID}
    known_outcome = last_word["outcome"]
    if outcome == known_outcome:
        return referral
    if outcome == rules.UNSAID and last_word["by"] == rules.VISITOR_LABEL != actor.journal_label:
        message = _("The person said this by the code of the slip: only they can take it back. Note what they say now.")
        raise Invalid(message, (FieldError("outcome", message),))
    if outcomes_shown != len(referral.person_outcomes):
        words, language = get_code_list("person_outcomes"), current_language()
        difference = Difference(
            _("What the person says"),
            words.label_for_code(outcome, language),
            words.label_for_code(known_outcome, language),
        )
        message = _("Somebody else noted this before you. Look at it again.")
        raise Conflict(message, (difference,))
    entry: dict[str, Any] = {"at": clock.now().isoformat(), "by": actor.journal_label, "outcome": outcome}
    if last_word.get("asked_for_money"):
        entry["asked_for_money"] = True  # no later word about the attention takes this complaint away
    return store_person_outcomes(session, actor, referral, [*referral.person_outcomes, entry])


def store_person_outcomes(
    session: Session, actor: Actor, referral: DecryptedReferral, outcomes: Sequence[dict[str, Any]]
) -> DecryptedReferral:
    """Replace the list of what the person says of a locked referral, and let the counts follow."""
    record = {**referral.record, "person_outcomes": list(outcomes)}
    sealed = referral.key.seal(queries.SEALING_PURPOSE, referral.id, record, version=referral.version)
    session.execute(update(Referral).where(Referral.id == referral.id).values(sealed=sealed))
    # Not which outcome: what the person says stays sealed.
    journal.record(session, actor, "referral.outcome", "referral", referral.id)
    changed_referral = replace(referral, record=record)
    count_changes(session, [(referral, changed_referral)])
    return changed_referral


def require_visible_referral(session: Session, actor: Actor, referral: DecryptedReferral | None) -> DecryptedReferral:
    """The referral, if the actor may see it. Raises NotFound otherwise, so that hidden and missing look the same.

    Raises ReasonRequired as ``require_grant`` does.
    """
    if referral is not None:
        grants.require_grant(session, actor, referral.person_id)
    is_visible = referral is not None and (
        not referral.restricted or grants.may_see_confidential(session, actor, referral.person_id)
    )
    if referral is None or not is_visible or queries.list_hidden_visits(session, actor, [referral]):
        raise NotFound(_("There is no such referral."))
    return referral


def mark_referral_seen(session: Session, actor: Actor, referral_id: UUID) -> None:
    """Note that the entity has opened the referral, for the first time, and the messages of the point.

    That is no answer, so the version stays: the form on the page just opened is still current, and so is the form that
    the desk may have open.
    """
    referral = queries.find_referral(session, referral_id, lock=True, entity=actor.entity)
    if referral is None or referral.entity != actor.entity:
        return
    if referral.state == "created":
        referral = _save_answer(session, actor, referral, Answer("seen", referral.version), rules.ENTITY_SIDE)
    messages.mark_messages_read(session, referral, rules.ENTITY_SIDE)


def write_message_for_desk(
    session: Session, actor: Actor, referral_id: UUID, text: str, messages_shown: int
) -> DecryptedReferral:
    """Save a message of the attention point to the entity. Raises NotFound, VaultError, Invalid, Conflict."""
    referral = require_visible_referral(session, actor, queries.find_referral(session, referral_id, lock=True))
    changed_referral = messages.add_message(session, actor, referral, rules.DESK_SIDE, text, messages_shown)
    # The same message sent twice is stored, and told, once.
    if len(changed_referral.messages) > len(referral.messages):
        notices.queue_notice(session, "message", referral.entity, [referral.id])
    return changed_referral


def mark_messages_read_at_desk(session: Session, referral_id: UUID) -> None:
    """Note that the desk has opened the messages of a referral that its reader may see."""
    referral = queries.find_referral(session, referral_id, lock=True)
    if referral is not None:
        messages.mark_messages_read(session, referral, rules.DESK_SIDE)


def _apply_answer(
    session: Session, actor: Actor, referral: DecryptedReferral, answer: Answer, side: str
) -> DecryptedReferral:
    checked_answer = prepare_answer(session, actor, referral, answer, side)
    if checked_answer is None:
        return referral
    return _save_answer(session, actor, referral, checked_answer, side)


def _save_answer(
    session: Session, actor: Actor, referral: DecryptedReferral, answer: Answer, side: str
) -> DecryptedReferral:
    answered_referral = store_answer(session, actor, referral, side, answer.content, "referral.answer")
    count_changes(session, [(referral, answered_referral)])
    return answered_referral
