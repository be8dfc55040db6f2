"""Pairs of people on file who may be one person: noted when they are noticed, until a person decides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, UpdateBase, func, or_, select
from sqlalchemy.orm import Session, aliased

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.doctor import NEXT, Task
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.models import Person, PossibleDuplicate


@dataclass(frozen=True, slots=True)
class PossiblePair:
    """Two people, the later one first, when they were noticed, and whether somebody has decided.

    ``set_aside_until`` is the first day on which the pair is among those to compare again; None where it was never
    set aside.
    """

    person: UUID
    other: UUID
    found_at: datetime
    is_decided: bool
    version: int
    sealed: bytes | None
    set_aside_until: date | None = None


def note_pairs(session: Session, person: UUID, candidates: Iterable[UUID], now: datetime) -> tuple[UUID, ...]:
    """Note whom a person may be. Returns those who were not noted before.

    Whoever is known to be the same person is no candidate.
    """
    statement = _build_note_statement(get_dialect(session).name)
    newly_noted = []
    candidates = set(candidates)
    if candidates:
        candidates -= {*merging.list_linked(session, person)}
    for candidate_id in sorted(candidates):
        # The later of two ids comes first, so that two people are one pair, whoever of them comes again.
        row = {"person_id": max(person, candidate_id), "other_id": min(person, candidate_id), "found_at": now}
        if session.connection().execute(statement, row).first() is not None:
            newly_noted.append(candidate_id)
    return tuple(newly_noted)


def note_chosen_pair(session: Session, person: UUID, other: UUID, now: datetime) -> PossiblePair | None:
    """Note two people whom somebody found alike, and return the pair; None where both are one person already.

    Raises NotFound for who is not on file.
    """
    for person_id in (person, other):
        people_records.require_person(session, person_id)
    if other in merging.list_linked(session, person):
        return None
    note_pairs(session, person, [other], now)
    return get_pair(session, max(person, other), min(person, other))


@cache
def _build_note_statement(dialect_name: str) -> UpdateBase:
    insert_note = build_insert(dialect_name, PossibleDuplicate).on_conflict_do_nothing()
    return insert_note.returning(PossibleDuplicate.person_id)


def list_people_noted_with(session: Session, person: UUID) -> set[UUID]:
    """Everybody with whom a person was noted as a pair, decided or not."""
    query = select(PossibleDuplicate.other_id).where(PossibleDuplicate.person_id == person)
    return set(
        session.scalars(
            query.union_all(select(PossibleDuplicate.person_id).where(PossibleDuplicate.other_id == person))
        )
    )


def list_undecided_pairs(session: Session, size: int) -> list[PossiblePair]:
    """The pairs that nobody has decided or set aside, the oldest first, at most ``size``; no erased person's.

    Two records that are linked through a third one are no pair to decide.
    """
    query = _select_waiting_pairs()
    rows = session.execute(query.order_by(PossibleDuplicate.found_at, PossibleDuplicate.person_id).limit(size))
    undecided_pairs = [PossiblePair(*row) for row in rows]
    linked = merging.map_linked(session, {pair.person for pair in undecided_pairs})
    return [pair for pair in undecided_pairs if pair.other not in linked.get(pair.person, ())]


def count_undecided_pairs(session: Session) -> int:
    """How many pairs nobody has decided or set aside."""
    return session.scalar(select(func.count()).select_from(_select_waiting_pairs().subquery())) or 0


def count_pairs_set_aside(session: Session) -> tuple[int, date | None]:
    """How many pairs are set aside, and the first day on which one of them is shown again."""
    aside = _select_pairs().where(PossibleDuplicate.set_aside_until > clock.today()).subquery()
    count, first_day = session.execute(select(func.count(), func.min(aside.c.set_aside_until)).select_from(aside)).one()
    return count, first_day


def list_pairs_set_aside(session: Session, size: int) -> list[PossiblePair]:
    """The pairs that are set aside, those that are shown again first at the head, at most ``size``."""
    query = _select_pairs().where(PossibleDuplicate.set_aside_until > clock.today())
    rows = session.execute(query.order_by(PossibleDuplicate.set_aside_until, PossibleDuplicate.person_id).limit(size))
    return [PossiblePair(*row) for row in rows]


def _select_waiting_pairs() -> Select[UUID, UUID, datetime, bool, int, bytes | None, date | None]:
    is_due = or_(
        PossibleDuplicate.set_aside_until.is_(None),
        PossibleDuplicate.set_aside_until <= clock.today(),
    )
    return _select_pairs().where(PossibleDuplicate.is_decided.is_(False), is_due)


def list_tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """How many pairs wait for somebody who says whether they are one person."""
    count = count_undecided_pairs(session) if actor.may("people.compare") else 0
    if count:
        sentence = ngettext("%(num)s pair may be the same person.", "%(num)s pairs may be the same person.", count)
        yield Task(NEXT, sentence, "duplicates.list_pairs")


def get_pair(session: Session, later_person: UUID, earlier_person: UUID) -> PossiblePair:
    """One pair. Raises NotFound."""
    conditions = PossibleDuplicate.person_id == later_person, PossibleDuplicate.other_id == earlier_person
    row = session.execute(_select_pairs().where(*conditions)).one_or_none()
    if row is None:
        raise NotFound(_("These two people are not among those to compare."))
    return PossiblePair(*row)


def _select_pairs() -> Select[UUID, UUID, datetime, bool, int, bytes | None, date | None]:
    later_person, earlier_person = aliased(Person), aliased(Person)
    return (
        select(
            PossibleDuplicate.person_id,
            PossibleDuplicate.other_id,
            PossibleDuplicate.found_at,
            PossibleDuplicate.is_decided,
            PossibleDuplicate.version,
            PossibleDuplicate.sealed,
            PossibleDuplicate.set_aside_until,
        )
        .join(later_person, later_person.id == PossibleDuplicate.person_id)
        .join(earlier_person, earlier_person.id == PossibleDuplicate.other_id)
        .where(later_person.erased_at.is_(None), earlier_person.erased_at.is_(None))
    )
