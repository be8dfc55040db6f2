"""Referrals in words: why one was made, what was answered since, and what became of all those of a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_, format_datetime, translate_stored_message
from attention_point.foundation.language import gettext as _
from attention_point.people import merging
from attention_point.people.break_glass import grants
from attention_point.referrals import queries, rules
from attention_point.referrals.appointments import Appointment, parse_appointment
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.reasons.queries import describe_answer_reason
from attention_point.referrals.rules import DESK_SIDE, ENTITY_SIDE, WAITING_STATES, get_side_of_answer

NO_NAMES: Mapping[str, str] = MappingProxyType({})
FORWARD_CONSENT_LABELS = {
    "in-person": N_("At the window of the entity"),
    "by-telephone": N_("By telephone"),
    "child-protection": N_("It protects a child: no consent is needed"),
}
SIDE_LABELS = {ENTITY_SIDE: N_("The entity"), DESK_SIDE: N_("The attention point")}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history: which side answered, who, when, the new state, the reason, the note, the appointment.

    ``author`` is a name, empty where the reader may not learn it. ``takes_back``: the answer before was undone.
    """

    side: str
    happened_at: datetime
    state: str
    reason: str | None
    note: str | None
    appointment: Appointment | None = None
    author: str = ""
    takes_back: bool = False


def describe_reason(referral: DecryptedReferral) -> str:
    """Why the rules suggested the service, in the reader's language. It is stored as a message id with its values."""
    return translate_stored_message(*referral.record["reason"])


# What a reason asks of the agent is said to an entity as what is known; the key is the message id that is stored.
_REASONS_FOR_ENTITIES = {
    "Ask, in private, whether it happened within the last 72 hours. Until you know, health comes first.": N_(
        "It is not known whether it happened within the last 72 hours. Until then, health comes first."
    )
}


def describe_reason_to_entity(referral: DecryptedReferral) -> str:
    """Why the rules suggested the service, for the entity that serves the person."""
    message, values = referral.record["reason"]
    return translate_stored_message(_REASONS_FOR_ENTITIES.get(message, message), values)


def build_history(
    referral: DecryptedReferral, names: Mapping[str, str] = NO_NAMES, *, with_words: bool = True
) -> Sequence[HistoryEntry]:
    """The creation, which is the desk's, and every answer, oldest first.

    ``names`` are the actors whom the reader may know, by their labels. Without words what was answered is left, and
    nothing that somebody wrote, who may have named the person.
    """
    creation = HistoryEntry(_(SIDE_LABELS[DESK_SIDE]), referral.created_at, "created", None, None)
    answers = referral.record["answers"]
    if not with_words:
        answers = [{**answer, "note": None, "reason": _find_own_reason(answer)} for answer in answers]
    return [creation, *(_build_history_entry(answer, names) for answer in answers)]


def _find_own_reason(answer: Mapping[str, Any]) -> str | None:
    # That of a correction is a sentence of the program, which names nobody.
    return answer["reason"] if answer.get("by_correction") else None


def _build_history_entry(answer: Mapping[str, Any], names: Mapping[str, str]) -> HistoryEntry:
    return HistoryEntry(
        _(SIDE_LABELS[get_side_of_answer(answer)]),
        datetime.fromisoformat(answer["at"]),
        answer["state"],
        describe_answer_reason(answer),
        answer["note"],
        parse_appointment(answer),
        names.get(answer["by"], ""),
        bool(answer.get("takes_back")),
    )


def describe_forward_consent(referral: DecryptedReferral) -> str:
    """How and when the person agreed that an entity sends her on to this one; empty where none did."""
    consent = referral.record.get("consent")
    if not consent:
        return ""
    return f"{_(FORWARD_CONSENT_LABELS[consent['way']])}, {format_datetime(datetime.fromisoformat(consent['at']))}"


