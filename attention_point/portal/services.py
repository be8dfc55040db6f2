"""What an entity writes of its referrals beside one answer: several at once, taking back, forwarding, messages."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.people import merging
from attention_point.portal.queries import is_consent_ended, require_own_entity
from attention_point.referrals import queries, rules
from attention_point.referrals.answers import messages, taking_back
from attention_point.referrals.answers.answering import Answer, count_changes, prepare_answer, store_answer
from attention_point.referrals.answers.forwarding import (
    Forwarding,
    build_forwarded_record,
    check_forwarding,
    close_as_forwarded,
)
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.services import ChosenService, ReferralVisit, create_referrals, lock_own_referral


def answer_several(
    session: Session, actor: Actor, versions: Mapping[UUID, int], answer: Answer
) -> tuple[list[UUID], list[UUID]]:
    """Give one answer to several referrals of the entity, each with the version that its reader saw.

    Returns the ids of those answered, and of those that were not: another answer came first, or the step does not exist
    any more. Raises Invalid where the answer itself lacks something, so that nothing is saved.
    """
    return _change_several(
        session,
        actor,
        versions,
        lambda referral, version: _prepare_and_store(session, actor, referral, replace(answer, version=version)),
    )


def take_back_answers(session: Session, actor: Actor, versions: Mapping[UUID, int]) -> tuple[list[UUID], list[UUID]]:
    """Take back the entity's last answers, each to the version that it made. Returns as ``answer_several``."""
    return _change_several(
        session,
        actor,
        versions,
        lambda referral, version: taking_back.take_back_answer(session, actor, referral, version),
    )


def _prepare_and_store(
    session: Session, actor: Actor, referral: DecryptedReferral, answer: Answer
) -> DecryptedReferral | None:
    checked_answer = prepare_answer(session, actor, referral, answer, rules.ENTITY_SIDE)
    if checked_answer is None:
        return None
    return store_answer(session, actor, referral, rules.ENTITY_SIDE, checked_answer.content, "referral.answer")


def _change_several(
    session: Session,
    actor: Actor,
    versions: Mapping[UUID, int],
    change: Callable[[DecryptedReferral, int], DecryptedReferral | None],
) -> tuple[list[UUID], list[UUID]]:
    # All rows are locked before the journal is: whoever answers one of them holds its row and waits for the journal.
    entity, locked_referrals = require_own_entity(actor), queries.lock_referrals(session, sorted(versions))
    referrals = [r for r in locked_referrals if isinstance(r, DecryptedReferral) and r.entity == entity]
    changes: list[tuple[DecryptedReferral, DecryptedReferral]] = []
    changed_ids: list[UUID] = []
    for referral in referrals:
        try:
            changed_referral = change(referral, versions[referral.id])
        except Conflict:
            continue
        except Invalid as error:
            if any(entry.field != "state" for entry in error.field_errors):
                raise  # what this answer lacks it lacks for each of them
            continue
        changed_ids.append(referral.id)
        if changed_referral is not None:
            changes.append((referral, changed_referral))
    # Once for all: the rows of the counts are those that everybody writes, and are locked for a moment only.
    count_changes(session, changes)
    return changed_ids, [referral for referral in versions if referral not in changed_ids]


def forward_referral(session: Session, actor: Actor, referral_id: UUID, forwarding: Forwarding) -> DecryptedReferral:
    """Send a person on to another entity with their consent: the old referral is closed, a new one made.

    Returns the old one. Raises NotFound, VaultError, Conflict where the consent was taken back, and as
    ``forwarding.check_forwarding``.
    """
    _lock_visit_and_person(session, actor, referral_id)
    referral = lock_own_referral(session, actor, referral_id)
    if is_consent_ended(session, referral):
        raise Conflict(_("The person does not allow you to use these data any more: they go to nobody else."))
    check_forwarding(session, referral, forwarding)
    record = build_forwarded_record(session, actor, referral, forwarding)
    visit = ReferralVisit(referral.visit_id, referral.person_id, referral.key, referral.point, referral.day)
    [new_referral_id] = create_referrals(session, visit, [ChosenService(forwarding.entity, record)], clock.now())
    closed_referral = close_as_forwarded(session, actor, referral, new_referral_id)
    journal.record(session, actor, "referral.forward", "referral", new_referral_id)
    new_referral = queries.find_referral(session, new_referral_id)
    count_changes(session, [(referral, closed_referral)], [new_referral] if new_referral else [])
    return closed_referral


def _lock_visit_and_person(session: Session, actor: Actor, referral_id: UUID) -> None:
    # Whoever annuls the visit, takes a consent back or erases the person has locked these, and ends the referrals that
    # there are by then: one that is made meanwhile would stay open.
    referral = queries.find_referral(session, referral_id, entity=actor.entity or "")
    if referral is not None:
        lock_for_transaction(session, referral.visit_id)
        merging.lock_linked(session, [referral.person_id])


def write_message_for_entity(
    session: Session, actor: Actor, referral_id: UUID, text: str, messages_shown: int
) -> DecryptedReferral:
    """Save a message of the entity to the attention point. Raises NotFound, VaultError, Invalid, Conflict."""
    referral = lock_own_referral(session, actor, referral_id)
    return messages.add_message(session, actor, referral, rules.ENTITY_SIDE, text, messages_shown)
