"""What every page needs that shows rows of an entity's referrals and lets them be answered."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import current_language
from attention_point.people import records as people_records
from attention_point.portal.inbox.forms import FindForm
from attention_point.portal.queries import ReferralDisclosure
from attention_point.referrals import rules
from attention_point.referrals.answers.taking_back import find_answer_to_take_back
from attention_point.referrals.clocks import find_due_day
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.reasons.queries import list_reason_choices

_NO_ID = UUID(int=0)


class Row(NamedTuple):
    """A referral as the list shows it. ``service`` and ``name`` are words; of a damaged one only its row is known."""

    id: UUID
    version: int
    url: str
    reference: str
    name: str
    age: int | None
    service: str
    state: str
    is_urgent: bool
    is_mandatory: bool
    is_late: bool
    can_answer: bool
    unread_messages: int
    came_at: datetime
    appointment: str
    visit_annulled_on: date | None
    incomplete: bool
    consent_ended: bool
    damaged: bool


def build_rows(session: Session, disclosures: Iterable[ReferralDisclosure]) -> list[Row]:
    """The rows of a list. They are made here and not in the template, in which fifty would take three times as long."""
    services, language = directory_queries.get_services_by_code(session), current_language()
    names = {code: service.name[language] for code, service in services.items()}
    address = url_for("portal.show_referral", referral=_NO_ID)
    return [
        _build_row(disclosure, address.replace(str(_NO_ID), str(disclosure.referral.id)), names)
        for disclosure in disclosures
    ]


def _build_row(disclosure: ReferralDisclosure, url: str, names: Mapping[str, str]) -> Row:
    referral, person = disclosure.referral, disclosure.person
    decrypted = referral if isinstance(referral, DecryptedReferral) else None
    appointment = decrypted.appointment if decrypted else None
    return Row(
        id=referral.id,
        version=referral.version,
        url=url,
        reference=disclosure.reference,
        name=people_records.format_full_name(person),
        age=person.get("age"),
        service=names.get(decrypted.service, decrypted.service) if decrypted else "",
        state=referral.state,
        is_urgent=bool(decrypted and decrypted.urgent),
        is_mandatory=bool(decrypted and decrypted.mandatory),
        is_late=is_late(referral),
        can_answer=can_answer(referral),
        unread_messages=decrypted.count_unread_messages(rules.ENTITY_SIDE) if decrypted else 0,
        came_at=decrypted.waiting_since if decrypted else referral.created_at,
        appointment=appointment.description if appointment else "",
        visit_annulled_on=decrypted.visit_annulled_on if decrypted else None,
        incomplete=disclosure.incomplete,
        consent_ended=disclosure.consent_ended,
        damaged=referral.damaged,
    )


def build_list_values(session: Session, entity: str) -> dict[str, Any]:
    """What every page needs that shows rows of referrals and may answer them."""
    return {
        "services": directory_queries.get_services_by_code(session),
        "full_name": people_records.format_full_name,
        "is_late": is_late,
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