def list_answering_labels(referral: DecryptedReferral, side: str) -> set[str]:
    """The labels of those of one side who answered or wrote, for their names."""
    answers = (answer for answer in referral.record["answers"] if get_side_of_answer(answer) == side)
    messages = (message for message in referral.messages if message["side"] == side)
    return {entry["by"] for entry in (*answers, *messages)}


def count_days_waiting(referral: DecryptedReferral) -> int | None:
    """For how many calendar days the entity has not answered; None once it has."""
    if referral.state not in WAITING_STATES:
        return None
    # Days of the wall clock: what arrives at 23:00 has waited one day an hour later.
    return (clock.today() - clock.local_day(referral.waiting_since)).days


# An answer is news for so long.
NEWS_SPAN = timedelta(days=90)
_OVER_STATES = frozenset({"closed", "withdrawn", "expired"})


class ReferralNews(NamedTuple):
    """One referral, what the entity wrote last, and whether its need can be stated again today."""

    referral: ListedReferral
    entity_message: str
    is_repeatable: bool


@dataclass(frozen=True, slots=True)
class PersonReferrals:
    """What a person must know of today, most urgent and newest first, and what is over."""

    current: list[ReferralNews]
    earlier: list[ReferralNews]


def list_person_referrals(session: Session, actor: Actor, person_id: UUID) -> PersonReferrals:
    """What became of a person's referrals, without those that this reader may not see. The journal keeps it.

    Those of all records that were joined with the person's are among them.
    """
    every_referral = [
        referral
        for record_id in merging.list_linked(session, person_id)
        for referral in queries.list_referrals_of_person(session, record_id)
    ]
    hidden_visits = queries.list_hidden_visits(session, actor, every_referral)
    sees_confidential = grants.may_see_confidential(session, actor, person_id)
    referrals = [
        referral
        for referral in every_referral
        if referral.damaged
        or (referral.visit_id not in hidden_visits and (sees_confidential or not is_restricted(referral)))
    ]
    if every_referral:
        # The hidden ones too: one that is missing here, and stands in the table, would be known as confidential.
        listed_ids = [str(referral.id) for referral in every_referral]
        journal.record(session, actor, "referral.list", "person", person_id, found=listed_ids)
    needs_today = {service.need for service in directory_queries.list_services(session, clock.today())}
    news = [_build_news(referral, needs_today) for referral in sorted(referrals, key=_build_sort_key)]
    return PersonReferrals(
        current=[entry for entry in news if not _is_over(entry.referral)],
        earlier=[entry for entry in news if _is_over(entry.referral)],
    )


def is_restricted(referral: ListedReferral) -> bool:
    """Whether ordinary lists must not show it; nobody knows it of a damaged one."""
    return isinstance(referral, DecryptedReferral) and referral.restricted


def find_entity_message(answers: Iterable[Mapping[str, Any]]) -> str:
    """What the entity wrote last, its reason and its note; empty if it wrote nothing."""
    for answer in reversed(rules.list_standing_answers(answers)):
        message = " ".join(text for text in (describe_answer_reason(answer), answer["note"]) if text)
        if message and rules.get_side_of_answer(answer) == rules.ENTITY_SIDE:
            return message
    return ""


def _build_news(referral: ListedReferral, needs_today: set[str]) -> ReferralNews:
    if not isinstance(referral, DecryptedReferral):
        return ReferralNews(referral, "", is_repeatable=False)
    return ReferralNews(
        referral, find_entity_message(referral.record["answers"]), referral.record["need"] in needs_today
    )


def _build_sort_key(referral: ListedReferral) -> tuple[bool, bool, float]:
    is_open = referral.state in rules.OPEN_STATES
    is_urgent = is_open and isinstance(referral, DecryptedReferral) and referral.urgent
    return not is_urgent, not is_open, -referral.state_at.timestamp()


def _is_over(referral: ListedReferral) -> bool:
    if referral.state in rules.OPEN_STATES:
        return False
    return referral.state in _OVER_STATES or clock.now() - referral.state_at > NEWS_SPAN
