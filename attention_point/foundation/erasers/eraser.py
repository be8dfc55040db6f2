"""An eraser, as data."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

SESSION_KEY = "erasers"


@dataclass(frozen=True, slots=True)
class Eraser:
    """What one room keeps that names people.

    ``name`` is a message id; a report tells the rows under it. ``erase`` gets the people's ids, deletes or
    empties the room's rows about them in the caller's transaction, and returns how many rows it changed. It runs before
    the data keys are destroyed, so that sealed rows still open; one that does not open is emptied all the same. It is
    called again when an erasure is repeated after a restore, so it must be safe to repeat. ``list_kept`` says whose
    files must not go yet because their time is over: something of theirs is open in the room. ``recall`` asks whoever
    got data of these people outside of this program to erase them too; it runs before anything is erased, in a repeated
    erasure as well.
    """

    name: str
    erase: Callable[[Session, Sequence[UUID]], int]
    list_kept: Callable[[Session], Collection[UUID]] = field(default=lambda _session: ())
    recall: Callable[[Session, Sequence[UUID]], None] = field(default=lambda _session, _people: None)


def get_erasers(session: Session) -> tuple[Eraser, ...]:
    """The erasers of all rooms, which travel in every session of an application.

    Raises KeyError where they are missing: a person who is erased in half would be taken for erased.
    """
    erasers: tuple[Eraser, ...] = session.info[SESSION_KEY]
    return erasers


def list_kept_people(session: Session) -> set[UUID]:
    """Whose files must not go yet, in the words of all rooms. Raises as ``get_erasers``."""
    return {person for eraser in get_erasers(session) for person in eraser.list_kept(session)}
