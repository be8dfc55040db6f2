"""The one door: ``record_visit``. Everything of a visit in the caller's transaction, or nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Prepared, dialect_of, one
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict
from attention_point.foundation.vault import vault_of
from attention_point.intake import counting, queries
from attention_point.intake.draft import VisitDraft
from attention_point.intake.models import Visit, VisitCounter
from attention_point.intake.planning import Plan, plan_visit
from attention_point.people import services as people
from attention_point.referrals import services as referrals
from attention_point.tallies import services as tallies

# Base32 without O and I, with 8 and 9: it has neither 0 nor 1, so that nothing is mistaken. A letter a random byte:
# 256 is a multiple of 32, so each letter is as likely as any other.
_LETTERS = b"ABCDEFGH9JKLMN8PQRSTUVWXYZ234567" * 8
_INSERT = Prepared(
    insert(Visit),
    (
        "id",
        "person_id",
        "point",
        "day",
        "attended_at",
        "received_at",
        "actor",
        "channel",
        "reference",
        "code",
        "fingerprint",
        "sealed",
    ),
)
_KNOWN = Prepared(select(Visit.fingerprint).where(Visit.id == bindparam("visit")))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the one who recorded gets: the stored answer, and whether this call stored it."""

    answer: Mapping[str, Any]
    first: bool


def record_visit(session: Session, actor: Actor, draft: VisitDraft, channel: str = "api") -> Receipt:
    """Record one visit: person, visit, referrals, journal entry and tallies.

    The same draft again gives the same answer and stores nothing. Raises Conflict for another draft under the same id,
    Invalid for codes that do not exist, for a mandatory path declined without a reason, NotFound for an unknown person.
    """
    vault = vault_of(session)
    said = draft.model_dump(mode="json", exclude_none=True)
    fingerprint = vault.fingerprint("visit-draft", to_json(said))
    serialise(session, draft.id)
    known = one(_KNOWN.run(session, {"visit": draft.id}))
    if known is not None:
        return _again(session, bytes(known) == fingerprint, draft.id)
    plan = plan_visit(session, draft)
    given = _given(draft, said["person"], plan)
    now = clock.now()
    chosen, new = draft.person.id, bool(draft.person.new)
    received = people.receive(session, people.Statement(given, draft.id, actor.label, now, chosen, new))
    day = tallies.counting_day(session, draft.day)
    before = [] if received.new else queries.counted_in_month(session, received, day)
    facts = counting.facts_of(draft, received, day, before)
    wanted = [referrals.Chosen(each.entity, each.sealed()) for each in plan.chosen]
    reference = _reference(session, plan.prefix, draft)
    visit = referrals.Visit(draft.id, received.id, received.key, draft.point, day)
    record = _record(said, plan, received, facts)
    _insert_visit(session, actor, visit, record, draft, reference, fingerprint, channel, now)
    made = referrals.create(session, visit, wanted, now)
    journal.record(
        session, actor, "visit.record", "visit", draft.id, person=received.id, new=received.new, referrals=len(made)
    )
    tallies.add(session, counting.cells(facts, plan.chosen))
    return Receipt(queries.answer(draft.id, reference, now, record, list(zip(made, plan.chosen, strict=True))), True)


CHOICE = {"id", "new"}
NAMING = {"given_names", "surname_1", "surname_2", "documents", "phone"}


def _given(draft: VisitDraft, said: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """What is kept of the person. Who refuses to be put on file is received without a name (Ley 1581 de 2012, art. 9),
    unless a mandatory path protects a child (art. 7: the child's best interest)."""
    protected = any(each.mandatory for each in plan.chosen)
    left_out = CHOICE | (NAMING if draft.refuses_to_be_on_file and not protected else set())
    return {name: value for name, value in said.items() if name not in left_out}


def _code() -> str:
    """An opaque code for the slip, 80 random bits that can be read out."""
    return secrets.token_bytes(16).translate(_LETTERS).decode()


def _again(session: Session, same: bool, visit: UUID) -> Receipt:
    if not same:
        raise Conflict(_("Another visit was recorded under this identifier."), code="id_taken")
    return Receipt(queries.stored_answer(session, visit), False)


def _record(said: dict[str, Any], plan: Plan, received: people.Received, facts: counting.VisitFacts) -> dict[str, Any]:
    """What stands sealed in the visit: what was said, what was suggested, and how it was counted."""
    warnings = list(plan.warnings)
    if received.duplicates:
        warnings.append(("person.documents", SAME_DOCUMENT, {}))
    return {
        **{name: value for name, value in said.items() if name not in BESIDE},
        "restricted": plan.restricted,
        "suggestions": [each.sealed() for each in plan.suggestions],
        "warnings": warnings,
        "counted": counting.sealed(facts),
    }


BESIDE = {"id", "point", "person", "attended_at"}  # kept in the row itself, or with the person
SAME_DOCUMENT = N_("Somebody else is on file with the same document. Both are kept apart until a person decides.")


def _insert_visit(
    session: Session,
    actor: Actor,
    visit: referrals.Visit,
    record: Mapping[str, Any],
    draft: VisitDraft,
    reference: str,
    fingerprint: bytes,
    channel: str,
    now: datetime,
) -> None:
    _INSERT.run(
        session,
        {
            "id": visit.id,
            "person_id": visit.person,
            "point": visit.point,
            "day": visit.day,
            "attended_at": draft.attended_at,
            "received_at": now,
            "actor": actor.label,
            "channel": channel,
            "reference": reference,
            "code": _code(),
            "fingerprint": fingerprint,
            "sealed": visit.key.seal(queries.PURPOSE, visit.id, dict(record)),
        },
    )


def _counter(upsert: Any) -> Prepared:
    counted = upsert(VisitCounter).on_conflict_do_update(
        index_elements=["point", "year"], set_={"last": VisitCounter.last + 1}
    )
    return Prepared(counted.returning(VisitCounter.last), ("point", "year", "last"))


_COUNTERS = {"sqlite": _counter(sqlite.insert), "postgresql": _counter(postgresql.insert)}


def _reference(session: Session, prefix: str, draft: VisitDraft) -> str:
    """The next reference of a point and year, such as BGA-2017-000123."""
    counter = _COUNTERS[dialect_of(session).name]
    number = one(counter.run(session, {"point": draft.point, "year": draft.day.year, "last": 1}))
    return f"{prefix}-{draft.day.year}-{number:06d}"
