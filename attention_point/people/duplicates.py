"""Two people on file who may be one: what is to be decided, and the decision. Nothing is merged by it.

Merging would put together what was told in confidence at different times; the decision is kept, and is what a merge,
once there is one, starts from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import connection_of, dialect_of
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound
from attention_point.people import matching
from attention_point.people.models import DuplicateDecision, Person, PossibleDuplicate

SAME, DIFFERENT = "same", "different"
FOUND: Mapping[str, tuple[str, str]] = {
    "one-person-said-so": (SAME, N_("The same person: they say so themselves")),
    "one-person-by-papers": (SAME, N_("The same person: the papers show it")),
    "two-people-by-papers": (DIFFERENT, N_("Different people: the papers show it")),
    "relatives-share-papers": (DIFFERENT, N_("Different people: relatives who share a paper")),
    "number-mistyped": (DIFFERENT, N_("Different people: a number was written wrongly")),
}
"""What somebody found out: the decision that follows from it, and its words. No free text: it would name people."""

REASONS: Mapping[str, str] = {
    "same-document": N_("Same document."),  # pairs of before: nobody compared names and birth dates then
    matching.OTHER_NAME: N_("Same document, another name."),
    matching.OTHER_BIRTH_DATE: N_("Same document, another birth date."),
    matching.OTHER_NAME_AND_BIRTH_DATE: N_("Same document, another name and another birth date."),
    matching.NOT_COMPARABLE: N_("Same document; the name or the birth date could not be compared."),
    matching.SAME_NAME_AND_BIRTH_DATE: N_("Same document; the name and the birth date agree."),
}
"""Why two people were noticed, and the words for it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, the later one first, why they were noticed and when. ``decided`` is None until somebody decides."""

    person: UUID
    other: UUID
    reason: str
    found_at: datetime
    decided: str | None = None


def note_pairs(session: Session, person: UUID, reasons: Mapping[UUID, str], now: datetime) -> tuple[UUID, ...]:
    """Keep that a person may be one of several others, each with the reason; returns those who were not noted before.

    The later of two ids comes first, so that two people are one pair whoever of them comes again.
    """
    statement = _NOTE[dialect_of(session).name]
    noted = []
    for other, reason in reasons.items():
        later, earlier = max(person, other), min(person, other)
        row = {"person_id": later, "other_id": earlier, "reason": reason, "found_at": now}
        if connection_of(session).execute(statement, row).first() is not None:
            noted.append(other)
    return tuple(noted)


def noted_with(session: Session, person: UUID) -> set[UUID]:
    """Whom a person was noted with, decided or not."""
    both = select(PossibleDuplicate.other_id).where(PossibleDuplicate.person_id == person)
    return set(
        session.scalars(both.union_all(select(PossibleDuplicate.person_id).where(PossibleDuplicate.other_id == person)))
    )


_NOTED = PossibleDuplicate.person_id
_NOTE = {
    "sqlite": sqlite.insert(PossibleDuplicate).on_conflict_do_nothing().returning(_NOTED),
    "postgresql": postgresql.insert(PossibleDuplicate).on_conflict_do_nothing().returning(_NOTED),
}


def undecided(session: Session, size: int) -> list[Pair]:
    """The pairs that nobody has decided yet, the oldest first, at most ``size``; those of an erased person are gone."""
    query = _pairs().where(DuplicateDecision.found_out.is_(None))
    rows = session.execute(query.order_by(PossibleDuplicate.found_at, PossibleDuplicate.person_id).limit(size))
    return [Pair(*row) for row in rows]


def waiting(session: Session) -> int:
    """How many pairs nobody has decided yet."""
    pairs = _pairs().where(DuplicateDecision.found_out.is_(None)).subquery()
    return session.scalar(select(func.count()).select_from(pairs)) or 0


def pair(session: Session, person: UUID, other: UUID) -> Pair:
    """One pair. Raises NotFound."""
    same = PossibleDuplicate.person_id == person, PossibleDuplicate.other_id == other
    row = session.execute(_pairs().where(*same)).one_or_none()
    if row is None:
        raise NotFound(_("These two people are not among those to compare."))
    return Pair(*row)


def _pairs() -> Select[UUID, UUID, str, datetime, str]:
    one, other = aliased(Person), aliased(Person)
    return (
        select(
            PossibleDuplicate.person_id,
            PossibleDuplicate.other_id,
            PossibleDuplicate.reason,
            PossibleDuplicate.found_at,
            DuplicateDecision.found_out,
        )
        .join(one, one.id == PossibleDuplicate.person_id)
        .join(other, other.id == PossibleDuplicate.other_id)
        .outerjoin(
            DuplicateDecision,
            (DuplicateDecision.person_id == PossibleDuplicate.person_id)
            & (DuplicateDecision.other_id == PossibleDuplicate.other_id),
        )
        .where(one.erased_at.is_(None), other.erased_at.is_(None))
    )


def decide(session: Session, actor: Actor, person: UUID, other: UUID, found_out: str) -> str:
    """Keep what was found out, a code of ``FOUND``; returns the decision. Nothing of either person changes.

    Raises NotFound for a pair that there is not, Invalid for an unknown code, Conflict where somebody was faster.
    """
    known = pair(session, person, other)
    if found_out not in FOUND:
        message = _("Choose what you found out.")
        raise Invalid(message, (FieldError("found_out", message),))
    if known.decided is not None:
        raise Conflict(_("Somebody has decided about these two people already."))
    decision, _words = FOUND[found_out]
    session.add(
        DuplicateDecision(
            person_id=person, other_id=other, found_out=found_out, decided_by=actor.label, decided_at=clock.now()
        )
    )
    journal.record(session, actor, "person.compare", "person", person, other=str(other), found_out=found_out)
    return decision
