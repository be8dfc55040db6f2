"""Which records stand for one person: a merge is a link between two records, made and undone by a person's decision.

No row is changed or lost by a merge: visits, referrals and what is on file stay where they are, and whoever reads a
person reads all records that are linked (``list_linked``). A link is the last decision about a pair, sealed under the
later person's key: a thief of the database learns neither who is one person nor who are relatives with one document.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, union_all
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database.locks import lock_as_read
from attention_point.foundation.vault import PersonKey, VaultError
from attention_point.people import queries
from attention_point.people.models import PossibleDuplicate

SEALING_PURPOSE = "possible-duplicate"
SAME_PERSON, DIFFERENT_PEOPLE, UNDECIDED = "same", "different", "undecided"
_CODE_WIDTH, _NOBODY = 24, UUID(int=0)

_PAIR_COLUMNS = (
    PossibleDuplicate.person_id,
    PossibleDuplicate.other_id,
    PossibleDuplicate.sealed,
    PossibleDuplicate.version,
)
# A part for each of the two columns, which both have an index: an “or” over them may read the whole table.
_DECIDED_PAIRS = union_all(
    *(
        select(*_PAIR_COLUMNS).where(column.in_(bindparam("people", expanding=True)), PossibleDuplicate.is_decided)
        for column in (PossibleDuplicate.person_id, PossibleDuplicate.other_id)
    )
)


@dataclass(frozen=True, slots=True)
class PairDecision:
    """What somebody decided about two people.

    ``decision`` is ``same``, ``different`` or ``undecided`` (the decision before it was undone), ``finding`` a code of
    ``duplicates.decisions.FINDINGS``. Of one person, ``kept`` is the record that goes on.
    """

    decision: str
    finding: str
    decided_by: str
    decided_at: datetime
    kept: UUID | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Two records of one person: the pair, the record that goes on, and when it was decided."""

    later_person: UUID
    earlier_person: UUID
    kept: UUID
    decided_at: datetime


def seal_decisions(key: PersonKey, other: UUID, version: int, decisions: Iterable[PairDecision]) -> bytes:
    """Seal the decisions about a pair, the oldest first, under the later person's key, for a version of its row."""
    # Of one width: the length of what is sealed must not tell what was decided.
    entries = [
        {
            "decision": decision.decision.ljust(_CODE_WIDTH),
            "finding": decision.finding.ljust(_CODE_WIDTH),
            "by": decision.decided_by,
            "at": decision.decided_at.isoformat(),
            "kept": str(decision.kept or _NOBODY),
        }
        for decision in decisions
    ]
    return key.seal(SEALING_PURPOSE, other, {"decisions": entries}, version=version)


def open_decisions(key: PersonKey, other: UUID, version: int, sealed: bytes) -> tuple[PairDecision, ...]:
    """Open the decisions about a pair, the oldest first. Raises VaultError, also for those of an older version."""
    # A decision that was undone must not come back with an older text.
    record: Mapping[str, Any] = key.open(SEALING_PURPOSE, other, sealed, version=version)
    return tuple(
        PairDecision(
            entry["decision"].rstrip(),
            entry["finding"].rstrip(),
            entry["by"],
            datetime.fromisoformat(entry["at"]),
            UUID(entry["kept"]) if entry["kept"] != str(_NOBODY) else None,
        )
        for entry in record["decisions"]
    )


def list_linked(session: Session, person_id: UUID) -> tuple[UUID, ...]:
    """All records that stand for the same person, the kept one first; of somebody who was not merged, the one."""
    return map_linked(session, [person_id]).get(person_id, (person_id,))


def map_linked(session: Session, people: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """For those of some people who were merged: all records of the same person, the kept one first."""
    people = set(people)
    links = find_links(session, people) if people else []
    linked: dict[UUID, tuple[UUID, ...]] = {}
    for members in group_people(links):
        group = put_kept_first(members, links)
        linked |= dict.fromkeys(members & people, group)
    return linked


def lock_linked(session: Session, people: Iterable[UUID]) -> None:
    """Lock all records of some people until the transaction ends, so that nobody joins or separates them meanwhile."""
    people = set(people)
    lock_as_read(session, lambda: people.union(*map_linked(session, people).values()))


def find_links(session: Session, people: Collection[UUID]) -> list[Link]:
    """The links of some people, with those of everybody who is linked to them."""
    links: dict[tuple[UUID, UUID], Link] = {}
    seen: set[UUID] = set()
    new_people = set(people)
    # Whoever was found by a link may have a link to a third record, and so on.
    while new_people:
        seen |= new_people
        rows = session.connection().execute(_DECIDED_PAIRS, {"people": list(new_people)}).all()
        links |= {(link.later_person, link.earlier_person): link for link in _open_links(session, rows)}
        new_people = {person for pair in links for person in pair} - seen
    return list(links.values())


def _open_links(session: Session, rows: Collection[Row[UUID, UUID, bytes | None, int]]) -> Iterator[Link]:
    if not rows:
        return
    person_keys = queries.open_person_keys(session, {row.person_id for row in rows})
    for row in rows:
        key = person_keys.get(row.person_id)
        if key is None or row.sealed is None:  # erased, damaged, or kept apart by an earlier version
            continue
        try:
            last_decision = open_decisions(key, row.other_id, row.version, row.sealed)[-1]
        except VaultError as error:
            note_damage(session, error)
            continue
        if last_decision.decision == SAME_PERSON and last_decision.kept is not None:
            yield Link(row.person_id, row.other_id, last_decision.kept, last_decision.decided_at)


def group_people(links: Iterable[Link]) -> list[set[UUID]]:
    """The records that links join, directly or through others, one set for each person."""
    groups: list[set[UUID]] = []
    for link in links:
        pair = {link.later_person, link.earlier_person}
        touching = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [pair.union(*touching)]
    return groups


def put_kept_first(members: set[UUID], links: Iterable[Link]) -> tuple[UUID, ...]:
    """The records of one person, the one that goes on first."""
    # The latest decision says which record goes on. Where the links to it were undone since, it is the earliest record.
    latest_first = sorted(links, key=lambda link: (link.decided_at, link.later_person), reverse=True)
    kept_record = next((link.kept for link in latest_first if link.kept in members), min(members))
    return kept_record, *sorted(members - {kept_record})
