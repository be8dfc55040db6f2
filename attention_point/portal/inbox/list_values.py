"""What every page needs that shows rows of an entity's referrals and lets them be answered."""

from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.people import records as people_records
from attention_point.portal.inbox.forms import FindForm
from attention_point.referrals import rules
from attention_point.referrals.answers.taking_back import find_answer_to_take_back
from attention_point.referrals.clocks import find_due_day
from attention_point.referrals.descriptions import count_days_waiting
from attention_point.referrals.queries import DecryptedReferral, ListedReferral
from attention_point.referrals.reasons.queries import list_reason_choices


def build_list_values(session: Session, entity: str) -> dict[str, Any]:
    """What every page needs that shows rows of referrals and may answer them."""
    return {
        "services": directory_queries.get_services_by_code(session),
        "days_waiting": count_days_waiting,
        "full_name": people_records.format_full_name,
        "is_late": is_late,
        "can_answer": can_answer,
        "reasons": list_reason_choices(session, entity),
        "find_form": FindForm(formdata=None),
        "can_undo": can_take_back,
    }


def name_endpoint(*, restricted: bool) -> str:
    """The endpoint of the ordinary list, or of the restricted one."""
    return "portal.show_restricted_inbox" if restricted else "portal.show_inbox"


def is_late(referral: ListedReferral) -> bool:
    """Whether the entity owed an answer, or an outcome, by an earlier day."""
    due_on = find_due_day(referral)
    return due_on is not None and due_on < clock.today()


def can_answer(referral: ListedReferral) -> bool:
    """Whether the entity can answer it from the list."""
    return (
        isinstance(referral, DecryptedReferral)
        and referral.state in rules.OPEN_STATES
        and not (referral.visit_annulled_on or referral.forwarded_to)
    )


def can_take_back(referral: ListedReferral) -> bool:
    """Whether the entity may still undo its last answer."""
    return isinstance(referral, DecryptedReferral) and find_answer_to_take_back(referral, clock.now()) is not None
