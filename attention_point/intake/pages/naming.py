"""How the journal names people, visits and referrals: without a personal value, with a link where it opens."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Invalid
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.intake.models import Visit
from attention_point.intake.records import visit_search
from attention_point.people import merging
from attention_point.people.break_glass import grants
from attention_point.people.models import Person
from attention_point.people.search import people_search
from attention_point.referrals.models import Referral


def _name_people(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    if not reader.may("people.view"):
        return {}
    query = select(Person.id).where(Person.id.in_(parse_uuids(ids)), Person.wrapped_key.is_not(None))
    return {
        str(person_id): RecordName("", url_for("desk.show_person", person=person_id))
        for person_id in session.scalars(query)
    }


def _name_visits(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    can_open = _can_open_all(reader)
    query = select(Visit.id, Visit.reference, Visit.sealed.is_not(None)).where(Visit.id.in_(parse_uuids(ids)))
    return {
        str(visit_id): RecordName(
            reference, url_for("desk.show_visit", visit=visit_id) if is_sealed and can_open else None
        )
        for visit_id, reference, is_sealed in session.execute(query)
    }


def _name_referrals(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    can_open = _can_open_all(reader)
    query = (
        select(Referral.id, Visit.reference, Referral.sealed.is_not(None))
        .join(Visit, Visit.id == Referral.visit_id)
        .where(Referral.id.in_(parse_uuids(ids)))
    )
    return {
        str(referral_id): RecordName(
            reference, url_for("referrals.show_referral", referral=referral_id) if is_sealed and can_open else None
        )
        for referral_id, reference, is_sealed in session.execute(query)
    }


def _can_open_all(reader: Actor) -> bool:
    # No visit or referral may be hidden from the reader: a link must not lead to what is not there.
    return reader.may("visits.view") and reader.may("referrals.view") and reader.may("restricted.view")


def _list_ids_of_person(session: Session, person: UUID) -> Iterable[UUID]:
    linked = merging.list_linked(session, person)
    yield from linked
    yield from session.scalars(select(Visit.id).where(Visit.person_id.in_(linked)))
    yield from session.scalars(select(Referral.id).where(Referral.person_id.in_(linked)))


def _find_person_of_visit(session: Session, number: str) -> UUID | None:
    try:
        typed = people_search.read_search(number)
    except Invalid:  # nothing that could be searched
        return None
    if typed.reference is not None:
        query = select(Visit.person_id).where(
            Visit.reference.in_(visit_search.list_references(session, typed.reference))
        )
    elif typed.slip_code is not None:
        query = select(Visit.person_id).where(Visit.code == typed.slip_code)
    else:
        return None
    people = set(session.scalars(query))
    return people.pop() if len(people) == 1 else None  # a number alone may be that of several years


NAMING = RecordNaming(
    {"person": _name_people, "visit": _name_visits, "referral": _name_referrals},
    person_record_finders=(_list_ids_of_person,),
    person_finders=(_find_person_of_visit,),
    person_guards=(grants.require_grant_for_history,),
)
