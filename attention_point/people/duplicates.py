"""Pairs of people on file who may be one person: those to decide, and the decisions. A decision merges nothing.

Merging would put together what was told in confidence at different times. The decision is kept, and a merge, once there
is one, can start from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, UpdateBase, func, select
from sqlalchemy.orm import Session, aliased

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.people import matching
from attention_point.people.models import DuplicateDecision, Person, PossibleDuplicate

SAME_PERSON, DIFFERENT_PEOPLE = "same", "different"
FINDINGS: Mapping[str, tuple[str, str]] = {
    "one-person-said-so": (SAME_PERSON, N_("The same person: they say so themselves")),
    "one-person-by-papers": (SAME_PERSON, N_("The same person: the papers show it")),
    "two-people-by-papers": (DIFFERENT_PEOPLE, N_("Different people: the papers show it")),
    "relatives-share-papers": (DIFFERENT_PEOPLE, N_("Different people: relatives who share a paper")),
    "number-mistyped": (DIFFERENT_PEOPLE, N_("Different people: a number was written wrongly")),
}
"""What an agent found out: the decision that follows from it, and its words. No free text: it would name people."""

REASON_LABELS: Mapping[str, str] = {
    "same-document": N_("Same document."),  # of earlier versions, which did not compare names and birth dates
    matching.OTHER_NAME: N_("Same document, another name."),
    matching.OTHER_BIRTH_DATE: N_("Same document, another birth date."),
    matching.OTHER_NAME_AND_BIRTH_DATE: N_("Same document, another name and another birth date."),
    matching.NOT_COMPARABLE: N_("Same document; the name or the birth date could not be compared."),
    matching.SAME_NAME_AND_BIRTH_DATE: N_("Same document; the name and the birth date agree."),
    # Of visits that were written down without network, where nobody could be asked.
    "same-name-birth-date": N_("The name and the birth date agree."),
    "same-name-possible-birth-date": N_("The name agrees, and the birth date may be the same."),
}
"""Why two people were noticed, and the words for it."""


@dataclass(frozen=True, slots=True)
class PossiblePair:
    """Two people, the later one first, why and when they were noticed. ``finding`` is None until somebody decides."""

    person: UUID
    other: UUID
    reason: str
    found_at: datetime
    finding: str | None = None


def note_pairs(session: Session, person: UUID, reasons: Mapping[UUID, str], now: datetime) -> tuple[UUID, ...]:
    """Note whom a person may be, each with the reason. Returns those who were not noted before."""
    # The later of two ids comes first, so that two people are one pair, whoever of them comes again.
    statement = _build_note_statement(get_dialect(session).name)
    newly_noted = []
    for candidate_id, reason in reasons.items():
        later, earlier = max(person, candidate_id), min(person, candidate_id)
        row = {"person_id": later, "other_id": earlier, "reason": reason, "found_at": now}
        if session.connection().execute(statement, row).first() is not None:
            newly_noted.append(candidate_id)
    return tuple(newly_noted)


def list_people_noted_with(session: Session, person: UUID) -> set[UUID]:
    """Everybody with whom a person was noted as a pair, decided or not."""
    query = select(PossibleDuplicate.other_id).where(PossibleDuplicate.person_id == person)
    return set(
        session.scalars(
            query.union_all(select(PossibleDuplicate.person_id).where(PossibleDuplicate.other_id == person))
        )
    )


@cache
def _build_note_statement(dialect_name: str) -> UpdateBase:
    insert_note = build_insert(dialect_name, PossibleDuplicate).on_conflict_do_nothing()
    return insert_note.returning(PossibleDuplicate.person_id)


def list_undecided_pairs(session: Session, size: int) -> list[PossiblePair]:
    """The pairs that nobody has decided yet, the oldest first, at most ``size``; those of an erased person are gone."""
    query = _select_pairs().where(DuplicateDecision.found_out.is_(None))
    rows = session.execute(query.order_by(PossibleDuplicate.found_at, PossibleDuplicate.person_id).limit(size))
    return [PossiblePair(*row) for row in rows]


def count_undecided_pairs(session: Session) -> int:
    """How many pairs nobody has decided yet."""
    pairs = _select_pairs().where(DuplicateDecision.found_out.is_(None)).subquery()
    return session.scalar(select(func.count()).select_from(pairs)) or 0


def get_pair(session: Session, later_person: UUID, earlier_person: UUID) -> PossiblePair:
    """One pair. Raises NotFound."""
    conditions = PossibleDuplicate.person_id == later_person, PossibleDuplicate.other_id == earlier_person
    row = session.execute(_select_pairs().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound(_("These two people are not among those to compare."))
    return PossiblePair(*row)


def _select_pairs() -> Select[UUID, UUID, str, datetime, str]:
    later_person, earlier_person = aliased(Person), aliased(Person)
    return (
        select(
            PossibleDuplicate.person_id,
            PossibleDuplicate.other_id,
            PossibleDuplicate.reason,
            PossibleDuplicate.found_at,
            DuplicateDecision.found_out,
        )
        .join(later_person, later_person.id == PossibleDuplicate.person_id)
        .join(earlier_person, earlier_person.id == PossibleDuplicate.other_id)
        .outerjoin(
            DuplicateDecision,
            (DuplicateDecision.person_id == PossibleDuplicate.person_id)
            & (DuplicateDecision.other_id == PossibleDuplicate.other_id),
        )
        .where(later_person.erased_at.is_(None), earlier_person.erased_at.is_(None))
    )


def decide_pair(session: Session, actor: Actor, later_person: UUID, earlier_person: UUID, finding: str) -> str:
    """Save what an agent found out, a code of ``FINDINGS``, and return the decision. Nothing of either person changes.

    Raises NotFound for a pair that does not exist, Invalid for an unknown code, Conflict for a pair that is decided.
    """
    possible_pair = get_pair(session, later_person, earlier_person)
    if finding not in FINDINGS:
        message = _("Choose what you found out.")
        raise Invalid(message, (FieldError("found_out", message),))
    if possible_pair.finding is not None:
        raise Conflict(_("Somebody has decided about these two people already."))
    decision, _words = FINDINGS[finding]
    session.add(
        DuplicateDecision(
            person_id=later_person,
            other_id=earlier_person,
            found_out=finding,
            decided_by=actor.journal_label,
            decided_at=clock.now(),
        )
    )
    journal.record(
        session, actor, "person.compare", "person", later_person, other=str(earlier_person), found_out=finding
    )
    return decision
