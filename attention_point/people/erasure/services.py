"""Erasing people. Writes in the caller's transaction and never commits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.erasers import get_erasers
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.people import merging, records
from attention_point.people.erasure import erasure_list
from attention_point.people.erasure.erasure_list import ListedErasure
from attention_point.people.erasure.models import Erasure
from attention_point.people.models import Person, PersonTag, PossibleDuplicate

_RETENTION = "retention"
GROUNDS: Mapping[str, str] = {
    "claim": N_("The person asked for it (suppression, Ley 1581/2012, art. 8 e)"),
    "revocation": N_("The person withdrew the authorisation"),
    _RETENTION: N_("The time for which data are kept is over"),
    "mistake": N_("The record should never have been made"),
    "authority": N_("An authority ordered it"),
}
"""Why somebody is erased: codes with their message ids."""
LONGEST_NOTE = 300  # characters
_PADDED_BYTES = 2048  # every note takes as many, so that its size tells nothing


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What an erasure removed: the people, the moment (UTC), and the rows by the name of each eraser."""

    person_ids: tuple[UUID, ...]
    erased_at: datetime
    removed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasureNote:
    """The minimal note of an erased person's file. Its words are empty once the note's own time is over.

    ``ground`` is a code of ``GROUNDS``; ``by`` the journal's label of whoever decided it.
    """

    person_id: UUID
    erased_at: datetime
    ground: str = ""
    note: str = ""
    by: str = ""


def erase_person(session: Session, actor: Actor, person_id: UUID, ground: str, note: str = "") -> ErasureResult:
    """Erase a person for good: destroy the data key, empty every row about them, leave a tombstone.

    All records that were joined as one person go together, and the entities that got their data are asked to erase them
    too. Counts stay. ``ground`` is a code of ``GROUNDS``; ``note``
    says in the actor's own words what it stands on, the request's number, say. Raises NotFound where there is no such
    person, Conflict where they are erased already, and Invalid for an unknown ground or a note that is too long.
    """
    merging.lock_linked(session, [person_id])
    row = session.execute(select(Person.wrapped_key).where(Person.id == person_id)).first()
    if row is None:
        raise NotFound(_("There is no such person."))
    if row.wrapped_key is None:
        raise Conflict(records.describe_erased())
    return erase_people(session, actor, merging.list_linked(session, person_id), ground, note)


def erase_people(
    session: Session, actor: Actor, person_ids: Sequence[UUID], ground: str, note: str = ""
) -> ErasureResult:
    """Erase several people for the same reason. Who is erased already is passed over. Raises Invalid as above."""
    note = _check_words(ground, note)
    erased_ids = _lock_readable(session, person_ids)
    now = clock.now()
    _recall_data(session, erased_ids if ground != _RETENTION else ())
    result = _erase_rows(session, erased_ids, now)
    for person_id in erased_ids:
        content = {"at": now.isoformat(), "ground": ground, "note": note, "by": actor.journal_label}
        padded = to_json(content).ljust(_PADDED_BYTES)
        sealed = get_vault(session).seal(erasure_list.SEALING_PURPOSE, person_id, padded)
        _add_tombstone(session, actor, ListedErasure(person_id, now, sealed))
    return result


def repeat_erasures(session: Session, listed_erasures: Mapping[UUID, ListedErasure]) -> ErasureResult:
    """Erase again whom an older copy of the database brought back. Their notes come from the list."""
    erased_ids = _lock_readable(session, tuple(listed_erasures))
    # The copy has forgotten what entities were asked: who had confirmed it already is asked once more.
    grounds = {person_id: _open_note(session, listed_erasures[person_id]).ground for person_id in erased_ids}
    _recall_data(session, [person_id for person_id, ground in grounds.items() if ground != _RETENTION])
    result = _erase_rows(session, erased_ids, clock.now())
    for person_id in erased_ids:
        _add_tombstone(session, SYSTEM, listed_erasures[person_id])
    return result


