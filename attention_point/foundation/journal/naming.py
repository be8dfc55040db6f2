"""How rooms name the records and actors that the journal holds by id.

The journal knows no room, so each feature offers a ``RecordNaming`` (``foundation/feature.py``); the app joins them.
Names are read for a whole page of entries at once, in one query for each kind of record.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class RecordName:
    """A record in words, and the address of its page if the reader may open it."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ActorName:
    """The name of an actor, and a second line under it: an e-mail address, say."""

    name: str
    second_line: str = ""

    @property
    def full_text(self) -> str:
        """The name and the second line in one text."""
        return f"{self.name} ({self.second_line})" if self.second_line else self.name


NameRecords = Callable[[Session, Actor, Collection[str]], Mapping[str, RecordName]]
"""Names records of one kind by their ids, which are texts in the journal. Unknown ids are left out."""
NameActors = Callable[[Session], Mapping[str, ActorName]]
"""Names everybody who can act, by the journal's label of the actor."""
FindPerson = Callable[[Session, str], UUID | None]
"""The person whom a number of a record means, as it stands on a paper; None where it means nobody."""
FindRecordsOfPerson = Callable[[Session, UUID], Iterable[UUID]]
"""The ids of the records that belong to a person."""
GuardPerson = Callable[[Session, Actor, UUID], None]
"""Raises an error where an actor may not read now who saw a person."""


@dataclass(frozen=True, slots=True)
class RecordNaming:
    """The names that one room, or all rooms, give to records and fields.

    ``record_namers`` and ``field_labels`` have a kind of record as their key, as it stands in ``JournalEntry.subject``.
    ``field_labels`` gives the message id of each field of that kind.
    """

    # Functions, because names are read with the reader's session: some readers see no name of a record.
    record_namers: Mapping[str, NameRecords] = field(default_factory=dict)
    field_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    actor_namers: tuple[NameActors, ...] = ()
    person_record_finders: tuple[FindRecordsOfPerson, ...] = ()
    person_finders: tuple[FindPerson, ...] = ()
    person_guards: tuple[GuardPerson, ...] = ()

    def name_actors(self, session: Session) -> dict[str, ActorName]:
        """Return the name of everybody who can act, by the journal's label of the actor."""
        return {label: name for name_actors in self.actor_namers for label, name in name_actors(session).items()}

    def find_person(self, session: Session, number: str) -> UUID | None:
        """Return the person whom the number of a record means, or None."""
        people = (find_person(session, number) for find_person in self.person_finders)
        return next((person for person in people if person is not None), None)

    def guard_person(self, session: Session, actor: Actor, person: UUID) -> None:
        """Raise the error of a room by which an actor may not read now who saw a person."""
        for guard in self.person_guards:
            guard(session, actor, person)

    def list_records_of_person(self, session: Session, person: UUID) -> list[str]:
        """Return the person's id and the ids of all records that belong to the person."""
        return [
            str(person),
            *(str(record) for find_records in self.person_record_finders for record in find_records(session, person)),
        ]


def join_namings(namings: Iterable[RecordNaming]) -> RecordNaming:
    """Join the namings of several rooms."""
    all_namings = list(namings)
    return RecordNaming(
        {kind: name_records for naming in all_namings for kind, name_records in naming.record_namers.items()},
        {kind: labels for naming in all_namings for kind, labels in naming.field_labels.items()},
        tuple(name_actors for naming in all_namings for name_actors in naming.actor_namers),
        tuple(find_records for naming in all_namings for find_records in naming.person_record_finders),
        tuple(find_person for naming in all_namings for find_person in naming.person_finders),
        tuple(guard for naming in all_namings for guard in naming.person_guards),
    )


def parse_uuids(texts: Collection[str]) -> list[UUID]:
    """Return those of some texts that are UUIDs: somebody may have put any text into an id of the journal."""
    uuids = []
    for text in texts:
        try:
            uuids.append(UUID(text))
        except ValueError:
            continue
    return uuids
