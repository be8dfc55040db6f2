"""Who came along at earlier visits, so that a returning family is offered whole."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import NotFound, VaultError
from attention_point.intake import queries
from attention_point.intake.family.links import FAMILY_LIMIT, list_visits_of_family
from attention_point.intake.queries import DecryptedVisit
from attention_point.people import merging
from attention_point.people import records as people_records

EARLIER_FAMILIES = 3
"""The newest arrivals that are looked at: who came along years ago may be a family no more."""
# The relation of a companion to the person who is the main one now, by both their relations to who was it then. What is
# not here the agent says.
_RELATIONS_NOW = {
    ("child", "self"): "parent",
    ("child", "child"): "sibling",
    ("child", "parent"): "grandparent",
    ("partner", "self"): "partner",
    ("partner", "child"): "child",
    ("parent", "self"): "child",
    ("parent", "sibling"): "child",
    ("parent", "parent"): "partner",
    ("sibling", "self"): "sibling",
    ("sibling", "sibling"): "sibling",
    ("sibling", "parent"): "parent",
    ("sibling", "grandparent"): "grandparent",
    ("grandparent", "parent"): "child",
    ("other_relative", "self"): "other_relative",
    ("other", "self"): "other",
}


class EarlierCompanion(NamedTuple):
    """Somebody on file who came along earlier, and the last time.

    ``relation`` is to the person who returns, None where it is unclear.
    """

    person_id: UUID
    record: Mapping[str, Any]
    relation: str | None
    came_at: datetime


def list_earlier_companions(session: Session, actor: Actor, person: UUID, purpose: str) -> list[EarlierCompanion]:
    """Who came along at a person's newest arrivals. The journal keeps that each record was read, and for what.

    A visit that this reader may not list tells nothing here. A record that does not open is noted in the session. Of
    people whose records were joined each stands here once.
    """
    companions: dict[UUID, EarlierCompanion] = {}
    for own_visit, visit in _list_companion_visits(session, actor, merging.list_linked(session, person)):
        companion_id = merging.list_linked(session, visit.person_id)[0]
        if companion_id in companions or len(companions) == FAMILY_LIMIT - 1:
            continue
        try:
            record = people_records.view_person(session, actor, companion_id, purpose).record
        except NotFound:  # erased meanwhile
            continue
        except VaultError as error:
            note_damage(session, error)
            continue
        relation = _find_relation(own_visit, visit)
        companions[companion_id] = EarlierCompanion(companion_id, record, relation, visit.attended_at)
    return list(companions.values())


def _list_companion_visits(
    session: Session, actor: Actor, own_records: Collection[UUID]
) -> Iterator[tuple[DecryptedVisit, DecryptedVisit]]:
    own_visits = {
        visit.family: visit
        for visit in reversed(queries.list_visits_of_people(session, own_records))
        if isinstance(visit, DecryptedVisit) and visit.family and _may_tell(session, actor, visit)
    }
    # The newest arrival last in the dictionary, and first here.
    for family, own_visit in list(reversed(own_visits.items()))[:EARLIER_FAMILIES]:
        for visit in list_visits_of_family(session, family) if family else ():
            is_other = isinstance(visit, DecryptedVisit) and visit.person_id not in own_records
            if isinstance(visit, DecryptedVisit) and is_other and _may_tell(session, actor, visit):
                yield own_visit, visit


def _may_tell(session: Session, actor: Actor, visit: DecryptedVisit) -> bool:
    # An annulled visit may be that of another person, recorded by mistake.
    return not visit.is_void and bool(queries.list_visible_visits(session, actor, [visit]))


def _find_relation(own_visit: DecryptedVisit, visit: DecryptedVisit) -> str | None:
    own, theirs = own_visit.record.get("relation", "self"), visit.record.get("relation", "other")
    return theirs if own == "self" else _RELATIONS_NOW.get((own, theirs))
