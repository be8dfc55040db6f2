"""Writes of referrals: their creation with the visit, and each answer. Services never commit."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import PreparedStatement, new_id
from attention_point.foundation.errors import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import PersonKey
from attention_point.referrals import notices, queries, rules
from attention_point.referrals.appointments import Appointment, check_appointment, parse_appointment
from attention_point.referrals.models import Referral
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import build_referral_cells

# Characters; the fields of the form have the same limit.
REASON_MAX_LENGTH = 500
_INSERT_REFERRALS = PreparedStatement(insert(Referral), Referral.__table__.columns.keys())
_UPDATE_STATE = (
    update(Referral)
    .where(Referral.id == bindparam("referral"))
    .values(
        state=bindparam("new_state"),
        state_at=bindparam("new_time"),
        sealed=bindparam("new_sealed"),
        version=bindparam("new_version"),
    )
)


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
    # Ids of the same millisecond are in no order; sorted, a visit that is sent again lists its referrals as at first.
    referral_ids = sorted(new_id() for _chosen_service in chosen_services)
    rows = [
        {
            "id": referral_id,
            "entity": chosen_service.entity,
            "sealed": visit.key.seal(queries.SEALING_PURPOSE, referral_id, {**chosen_service.record, "answers": []}),
        }
        for referral_id, chosen_service in zip(referral_ids, chosen_services, strict=True)
    ]
    _INSERT_REFERRALS.execute_for_rows(session, common_values, rows)
    entities = [chosen_service.entity for chosen_service in chosen_services]
    notices.queue_notices(session, "new", zip(entities, referral_ids, strict=True))
    return referral_ids


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a referral: its new state, a reason if the step requires one, a note to the other side.

    An acceptance may come with an appointment.
    """

    state: str
    version: int
    reason: str | None = None
    note: str | None = None
    appointment: Appointment | None = None

    @property
    def content(self) -> dict[str, Any]:
        """The answer as it is stored with its moment and its author."""
        content: dict[str, Any] = {"state": self.state, "reason": self.reason, "note": self.note}
        if self.appointment:
            content["appointment"] = asdict(self.appointment)
        return content


def answer_for_entity(session: Session, actor: Actor, referral_id: UUID, answer: Answer) -> queries.DecryptedReferral:
    """Save the entity's answer. The same answer sent twice is saved once.

    Raises NotFound for another entity's referral, VaultError for a damaged one, Conflict with the differences for a
    stale version, Invalid for a step that does not exist or a reason that is missing.
    """
    # Without an entity the query would not filter, and find the referral of any entity.
    if actor.entity is None:
        raise NotFound(_("There is no such referral."))
    referral = queries.find_referral(session, referral_id, lock=True, entity=actor.entity)
    if referral is None:
        raise NotFound(_("There is no such referral."))
    return _apply_answer(session, actor, referral, answer, rules.ENTITY_SIDE)


def answer_for_desk(session: Session, actor: Actor, referral_id: UUID, answer: Answer) -> queries.DecryptedReferral:
    """Close or withdraw a referral for the desk. Raises as ``answer_for_entity``; NotFound also for a hidden one."""
    referral = require_visible_referral(actor, queries.find_referral(session, referral_id, lock=True))
    answered_referral = _apply_answer(session, actor, referral, answer, rules.DESK_SIDE)
    if answered_referral.state == "withdrawn" != referral.state:
        notices.queue_notice(session, "withdrawn", referral.entity, [referral.id])
    return answered_referral


def record_person_outcome(
    session: Session, actor: Actor, referral_id: UUID, outcome: str, outcomes_shown: int
) -> queries.DecryptedReferral:
    """Note what the person says became of a referral; the state stays the entity's. The same word twice is noted once.

    ``outcomes_shown`` counts those that the page showed: it is the version of this list, so that nobody's form of an
    answer becomes stale. Raises NotFound, Invalid for an outcome that is none, VaultError, and Conflict where somebody
    else noted another one meanwhile.
    """
    referral = require_visible_referral(actor, queries.find_referral(session, referral_id, lock=True))
    if outcome not in (*rules.PERSON_OUTCOMES, rules.UNSAID) or not rules.can_record_outcome(referral.state):
        message = _("This cannot be noted for this referral.")
        raise Invalid(message, (FieldError("outcome", message),))
    known_outcome = referral.person_outcome["outcome"] if referral.person_outcome else rules.UNSAID
    if outcome == known_outcome:
        return referral
    if outcomes_shown != len(referral.person_outcomes):
        words, language = get_code_list("person_outcomes"), current_language()
        difference = Difference(
            _("What the person says"),
            words.label_for_code(outcome, language),
            words.label_for_code(known_outcome, language),
        )
        message = _("Somebody else noted this before you. Look at it again.")
        raise Conflict(message, (difference,))
    entry = {"at": clock.now().isoformat(), "by": actor.journal_label, "outcome": outcome}
    record = {**referral.record, "person_outcomes": [*referral.person_outcomes, entry]}
    sealed = referral.key.seal(queries.SEALING_PURPOSE, referral.id, record)
    session.execute(update(Referral).where(Referral.id == referral.id).values(sealed=sealed))
    # Not which outcome: what the person says stays sealed.
    journal.record(session, actor, "referral.outcome", "referral", referral.id)
    return replace(referral, record=record)


def require_visible_referral(actor: Actor, referral: queries.DecryptedReferral | None) -> queries.DecryptedReferral:
    """The referral, if the actor may see it. Raises NotFound otherwise, so that hidden and missing look the same."""
    if referral is None or (referral.restricted and not actor.may("restricted.view")):
        raise NotFound(_("There is no such referral."))
    return referral


