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
from attention_point.foundation.damage import note_damage
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Forbidden, NotFound
from attention_point.foundation.vault_error import VaultError
from attention_point.intake import queries as intake
from attention_point.intake.models import Visit
from attention_point.people import services as people
from attention_point.portal import rules
from attention_point.referrals import queries as referrals
from attention_point.referrals.queries import ListedReferral, OpenReferral

Persons = Mapping[tuple[UUID, frozenset[str]], Mapping[str, Any] | None]
CODE = re.compile("[2-9A-HJ-NP-Z]{16}")


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as its entity sees it. ``person`` holds declared fields only, those that were given.

    ``incomplete``: the record of the person or of the visit does not open; ``person`` lacks what it says. Of a damaged
    referral nothing is known beyond its row.
    """

    referral: ListedReferral
    reference: str
    person: Mapping[str, Any]
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class OpenCase(Case):
    """A case whose referral is open."""

    referral: OpenReferral


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


def one(session: Session, actor: Actor, referral: UUID) -> OpenCase:
    """One referral of the entity's own; raises NotFound, VaultError where it does not open."""
    found = referrals.one(session, referral, entity=own_entity(actor))
    if found is None:
        raise NotFound(_("There is no such referral."))
    return open_cases(session, [found])[0]


def of_slip(session: Session, actor: Actor, code: str) -> list[ListedReferral]:
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


def cases(session: Session, listed: Sequence[ListedReferral]) -> list[Case]:
    """The referrals with their references and what their services declare; a damaged one without either."""
    opened = open_cases(session, [each for each in listed if isinstance(each, OpenReferral)])
    by_id: dict[UUID, Case] = {case.referral.id: case for case in opened}
    return [by_id.get(each.id) or Case(each, "", {}) for each in listed]


def open_cases(session: Session, found: Sequence[OpenReferral]) -> list[OpenCase]:
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
    return [_case(session, each, references.get(each.visit_id, ""), persons, fields[each.id]) for each in found]


def _case(session: Session, each: OpenReferral, reference: str, persons: Persons, fields: frozenset[str]) -> OpenCase:
    of_person, of_visit = _of_person(persons, each, fields), _of_visit(session, each, fields)
    incomplete = of_person is None or of_visit is None
    return OpenCase(each, reference, {**(of_person or {}), **(of_visit or {})}, incomplete)


def _references(session: Session, visits: Iterable[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Visit.id, Visit.reference).where(Visit.id.in_(list(visits))))
    return {row.id: row.reference for row in rows}


def _persons(session: Session, found: Sequence[OpenReferral], fields: Mapping[UUID, frozenset[str]]) -> Persons:
    """The people's own fields, read once for each set of declared fields; None where a record does not open."""
    wanted: dict[frozenset[str], set[UUID]] = {}
    for each in found:
        wanted.setdefault(fields[each.id], set()).add(each.person_id)
    return {
        (person, names): shown
        for names, persons in wanted.items()
        for person, shown in people.disclose(session, persons, names | {"birth_date"}).items()
    }


def _of_person(persons: Persons, each: OpenReferral, fields: frozenset[str]) -> dict[str, Any] | None:
    """The declared fields; the age is that on the day of the attention, for which the birth date was read too.

    None where the record does not open.
    """
    shown = persons.get((each.person_id, fields), {})
    if shown is None:
        return None
    record = people.with_age(shown, each.day)
    return {name: value for name, value in record.items() if name in fields}


def _of_visit(session: Session, each: OpenReferral, fields: frozenset[str]) -> dict[str, Any] | None:
    """The declared fields of the visit; None where its record does not open."""
    try:
        visit = intake.find(session, each.visit_id) if fields & rules.OF_VISIT else None
    except VaultError as error:
        note_damage(session, error)
        return None
    return rules.of_visit(visit.record, fields, restricted=each.restricted) if visit else {}
