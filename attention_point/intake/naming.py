"""How the journal names a person, an attention and a referral: without a personal value, with a link to who may."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import Naming, RecordName, uuids_of
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral


def _name_people(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    if not reader.may("people.view"):
        return {}
    there = select(Person.id).where(Person.id.in_(uuids_of(ids)), Person.wrapped_key.is_not(None))
    return {str(key): RecordName("", url_for("desk.person", person=key)) for key in session.scalars(there)}


def _name_visits(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    may = _opens_all(reader)
    query = select(Visit.id, Visit.reference, Visit.sealed.is_not(None)).where(Visit.id.in_(uuids_of(ids)))
    return {
        str(key): RecordName(reference, url_for("desk.done", visit=key) if there and may else None)
        for key, reference, there in session.execute(query)
    }


def _name_referrals(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    may = _opens_all(reader)
    query = (
        select(Referral.id, Visit.reference, Referral.sealed.is_not(None))
        .join(Visit, Visit.id == Referral.visit_id)
        .where(Referral.id.in_(uuids_of(ids)))
    )
    return {
        str(key): RecordName(reference, url_for("referrals.show", referral=key) if there and may else None)
        for key, reference, there in session.execute(query)
    }


def _opens_all(reader: Actor) -> bool:
    """Whether no attention or referral is hidden from the reader: a link must not lead to what is not there."""
    return reader.may("visits.view") and reader.may("referrals.view") and reader.may("restricted.view")


def _of_person(session: Session, person: UUID) -> Iterable[UUID]:
    yield from session.scalars(select(Visit.id).where(Visit.person_id == person))
    yield from session.scalars(select(Referral.id).where(Referral.person_id == person))


NAMING = Naming(
    {"person": _name_people, "visit": _name_visits, "referral": _name_referrals},
    of_person=(_of_person,),
)