def mark_referral_seen(session: Session, actor: Actor, referral_id: UUID) -> None:
    """Note that the entity has opened the referral for the first time.

    That is no answer, so the version stays: the form on the page just opened is still current, and so is the form that
    the desk may have open.
    """
    referral = queries.find_referral(session, referral_id, lock=True, entity=actor.entity)
    if referral is not None and referral.state == "created" and referral.entity == actor.entity:
        _save_answer(session, actor, referral, Answer("seen", referral.version))


def _apply_answer(
    session: Session, actor: Actor, referral: queries.DecryptedReferral, answer: Answer, side: str
) -> queries.DecryptedReferral:
    answer = _normalise_answer(answer)
    # Before the versions are compared: an answer that is sent again is stale by its own first arrival.
    if _is_repeated_answer(actor, referral, answer):
        return referral
    if answer.version != referral.version:
        raise _build_conflict(referral, answer)
    if referral.visit_annulled_on:
        raise Conflict(_("The attention point annulled this visit: nothing more can be answered."), code="void")
    step = rules.find_step(referral.state, answer.state, side)
    if step is None:
        message = _("This answer is not possible now.") if answer.state else _("Choose an answer.")
        raise Invalid(message, (FieldError("state", message),))
    errors = tuple(_check_answer(referral, answer, step))
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    return _save_answer(session, actor, referral, answer)


def _is_repeated_answer(actor: Actor, referral: queries.DecryptedReferral, answer: Answer) -> bool:
    """Whether this answer is stored as the last one already: the network lost its reply, and it was sent again."""
    last_answer = referral.record["answers"][-1] if referral.record["answers"] else {}
    answer_content = {"at": last_answer.get("at"), "by": actor.journal_label, **answer.content}
    return answer.version == referral.version - 1 and answer_content == last_answer


def _check_answer(referral: queries.DecryptedReferral, answer: Answer, step: rules.Step) -> Iterator[FieldError]:
    if not answer.reason and rules.is_reason_required(step, referral.state, mandatory=referral.mandatory):
        yield FieldError("reason", _("Write the reason."))
    for name, text in (("reason", answer.reason or ""), ("note", answer.note or "")):
        if len(text) > REASON_MAX_LENGTH:
            yield FieldError(name, _("At most %(max_length)s characters.", max_length=REASON_MAX_LENGTH))
        if not texts.is_fit_text(text, lines=True):
            yield FieldError(name, _(texts.UNFIT_CHARACTERS))
    if answer.appointment:
        yield from check_appointment(answer.appointment, answer.state)
    elif answer.state == referral.state:
        yield FieldError("appointment", _("It is accepted already. Write the new appointment."))


def _normalise_answer(answer: Answer) -> Answer:
    appointment = answer.appointment
    if appointment:
        appointment = replace(
            appointment, place=_normalise_text(appointment.place), bring=_normalise_text(appointment.bring)
        )
    return replace(
        answer, reason=_normalise_text(answer.reason), note=_normalise_text(answer.note), appointment=appointment
    )


def _normalise_text(text: str | None) -> str | None:
    return texts.normalise_text(text or "") or None


def _save_answer(
    session: Session, actor: Actor, referral: queries.DecryptedReferral, answer: Answer
) -> queries.DecryptedReferral:
    """Store the answer. The row has been locked since it was read, so no other answer is lost."""
    now = clock.now()
    answer_record = {"at": now.isoformat(), "by": actor.journal_label, **answer.content}
    record = {**referral.record, "answers": [*referral.record["answers"], answer_record]}
    # To open a referral is no answer, so it makes nobody's form stale.
    version = referral.version if answer.state == "seen" else referral.version + 1
    session.execute(
        _UPDATE_STATE,
        {
            "referral": referral.id,
            "new_version": version,
            "new_state": answer.state,
            "new_time": now,
            "new_sealed": referral.key.seal(queries.SEALING_PURPOSE, referral.id, record),
        },
    )
    journal.record(
        session, actor, "referral.answer", "referral", referral.id, state=answer.state, before=referral.state
    )
    updated_referral = replace(referral, state=answer.state, state_at=now, version=version, record=record)
    # In this transaction: the counts and the rows never disagree.
    if referral.is_counted:
        tally_services.update_tallies(
            session, build_referral_cells(referral.facts), build_referral_cells(updated_referral.facts)
        )
    return updated_referral


def _build_conflict(referral: queries.DecryptedReferral, answer: Answer) -> Conflict:
    last_answer = referral.record["answers"][-1] if referral.record["answers"] else {}
    states, language = get_code_list("referral_states"), current_language()
    your_state, their_state = (states.label_for_code(state, language) for state in (answer.state, referral.state))
    differences = (
        Difference(_("State"), your_state, their_state),
        Difference(_("Reason"), answer.reason or "", last_answer.get("reason") or ""),
        Difference(_("Note"), answer.note or "", last_answer.get("note") or ""),
        Difference(
            _("Appointment"),
            _describe_or_blank(answer.appointment),
            _describe_or_blank(parse_appointment(last_answer)),
        ),
    )
    return Conflict(
        _("Somebody else answered this referral before you. Your answer was not saved."),
        tuple(difference for difference in differences if difference.yours != difference.theirs),
    )


def _describe_or_blank(appointment: Appointment | None) -> str:
    try:
        return appointment.description if appointment else ""
    except (ValueError, OverflowError):  # of a late answer nothing was checked yet
        return appointment.moment if appointment else ""
