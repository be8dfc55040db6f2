"""How rooms name what the journal holds by id: the journal knows no room, so each offers its own names.

A feature offers a ``Naming`` (``foundation/feature.py``); the app puts them together. Names are read for a whole page
at once, in one query a kind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor


class RecordName(NamedTuple):
    """A record in words, and the address of its page if the reader may open it."""

    text: str
    url: str | None = None


class ActorName(NamedTuple):
    """Who acted: the name, and a second line under it, an e-mail address say."""

    name: str
    beneath: str = ""

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.name} ({self.beneath})" if self.beneath else self.name


NameRecords = Callable[[Session, Actor, Collection[str]], Mapping[str, RecordName]]
"""Names records of one kind by their ids, as the journal holds them; leaves out those that it does not know."""
NameActors = Callable[[Session], Mapping[str, ActorName]]
"""Names everybody who can act, by the journal's label of the actor."""
RecordsOfPerson = Callable[[Session, UUID], Iterable[UUID]]
"""The ids of the records that belong to a person."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What one room, or all of them, can name.

    ``records``: by kind, as the journal's ``subject`` says it. ``fields``: by kind, the message ids of its fields.
    """

    records: Mapping[str, NameRecords] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    actors: tuple[NameActors, ...] = ()
    of_person: tuple[RecordsOfPerson, ...] = ()

    def name_actors(self, session: Session) -> dict[str, ActorName]:
        """Everybody who can act."""
        return {label: name for names in self.actors for label, name in names(session).items()}

    def records_of(self, session: Session, person: UUID) -> list[str]:
        """The person's id and those of all records that belong to the person."""
        return [str(person), *(str(record) for find in self.of_person for record in find(session, person))]


def join_namings(namings: Iterable[Naming]) -> Naming:
    """The namings of all rooms in one."""
    several = list(namings)
    return Naming(
        {kind: names for naming in several for kind, names in naming.records.items()},
        {kind: labels for naming in several for kind, labels in naming.fields.items()},
        tuple(names for naming in several for names in naming.actors),
        tuple(find for naming in several for find in naming.of_person),
    )


def uuids_of(texts: Collection[str]) -> list[UUID]:
    """Those of some texts that are UUIDs."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
