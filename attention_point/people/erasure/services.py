"""Erasing a person. Writes in the caller's transaction and never commits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.erasers import get_erasers
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.people.erasure.models import Erasure
from attention_point.people.models import DuplicateDecision, Person, PersonTag, PossibleDuplicate

GROUNDS: Mapping[str, str] = {
    "claim": N_("The person asked for it (suppression, Ley 1581/2012, art. 8 e)"),
    "revocation": N_("The person withdrew the authorisation"),
    "retention": N_("The time for which data are kept is over"),
    "mistake": N_("The record should never have been made"),
    "authority": N_("An authority ordered it"),
}
"""Why somebody is erased: codes with their message ids."""
LONGEST_NOTE = 500  # characters
SEALING_PURPOSE = "erasure"
_PADDED_BYTES = 1024  # every note takes as many, so that its size tells nothing


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What an erasure removed: the people, the moment (UTC), and the rows by the name of each eraser."""

    person_ids: tuple[UUID, ...]
    erased_at: datetime
    removed: Mapping[str, int] = field(default_factory=dict)


def erase_person(session: Session, actor: Actor, person_id: UUID, ground: str, note: str = "") -> ErasureResult:
    """Erase a person for good: destroy the data key, empty every row about them, leave a tombstone.

    Counts stay. ``ground`` is a code of ``GROUNDS``; ``note`` says in the actor's own words what it stands on, the
    request's number, say. Raises NotFound where there is no such person, Conflict where they are erased already, and
    Invalid for an unknown ground or a note that is too long.
    """
    note = _check_words(ground, note)
    lock_for_transaction(session, person_id)
    wrapped_key, erased_at = _find_key(session, person_id)
    if erased_at is not None:
        raise Conflict(describe_erased())
    if wrapped_key is None:
        raise NotFound(_("There is no such person."))
    result = _erase_rows(session, (person_id,), clock.now())
    content = {"ground": ground, "note": note, "by": actor.journal_label, "removed": result.removed}
    sealed = get_vault(session).seal(SEALING_PURPOSE, person_id, to_json(content).ljust(_PADDED_BYTES))
    session.execute(insert(Erasure).values(person_id=person_id, erased_at=result.erased_at, sealed=sealed))
    # Neither the ground nor the rows: the journal stands in clear.
    journal.record(session, actor, "person.erase", "person", person_id)
    return result


def describe_erased() -> str:
    """The sentence for whoever asks for somebody who was erased."""
    return _("This person's data were erased. Only a note that there was a file is kept.")


def _check_words(ground: str, note: str) -> str:
    if ground not in GROUNDS:
        message = _("Choose why the data are erased.")
        raise Invalid(message, (FieldError("ground", message),))
    note = texts.clean_text(note)
    if len(note) > LONGEST_NOTE:
        message = _("The note is too long: at most %(count)s characters.", count=LONGEST_NOTE)
        raise Invalid(message, (FieldError("note", message),))
    return note


def _find_key(session: Session, person_id: UUID) -> tuple[bytes | None, datetime | None]:
    row = session.execute(select(Person.wrapped_key, Person.erased_at).where(Person.id == person_id)).first()
    return (row.wrapped_key, row.erased_at) if row else (None, None)


def _erase_rows(session: Session, person_ids: Sequence[UUID], now: datetime) -> ErasureResult:
    # The rooms first, while the keys still open what tells them which rows to empty.
    removed = {eraser.name: eraser.erase(session, person_ids) for eraser in get_erasers(session)}
    removed |= {
        "search-tags": _delete_tags(session, person_ids),
        "possible-duplicates": _delete_pairs(session, person_ids),
    }
    session.execute(
        update(Person)
        .where(Person.id.in_(person_ids))
        .values(
            wrapped_key=None,
            sealed=None,
            counted=None,
            key_version=0,
            version=Person.version + 1,
            updated_at=now,
            erased_at=now,
        )
    )
    return ErasureResult(tuple(person_ids), now, removed)


def _delete_tags(session: Session, person_ids: Sequence[UUID]) -> int:
    return session.execute(delete(PersonTag).where(PersonTag.person_id.in_(person_ids))).rowcount  # type: ignore[attr-defined,no-any-return]


def _delete_pairs(session: Session, person_ids: Sequence[UUID]) -> int:
    count = 0
    for table in (DuplicateDecision, PossibleDuplicate):
        names_somebody = or_(table.person_id.in_(person_ids), table.other_id.in_(person_ids))
        count += session.execute(delete(table).where(names_somebody)).rowcount  # type: ignore[attr-defined]
    return count


def read_note(session: Session, person_id: UUID) -> dict[str, object] | None:
    """The minimal note of an erased person's file; None for somebody who was not erased. Raises VaultError."""
    row = session.execute(select(Erasure.erased_at, Erasure.sealed).where(Erasure.person_id == person_id)).first()
    if row is None:
        return None
    content = json.loads(get_vault(session).open(SEALING_PURPOSE, person_id, row.sealed)) if row.sealed else {}
    return {"erased_at": row.erased_at, **content}
