"""The mark "claim in process", seen wherever somebody's record is opened until the claim is decided.

Within two working days of a claim the record carries these words and the motive (Ley 1581 de 2012, art. 15.2); here it
carries them at once. The room of rights sets and removes marks; the pages of a person, a visit and a referral show
them, to entities too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.people.claim_marks import stored_marks

_KIND = "claim"


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim in process: the day on which it came, and its motive, a code of the list ``rights_kinds``."""

    since: date
    motive: str


def set_mark(session: Session, request_id: UUID, person: UUID, mark: Mark) -> None:
    """Mark a person for a claim; a claim has one mark, whatever was set before."""
    # A claim that was completed is marked anew, from a later day on.
    remove_mark(session, request_id)
    content = {"kind": _KIND, "since": mark.since.isoformat(), "motive": mark.motive}
    stored_marks.store_mark(session, request_id, person, content)


def remove_mark(session: Session, request_id: UUID) -> None:
    """Remove the mark of a claim that is decided, if there is one."""
    stored_marks.delete_mark(session, request_id, _KIND)


def find_marks(session: Session, people: Iterable[UUID]) -> Mapping[UUID, list[Mark]]:
    """The marks of some people, the oldest first; who has none is left out."""
    marks: dict[UUID, list[Mark]] = {}
    for person, content in stored_marks.find_marks_of_people(session, people, _KIND):
        marks.setdefault(person, []).append(Mark(date.fromisoformat(content["since"]), content["motive"]))
    return marks


def list_marks_of_person(session: Session, person: UUID) -> list[Mark]:
    """The marks of one person, the oldest first."""
    return find_marks(session, [person]).get(person, [])
