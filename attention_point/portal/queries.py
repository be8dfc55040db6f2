"""Reads the referrals of an entity for its own staff. A referral of another entity looks as if it did not exist."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.authorisations import list_disclosed_fields
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import Forbidden, NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries as intake_queries
from attention_point.intake.family.links import list_visits_of_arrival
from attention_point.intake.records.visit_search import find_references
from attention_point.people import records as people_records
from attention_point.people.claim_marks.revocations import is_revoked, map_revocations
from attention_point.people.merging import list_linked
from attention_point.portal import rules
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.entity_rows.entity_tags import list_ids_of_entity
from attention_point.referrals.follow_up.corrections import CONSENT_ENDED
from attention_point.referrals.models import Referral

DisclosedPersons = Mapping[tuple[UUID, frozenset[str]], Mapping[str, Any] | None]
# Without 0, 1, I and O, which people take for each other on paper.
SLIP_CODE = re.compile("[2-9A-HJ-NP-Z]{16}")


@dataclass(frozen=True, slots=True)
class ReferralDisclosure:
    """A referral as its entity sees it. ``person`` holds only fields that the service declares and that were given.

    ``incomplete``: the sealed record of the person or of the visit does not open, so ``person`` lacks what it says. Of
    a damaged referral only its row is known. ``consent_ended``: the person took the consent back, so ``person`` is
    empty.
    """

    referral: ListedReferral
    reference: str
    person: Mapping[str, Any]
    incomplete: bool = False
    consent_ended: bool = False


@dataclass(frozen=True, slots=True)
class DecryptedDisclosure(ReferralDisclosure):
    """The disclosure of a referral whose sealed part opens."""

    referral: DecryptedReferral


@dataclass(frozen=True, slots=True)
class DisclosureBatch:
    """A part of a list, newest first. The next part begins before ``next_before``; None when this is the last."""

    items: Sequence[ReferralDisclosure]
    next_before: UUID | None


def require_own_entity(actor: Actor) -> str:
    """The entity for which the actor acts. Raises Forbidden for an actor without one."""
    # Accounts of the role ``entity`` always have one; a token of another scope may not.
    if actor.entity is None:
        raise Forbidden(_("This account or token does not act for an entity."))
    return actor.entity


def record_list(session: Session, actor: Actor, disclosures: Iterable[ReferralDisclosure]) -> None:
    """Note in the journal which referrals an entity's reader was shown in a list."""
    listed_ids = [str(disclosure.referral.id) for disclosure in disclosures]
    entity = require_own_entity(actor)
    journal.record(session, actor, "referral.list", "entity", entity, found=listed_ids)


def disclose_listed(session: Session, referrals: Sequence[ListedReferral]) -> list[ReferralDisclosure]:
    """The disclosures of the referrals of a list in their order, also of those that do not open."""
    decrypted_referrals = [referral for referral in referrals if isinstance(referral, DecryptedReferral)]
    # A damaged referral has neither reference nor person: both are found by what does not open.
    disclosures: dict[UUID, ReferralDisclosure] = {
        disclosure.referral.id: disclosure for disclosure in disclose_referrals(session, decrypted_referrals)
    }
    return [disclosures.get(referral.id) or ReferralDisclosure(referral, "", {}) for referral in referrals]


def get_own_referral(session: Session, actor: Actor, referral_id: UUID) -> DecryptedDisclosure:
    """One referral of the entity's own. The journal keeps it. Raises NotFound, or VaultError if it does not open."""
    referral = referral_queries.find_referral(session, referral_id, entity=require_own_entity(actor))
    if referral is None:
        raise NotFound(_("There is no such referral."))
    return view_referral(session, actor, referral)


def view_referral(session: Session, actor: Actor, referral: DecryptedReferral) -> DecryptedDisclosure:
    """Disclose one referral to its entity, and keep that in the journal."""
    journal.record(session, actor, "referral.view", "referral", referral.id)
    return disclose_referrals(session, [referral])[0]


def list_other_referrals(session: Session, referral: DecryptedReferral) -> list[DecryptedReferral]:
    """The other referrals of the same person at the same entity, newest first, also of records that were joined.

    From a confidential one to an ordinary one nothing leads, and none the other way; nor to one whose consent ended:
    the name that this one shows would be its name.
    """
    is_of_person = Referral.person_id.in_(list_linked(session, referral.person_id))
    ids = list_ids_of_entity(session, referral.entity, is_of_person)
    others = referral_queries.list_referrals_by_ids(session, ids)
    own_others = [
        other
        for other in others
        if isinstance(other, DecryptedReferral)
        and (other.entity, other.restricted) == (referral.entity, referral.restricted)
        and other.id != referral.id
    ]
    ended = _find_ended_consents(session, own_others)
    return [other for other in own_others if other.id not in ended]


def list_referrals_of_slip(session: Session, actor: Actor, slip_code: str) -> list[ListedReferral]:
    """The entity's referrals of the visits that a slip's code leads to: of all who came together.

    Raises NotFound if there is none.
    """
    entity, visit_id = require_own_entity(actor), _find_visit_by_code(session, slip_code)
    referrals = list_referrals_of_arrival(session, visit_id) if visit_id else []
    # Other entities serve the same visit; what they do there is not this entity's to know.
    own_referrals = [referral for referral in referrals if referral.entity == entity]
    if not own_referrals:
        # The same words for a code that nobody has: what other slips there are is not this entity's to know.
        raise NotFound(_("No referral to your entity belongs to this slip."))
    return own_referrals


