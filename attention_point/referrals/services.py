"""Writes of referrals: creation with the visit, and each answer. Never commits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.database import Prepared, new_id
from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Difference, FieldError, Invalid, NotFound
from attention_point.foundation.vault import PersonKey
from attention_point.referrals import queries, rules
from attention_point.referrals.models import Referral
from attention_point.tallies import services as tallies
from attention_point.tallies.rules import referral_cells

REASON_LENGTH = 500
UNFIT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INSERT = Prepared(
    insert(Referral),
    (
        "id",
        "visit_id",
        "person_id",
        "point",
        "day",
        "entity",
        "state",
        "created_at",
        "state_at",
        "version",
        "sealed",
    ),
)
_ADVANCE = (
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
    common = {
        "visit_id": visit.id,
        "person_id": visit.person,
        "point": visit.point,
        "day": visit.day,
        "state": "created",
        "created_at": now,
        "state_at": now,
        "version": 1,
    }
    # In order: ids made in the same millisecond are not, and a replayed visit lists its referrals as it did first.
    made = sorted(new_id() for _each in chosen)
    rows = [
        {
            "id": referral,
            "entity": each.entity,
            "sealed": visit.key.seal(queries.PURPOSE, referral, {**each.record, "answers": []}),
        }
        for referral, each in zip(made, chosen, strict=True)
    ]
    _INSERT.run_each(session, common, rows)
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a referral: the state it comes to, a reason where one is owed, a note back."""

    state: str
    version: int
    reason: str | None = None
    note: str | None = None


def answer_for_entity(session: Session, actor: Actor, referral: UUID, answer: Answer) -> queries.OpenReferral:
    """The entity's answer; the same answer sent twice is said once.

    Raises NotFound for another entity's referral, VaultError for a damaged one, Conflict with what differs for a stale
    version, Invalid for a step that does not exist or a reason that is owed.
    """
    found = queries.one(session, referral, hold=True, entity=actor.entity) if actor.entity is not None else None
    if found is None:
        raise NotFound(_("There is no such referral."))
    return _advance(session, actor, found, answer, rules.ENTITY)


def answer_for_desk(session: Session, actor: Actor, referral: UUID, answer: Answer) -> queries.OpenReferral:
    """The desk's own step: to close or to withdraw. Raises as ``answer_for_entity``; a restricted one hides too."""
    found = visible(actor, queries.one(session, referral, hold=True))
    return _advance(session, actor, found, answer, rules.DESK)


def visible(actor: Actor, found: queries.OpenReferral | None) -> queries.OpenReferral:
    """What the desk may see; raises NotFound otherwise: hidden and missing look the same."""
    if found is None or (found.restricted and not actor.may("restricted.view")):
        raise NotFound(_("There is no such referral."))
    return found


def mark_seen(session: Session, actor: Actor, referral: UUID) -> None:
    """The entity opened it for the first time.

    To have looked is no answer, so the version stays: the form on the page just opened is still current, and so is the
    one that the desk may have open meanwhile.
    """
    found = queries.one(session, referral, hold=True, entity=actor.entity)
    if found is not None and found.state == "created" and found.entity == actor.entity:
        _write(session, actor, found, Answer("seen", found.version))


def _advance(
    session: Session, actor: Actor, found: queries.OpenReferral, answer: Answer, side: str
) -> queries.OpenReferral:
    answer = replace(answer, reason=_tidy(answer.reason), note=_tidy(answer.note))
    if _said_before(actor, found, answer):
        return found
    if answer.version != found.version:
        raise _conflict(found, answer)
    step = rules.step_to(found.state, answer.state, side)
    if step is None:
        sentence = _("This answer is not possible now.") if answer.state else _("Choose an answer.")
        raise Invalid(sentence, (FieldError("state", sentence),))
    errors = tuple(_complaints(found, answer, step))
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    return _write(session, actor, found, answer)


def _said_before(actor: Actor, found: queries.OpenReferral, answer: Answer) -> bool:
    """Whether this very answer is the last one already: its reply was lost, and it was sent again."""
    last = found.record["answers"][-1] if found.record["answers"] else {}
    said = {"by": actor.label, "state": answer.state, "reason": answer.reason, "note": answer.note}
    return answer.version == found.version - 1 and said.items() <= last.items()


def _complaints(found: queries.OpenReferral, answer: Answer, step: rules.Step) -> Iterator[FieldError]:
    if not answer.reason and rules.reason_owed(step, found.state, mandatory=found.mandatory):
        yield FieldError("reason", _("Say the reason."))
    for name, text in (("reason", answer.reason or ""), ("note", answer.note or "")):
        if len(text) > REASON_LENGTH:
            yield FieldError(name, _("At most %(max_length)s characters.", max_length=REASON_LENGTH))
        if not texts.is_fit(text, lines=True):
            yield FieldError(name, _(texts.UNFIT))


def _tidy(text: str | None) -> str | None:
    return texts.normalise(text or "") or None


def _write(session: Session, actor: Actor, found: queries.OpenReferral, answer: Answer) -> queries.OpenReferral:
    """Add what was said. The row is held since it was read, so nobody's answer is lost in between."""
    now = clock.now()
    said = {
        "at": now.isoformat(),
        "by": actor.label,
        "state": answer.state,
        "reason": answer.reason,
        "note": answer.note,
    }
    record = {**found.record, "answers": [*found.record["answers"], said]}
    version = found.version if answer.state == "seen" else found.version + 1
    session.execute(
        _ADVANCE,
        {
            "referral": found.id,
            "new_version": version,
            "new_state": answer.state,
            "new_time": now,
            "new_sealed": found.key.seal(queries.PURPOSE, found.id, record),
        },
    )
    journal.record(session, actor, "referral.answer", "referral", found.id, state=answer.state, before=found.state)
    after = replace(found, state=answer.state, state_at=now, version=version, record=record)
    tallies.move(session, referral_cells(found.facts), referral_cells(after.facts))
    return after


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
