"""Referrals as the JSON that programs get."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.damage_notes import DAMAGED_RECORD_MESSAGE
from attention_point.foundation.language import gettext as _
from attention_point.people.claim_marks.marks import find_marks
from attention_point.portal.queries import DecryptedDisclosure
from attention_point.referrals import descriptions, rules
from attention_point.referrals.answers.messages import list_messages
from attention_point.referrals.answers.taking_back import find_answer_to_take_back
from attention_point.referrals.clocks import find_due_day, find_lateness
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral


def format_moment(moment: datetime) -> str:
    """A moment in the point's local time, in whole seconds (RFC 3339)."""
    return clock.to_local_time(moment).isoformat(timespec="seconds")


def build_damaged_item(referral: ListedReferral) -> dict[str, Any]:
    """What the row of a damaged referral says."""
    return {
        "id": str(referral.id),
        "state": referral.state,
        "version": referral.version,
        "created_at": format_moment(referral.created_at),
        "message": _(DAMAGED_RECORD_MESSAGE),
    }


def build_referral_item(disclosure: DecryptedDisclosure) -> dict[str, Any]:
    """A referral of a list."""
    referral = disclosure.referral
    return {
        "id": str(referral.id),
        "reference": disclosure.reference,
        "service": referral.service,
        "entity": referral.entity,
        "state": referral.state,
        "version": referral.version,
        "created_at": format_moment(referral.created_at),
        "urgent": referral.urgent,
        "mandatory": referral.mandatory,
        "reason": "" if disclosure.consent_ended else descriptions.describe_reason_to_entity(referral),
        "person": dict(disclosure.person),
        # There only if something is missing, so that programs made before this field read the rest as ever.
        **({"incomplete": True} if disclosure.incomplete else {}),
        **({"consent_ended": True} if disclosure.consent_ended else {}),
        **({"appointment": asdict(referral.appointment)} if referral.appointment else {}),
    }


def build_detailed_item(session: Session, disclosure: DecryptedDisclosure) -> dict[str, Any]:
    """One referral with what its page shows beside: the terms, the steps that are possible now, the messages."""
    referral, now = disclosure.referral, clock.now()
    due_day = find_due_day(referral)
    is_shown = not disclosure.consent_ended
    claims = find_marks(session, [referral.person_id]).get(referral.person_id) if is_shown else None
    return {
        **build_referral_item(disclosure),
        "due_on": due_day.isoformat() if due_day else None,
        "lateness": str(find_lateness(referral, now)),
        "next_states": [step.state for step in rules.list_next_steps(referral.state, rules.ENTITY_SIDE)],
        "can_take_back": find_answer_to_take_back(referral, now) is not None,
        "unread_messages": referral.count_unread_messages(rules.ENTITY_SIDE),
        "messages": build_message_items(referral) if is_shown else [],
        **({"claim_since": claims[0].since.isoformat()} if claims else {}),
    }


def build_message_items(referral: DecryptedReferral) -> list[dict[str, str]]:
    """The messages, oldest first. Who of a side wrote is not told to programs."""
    return [
        {"written_at": format_moment(message.written_at), "side": message.side, "text": message.text}
        for message in list_messages(referral, rules.ENTITY_SIDE, {})
    ]