def list_referrals_of_arrival(session: Session, visit_id: UUID) -> list[ListedReferral]:
    """The referrals of a visit and of those who came together with it, also restricted and damaged ones."""
    try:
        visit = intake_queries.find_visit(session, visit_id)
    except VaultError as error:
        # Who else came is not known then; the referrals of the visit itself may open.
        note_damage(session, error)
        visit = None
    visit_ids = [member.id for member in list_visits_of_arrival(session, visit)] if visit else [visit_id]
    return [referral for member in visit_ids for referral in referral_queries.list_referrals_of_visit(session, member)]


def get_visit_of_slip(session: Session, actor: Actor, slip_code: str) -> UUID:
    """The visit that a slip's code leads to, for the desk. Raises NotFound if the actor may see no such visit."""
    visit_id = _find_visit_by_code(session, slip_code)
    if visit_id is None:
        raise NotFound(_("There is no such visit."))
    return intake_queries.get_visible_visit(session, actor, visit_id).id


def _find_visit_by_code(session: Session, slip_code: str) -> UUID | None:
    return intake_queries.find_visit_by_code(session, slip_code) if SLIP_CODE.fullmatch(slip_code) else None


def disclose_referrals(session: Session, referrals: Sequence[DecryptedReferral]) -> list[DecryptedDisclosure]:
    """The referrals with their visits' references and with the fields that their services declare."""
    references = find_references(session, {referral.visit_id for referral in referrals})
    services = directory_queries.get_services_by_code(session)
    entities = directory_queries.get_entities_by_code(session)
    ended = _find_ended_consents(session, referrals)
    fields = {
        # Also of what was answered long ago: showing it once more would be a use that nobody allows any more.
        referral.id: frozenset()
        if referral.id in ended
        else _list_visible_fields(referral, services.get(referral.service), entities.get(referral.entity))
        for referral in referrals
    }
    persons = _list_disclosed_persons(session, referrals, fields)
    disclosures = []
    for referral in referrals:
        person_values = _select_person_values(persons, referral, fields[referral.id])
        visit_values = _read_visit_values(session, referral, fields[referral.id])
        values = {**(person_values or {}), **(visit_values or {})}
        incomplete = person_values is None or visit_values is None
        reference = references.get(referral.visit_id, "")
        disclosures.append(DecryptedDisclosure(referral, reference, values, incomplete, referral.id in ended))
    return disclosures


def is_consent_ended(session: Session, referral: DecryptedReferral) -> bool:
    """Whether a referral stood on a consent that was taken back since."""
    return bool(_find_ended_consents(session, [referral]))


def _find_ended_consents(session: Session, referrals: Sequence[DecryptedReferral]) -> frozenset[UUID]:
    """Which referrals stood on a consent that was taken back since. What protects a child never stood on one."""
    consented = [referral for referral in referrals if not referral.mandatory]
    revocations = map_revocations(session, {referral.person_id for referral in consented})
    return frozenset(
        referral.id
        for referral in consented
        if is_revoked(revocations.get(referral.person_id, ()), f"referral:{referral.entity}", referral.day)
        or (referral.state == "withdrawn" and referral.record["answers"][-1]["reason"] in CONSENT_ENDED)
    )


def _list_visible_fields(
    referral: DecryptedReferral, service: ServiceRow | None, entity: EntityRow | None
) -> frozenset[str]:
    # A referral of before the entity had withheld fields shows none of them either.
    default_fields = entity.withheld_fields if entity else ()
    fields = list_disclosed_fields(
        service,
        restricted=referral.restricted,
        withheld_fields=referral.record.get("withheld_fields", default_fields),
    )
    # Whoever sees a telephone is told whether it is safe to call.
    return frozenset({*fields, "phone_safe"} if "phone" in fields else fields)


def _list_disclosed_persons(
    session: Session, referrals: Sequence[DecryptedReferral], fields: Mapping[UUID, frozenset[str]]
) -> DisclosedPersons:
    """The fields of the people, read once for each set of declared fields. None stands for a record that stays shut."""
    # Services declare few different sets, so this is one query for each instead of one for each referral.
    person_ids_by_fields: dict[frozenset[str], set[UUID]] = {}
    for referral in referrals:
        person_ids_by_fields.setdefault(fields[referral.id], set()).add(referral.person_id)
    return {
        (person_id, names): person_values
        for names, person_ids in person_ids_by_fields.items()
        for person_id, person_values in people_records.disclose_fields(
            session, person_ids, names | {"birth_date"}
        ).items()
    }


def _select_person_values(
    persons: DisclosedPersons, referral: DecryptedReferral, fields: frozenset[str]
) -> dict[str, Any] | None:
    person_values = persons.get((referral.person_id, fields), {})
    if person_values is None:
        return None
    # The birth date was read for the age on the day of the visit; the entity sees it only if its service declares it.
    record = rules.withhold_unsafe_phone(
        people_records.add_age(person_values, referral.day), mandatory=referral.mandatory
    )
    return {name: value for name, value in record.items() if name in fields}


def _read_visit_values(session: Session, referral: DecryptedReferral, fields: frozenset[str]) -> dict[str, Any] | None:
    try:
        visit = intake_queries.find_visit(session, referral.visit_id) if fields & rules.VISIT_FIELDS else None
    except VaultError as error:
        note_damage(session, error)
        return None
    return rules.select_visit_values(visit.record, fields, restricted=referral.restricted) if visit else {}
