"""Writes of referrals: creation with the visit, and each answer. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.database import new_id
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.vault import PersonKey
from attention_point.referrals import queries, rules
from attention_point.referrals.models import Referral
from attention_point.tallies import services as tallies
from attention_point.tallies.rules import ReferralFacts, referral_cells

REASON_LENGTH = 500
_INSERT = insert(Referral.__table__)
_ADVANCE = (
    update(Referral.__table__)
    .where(Referral.id == bindparam("referral"), Referral.version == bindparam("seen_version"))
    .values(
        state=bindparam("new_state"),
        state_at=bindparam("new_time"),
        sealed=bindparam("new_sealed"),
        version=Referral.version + 1,
    )
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A service to refer to: what stands sealed in the referral, and the entity in clear."""

    entity: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a referral takes over from its visit."""

    id: UUID
    person: UUID
    key: PersonKey
    point: str
    day: date


def create(session: Session, visit: Visit, chosen: Sequence[Chosen], now: datetime) -> list[UUID]:
    """One referral a chosen service; the visit's own journal entry and tallies cover them."""
    if not chosen:
        return []
    rows = []
    for each in chosen:
        referral = new_id()
        rows.append(
            {
                "id": referral,
                "visit_id": visit.id,
                "person_id": visit.person,
                "point": visit.point,
                "day": visit.day,
                "entity": each.entity,
                "state": "created",
                "created_at": now,
                "state_at": now,
                "version": 1,
                "sealed": visit.key.seal(queries.PURPOSE, referral, {**each.record, "answers": []}),
            }
        )
    session.connection().execute(_INSERT, rows)
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a referral: the state it comes to, a reason where one is owed, a note back."""

    state: str
    version: int
    reason: str | None = None
    note: str | None = None


def answer_for_entity(session: Session, actor: Actor, referral: UUID, answer: Answer) -> queries.OpenReferral:
    """The entity's answer. Another entity's referral is NotFound; a stale version is Conflict, with what differs."""
    found = queries.one(session, referral)
    if found is None or actor.entity is None or found.entity != actor.entity:
        raise NotFound(_("There is no such referral."))
    return _advance(session, actor, found, answer, rules.ENTITY)


def answer_for_desk(session: Session, actor: Actor, referral: UUID, answer: Answer) -> queries.OpenReferral:
    """The desk's own step: to close or to withdraw. A restricted referral needs the permission to see it."""
    found = queries.one(session, referral)
    if found is None or (found.restricted and not actor.may("restricted.view")):
        raise NotFound(_("There is no such referral."))
    return _advance(session, actor, found, answer, rules.DESK)


def mark_seen(session: Session, actor: Actor, referral: UUID) -> None:
    """The entity opened it for the first time."""
    found = queries.one(session, referral)
    if found is not None and found.state == "created" and found.entity == actor.entity:
        _write(session, actor, found, "seen", None, None)


def _advance(
    session: Session, actor: Actor, found: queries.OpenReferral, answer: Answer, side: str
) -> queries.OpenReferral:
    if answer.version != found.version:
        raise _conflict(found, answer)
    step = rules.step_to(found.state, answer.state, side)
    if step is None:
        raise Invalid(
            _("This answer is not possible now."), (FieldError("state", _("This answer is not possible now.")),)
        )
    reason, note = (answer.reason or "").strip(), (answer.note or "").strip()
    errors = []
    if not reason and rules.reason_owed(step, found.state, mandatory=found.mandatory):
        errors.append(FieldError("reason", _("Say the reason.")))
    for name, text in (("reason", reason), ("note", note)):
        if len(text) > REASON_LENGTH:
            errors.append(FieldError(name, _("At most %(max_length)s characters.", max_length=REASON_LENGTH)))
        if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in text):
            errors.append(FieldError(name, _("This text contains characters that cannot be written.")))
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    _write(session, actor, found, step.state, reason or None, note or None)
    changed = queries.one(session, found.id)
    if changed is None:
        raise NotFound(_("There is no such referral."))
    return changed


def _write(
    session: Session, actor: Actor, found: queries.OpenReferral, state: str, reason: str | None, note: str | None
) -> None:
    now = clock.now()
    said = {"at": now.isoformat(), "by": actor.label, "state": state, "reason": reason, "note": note}
    record = {**found.record, "answers": [*found.record["answers"], said]}
    changed = session.execute(
        _ADVANCE,
        {
            "referral": found.id,
            "seen_version": found.version,
            "new_state": state,
            "new_time": now,
            "new_sealed": found.key.seal(queries.PURPOSE, found.id, record),
        },
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("Somebody answered at the same moment. Reload the page."))
    journal.record(session, actor, "referral.answer", "referral", found.id, state=state, before=found.state)
    before = ReferralFacts(found.point, found.day, found.entity, found.service, found.state)
    after = ReferralFacts(found.point, found.day, found.entity, found.service, state)
    tallies.move(session, referral_cells(before), referral_cells(after))


def _conflict(found: queries.OpenReferral, answer: Answer) -> Conflict:
    last = found.record["answers"][-1] if found.record["answers"] else {}
    states = codelist("referral_states")
    pairs = (
        (_("State"), states.label(answer.state, current()), states.label(found.state, current())),
        (_("Reason"), answer.reason or "", last.get("reason") or ""),
        (_("Note"), answer.note or "", last.get("note") or ""),
    )
    differences = tuple(Difference(label, yours, theirs) for label, yours, theirs in pairs if yours != theirs)
    return Conflict(_("Somebody else answered this referral before you. Your answer was not saved."), differences)
