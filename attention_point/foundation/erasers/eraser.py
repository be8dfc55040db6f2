"""An eraser, as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

SESSION_KEY = "erasers"


@dataclass(frozen=True, slots=True)
class Eraser:
    """What one room keeps that names people.

    ``name`` is kebab-case: a report of an erasure tells the rows under it. ``erase`` gets the people's ids, deletes or
    empties the room's rows about them in the caller's transaction, and returns how many rows it changed. It runs before
    the data keys are destroyed, so that sealed rows still open; one that does not open is emptied all the same. It is
    called again when an erasure is repeated after a restore, so it must be safe to repeat.
    """

    name: str
    erase: Callable[[Session, Sequence[UUID]], int]


def get_erasers(session: Session) -> tuple[Eraser, ...]:
    """The erasers of all rooms, which travel in every session of an application.

    Raises KeyError where they are missing: a person who is erased in half would be taken for erased.
    """
    erasers: tuple[Eraser, ...] = session.info[SESSION_KEY]
    return erasers
