"""What an entity sees of its own referrals. Whatever is another's looks as if it did not exist."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Forbidden, NotFound
from attention_point.intake import queries as intake
from attention_point.intake.models import Visit
from attention_point.people import services as people
from attention_point.portal import rules
from attention_point.referrals import queries as referrals
from attention_point.referrals.queries import OpenReferral

CODE = re.compile("[2-9A-HJ-NP-Z]{16}")


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as its entity sees it. ``person`` holds declared fields only, those that were given."""

    referral: OpenReferral
    reference: str
    person: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cases:
    """A part of a list. ``before``: from where to read on; None when there is nothing more."""

    items: Sequence[Case]
    before: UUID | None


def own_entity(actor: Actor) -> str:
    """The entity for which somebody acts; raises Forbidden for who acts for none."""
    if actor.entity is None:
        raise Forbidden(_("This access belongs to no entity."))
    return actor.entity


def inbox(
    session: Session, actor: Actor, states: Sequence[str], before: UUID | None, size: int, *, restricted: bool = False
) -> Cases:
    """The entity's newest referrals in some states: the ordinary ones, or the restricted ones; never both."""
    batch = referrals.inbox(session, own_entity(actor), states, before, size, restricted=restricted)
    return Cases(cases(session, batch.items), batch.before)


def one(session: Session, actor: Actor, referral: UUID) -> Case:
    """One referral of the entity's own; raises NotFound."""
    found = referrals.one(session, referral)
    if found is None or found.entity != own_entity(actor):
        raise NotFound(_("There is no such referral."))
    return cases(session, [found])[0]


def of_slip(session: Session, actor: Actor, code: str) -> list[OpenReferral]:
    """The entity's referrals of the visit that a slip's code names; raises NotFound when there is none."""
    visit = _by_code(session, code)
    found = [each for each in referrals.of_visit(session, visit) if each.entity == own_entity(actor)] if visit else []
    if not found:
        raise NotFound(_("There is no such referral."))
    return found


def visit_of_slip(session: Session, actor: Actor, code: str) -> UUID:
    """The visit that a slip's code names, for the desk; raises NotFound when there is none that this reader may see."""
    visit = _by_code(session, code)
    if visit is None:
        raise NotFound(_("There is no such visit."))
    return intake.visible(session, actor, visit).id


def _by_code(session: Session, code: str) -> UUID | None:
    return intake.by_code(session, code) if CODE.fullmatch(code) else None


def cases(session: Session, found: Sequence[OpenReferral]) -> list[Case]:
    """The referrals with their references and what their services declare."""
    references = _references(session, {each.visit_id for each in found})
    services = directory.services_by_code(session)
    fields = {
        each.id: rules.declared(
            services[each.service].fields if each.service in services else (), restricted=each.restricted
        )
        for each in found
    }
    persons = _persons(session, found, fields)
    return [
        Case(
            each,
            references.get(each.visit_id, ""),
            {**_of_person(persons, each, fields[each.id]), **_of_visit(session, each, fields[each.id])},
        )
        for each in found
    ]


def _references(session: Session, visits: Iterable[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Visit.id, Visit.reference).where(Visit.id.in_(list(visits))))
    return {row.id: row.reference for row in rows}


def _persons(
    session: Session, found: Sequence[OpenReferral], fields: Mapping[UUID, frozenset[str]]
) -> dict[tuple[UUID, frozenset[str]], dict[str, Any]]:
    """The people's own fields, read once for each set of declared fields."""
    wanted: dict[frozenset[str], set[UUID]] = {}
    for each in found:
        wanted.setdefault(fields[each.id], set()).add(each.person_id)
    return {
        (person, names): shown
        for names, persons in wanted.items()
        for person, shown in people.disclose(session, persons, names | {"birth_date"}).items()
    }


def _of_person(
    persons: Mapping[tuple[UUID, frozenset[str]], Mapping[str, Any]], each: OpenReferral, fields: frozenset[str]
) -> dict[str, Any]:
    """The declared fields; the age is that on the day of the attention, for which the birth date was read too."""
    record = people.with_age(persons.get((each.person_id, fields), {}), each.day)
    return {name: value for name, value in record.items() if name in fields}


def _of_visit(session: Session, each: OpenReferral, fields: frozenset[str]) -> dict[str, Any]:
    visit = intake.find(session, each.visit_id) if fields & rules.OF_VISIT else None
    return rules.of_visit(visit.record, fields, restricted=each.restricted) if visit else {}
