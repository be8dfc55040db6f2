"""An answer that was given by mistake is taken back within a day: what stood before stands again."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.referrals import rules
from attention_point.referrals.answers.answering import Answer, build_conflict, require_standing_visit, store_answer
from attention_point.referrals.decrypted_referrals import DecryptedReferral


def find_answer_to_take_back(referral: DecryptedReferral, now: datetime) -> dict[str, Any] | None:
    """The entity's last answer, while it is the last that was said and not older than a day; else None."""
    answers = rules.list_standing_answers(referral.record["answers"])
    if not answers or referral.visit_annulled_on:
        return None
    last_answer = answers[-1]
    is_answer = last_answer["state"] in rules.ANSWER_STATES
    is_own = rules.get_side_of_answer(last_answer) == rules.ENTITY_SIDE
    is_recent = now - datetime.fromisoformat(last_answer["at"]) <= rules.TAKE_BACK_SPAN
    # Whatever else happened since, an expiry say, is not undone with it.
    is_in_force = last_answer["state"] == referral.state
    return dict(last_answer) if is_answer and is_own and is_recent and is_in_force else None


def take_back_answer(
    session: Session, actor: Actor, referral: DecryptedReferral, version: int
) -> DecryptedReferral | None:
    """Take the entity's last answer back; None if this actor did so already, and it was sent again.

    The row is locked. The caller counts the change. Raises Conflict for a stale version, Invalid where there is no
    answer that can be taken back.
    """
    last_entry = referral.record["answers"][-1] if referral.record["answers"] else {}
    is_repeated = last_entry.get("takes_back") and last_entry["by"] == actor.journal_label
    if is_repeated and version == referral.version - 1:
        return None
    if version != referral.version:
        raise build_conflict(referral, Answer(referral.state, version))
    require_standing_visit(referral)
    if find_answer_to_take_back(referral, clock.now()) is None:
        message = _("This answer can no longer be undone. Reopen the referral instead, and write why.")
        raise Invalid(message, (FieldError("state", message),))
    earlier_answers = rules.list_standing_answers(referral.record["answers"])[:-1]
    # Whoever answered has read it, though nobody opened its page.
    state = earlier_answers[-1]["state"] if earlier_answers else "seen"
    content = {"state": state, "reason": None, "note": None, "takes_back": True}
    return store_answer(session, actor, referral, rules.ENTITY_SIDE, content, "referral.take_back")