def _add_tombstone(session: Session, actor: Actor, erasure: ListedErasure) -> None:
    # Somebody may have put back the person's row alone, beside a tombstone that stands already.
    session.execute(delete(Erasure).where(Erasure.person_id == erasure.person_id))
    values = {"person_id": erasure.person_id, "erased_at": erasure.erased_at, "sealed": erasure.sealed}
    session.execute(insert(Erasure).values(values))
    erasure_list.append_after_commit(session, erasure)
    # Neither the ground nor the rows: the journal stands in clear.
    journal.record(session, actor, "person.erase", "person", erasure.person_id)


def _check_words(ground: str, note: str) -> str:
    if ground not in GROUNDS:
        raise Invalid.of_field("ground", _("Choose why the data are erased."))
    if not texts.is_fit_text(note):
        raise Invalid.of_field("note", _(texts.UNFIT_CHARACTERS))
    note = texts.clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise Invalid.of_field("note", _("The note is too long: at most %(count)s characters.", count=LONGEST_NOTE))
    return note


def _lock_readable(session: Session, person_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Lock people, so that nobody registers or corrects them meanwhile; return those who have a key."""
    lock_for_transaction(session, *person_ids)
    # In the order of ids: of two erasures that share people neither waits for the other in a ring.
    query = select(Person.id).where(Person.id.in_(person_ids), Person.wrapped_key.is_not(None)).with_for_update()
    return tuple(session.scalars(query.order_by(Person.id)))


def _recall_data(session: Session, person_ids: Sequence[UUID]) -> None:
    # What is erased because its time is over is not told: whoever got data has times of their own.
    for eraser in get_erasers(session) if person_ids else ():
        eraser.recall(session, person_ids)


def _erase_rows(session: Session, person_ids: Sequence[UUID], now: datetime) -> ErasureResult:
    # The rooms first, while the keys still open what tells them which rows to empty.
    removed = {eraser.name: eraser.erase(session, person_ids) for eraser in get_erasers(session)}
    # Search tags need no person's key to be compared: equal ones tell who shares a name or a document.
    tags = session.execute(delete(PersonTag).where(PersonTag.person_id.in_(person_ids)).returning(PersonTag.tag)).all()
    removed |= {N_("search tags"): len(tags), N_("possible duplicates"): _delete_pairs(session, person_ids)}
    values: dict[str, Any] = {"wrapped_key": None, "sealed": None, "counted": None, "key_version": 0}
    values |= {"version": Person.version + 1, "updated_at": now, "erased_at": now}
    session.execute(update(Person).where(Person.id.in_(person_ids)).values(values))
    return ErasureResult(tuple(person_ids), now, removed)


def _delete_pairs(session: Session, person_ids: Sequence[UUID]) -> int:
    names_somebody = or_(PossibleDuplicate.person_id.in_(person_ids), PossibleDuplicate.other_id.in_(person_ids))
    statement = delete(PossibleDuplicate).where(names_somebody).returning(PossibleDuplicate.person_id)
    return len(session.execute(statement).all())


def list_notes(session: Session, size: int) -> list[ErasureNote]:
    """The notes of the files that were erased last. Raises VaultError for one that does not open."""
    query = select(Erasure).order_by(Erasure.erased_at.desc(), Erasure.person_id).limit(size)
    return [_open_note(session, erasure) for erasure in session.scalars(query)]


def find_note(session: Session, person_id: UUID) -> ErasureNote | None:
    """The note of an erased person's file; None for somebody who was not erased. Raises VaultError."""
    erasure = session.get(Erasure, person_id)
    return _open_note(session, erasure) if erasure else None


def _open_note(session: Session, erasure: Erasure | ListedErasure) -> ErasureNote:
    if erasure.sealed is None:
        return ErasureNote(erasure.person_id, erasure.erased_at)
    content = json.loads(get_vault(session).open(erasure_list.SEALING_PURPOSE, erasure.person_id, erasure.sealed))
    return ErasureNote(erasure.person_id, erasure.erased_at, content["ground"], content["note"], content["by"])
