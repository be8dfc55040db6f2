"""An entity sends a person on to another one, if they agree: a new referral, and the old one closed as forwarded.

Neither entity sees the other's referral. The new one holds what the old one said of need and reason, and no answer.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.directory import queries as directory_queries
from attention_point.directory.service_rows import OfferRow
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.referrals import rules
from attention_point.referrals.answers.answering import Answer, build_conflict, require_standing_visit, store_answer
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.reasons.queries import find_reason_words
from attention_point.tallies import services as tally_services

# How the person agreed. The last one is for a mandatory path, which protects a child and needs no consent (DOMAIN M1).
IN_PERSON, BY_TELEPHONE, CHILD_PROTECTION = "in-person", "by-telephone", "child-protection"
# What the new referral takes over of the old one's sealed record.
_KEPT_KEYS = ("need", "reason", "rule", "rule_set", "mandatory", "urgent", "restricted")


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Where a referral goes on to, how the person agreed, and the consent text whose words were shown."""

    service: str
    entity: str
    consent: str
    version: int
    text_version: str | None = None


def list_targets(session: Session, referral: DecryptedReferral) -> list[OfferRow]:
    """The offers of other entities to which a referral may go on, those for the same need first."""
    services = directory_queries.get_services_by_code(session)
    today = clock.today()
    offers = [
        offer
        for offer in directory_queries.list_offers(session)
        if offer.is_in_force(today)
        and offer.entity != referral.entity
        # A service for victims is no target for somebody else's errand: its name alone would tell of violence.
        and (referral.restricted or not offer.restricted)
        and offer.service in services
    ]
    return sorted(offers, key=lambda offer: (offer.need != referral.record["need"], offer.order))


def list_consent_ways(referral: DecryptedReferral) -> tuple[str, ...]:
    """How the person may have agreed to the forwarding of this referral."""
    return (IN_PERSON, BY_TELEPHONE, CHILD_PROTECTION) if referral.mandatory else (IN_PERSON, BY_TELEPHONE)


def can_forward(referral: DecryptedReferral) -> bool:
    """Whether the entity may send the person on now: while the referral is open, or after it was rejected."""
    return referral.state in (*rules.OPEN_STATES, "rejected") and not (
        referral.forwarded_to or referral.visit_annulled_on
    )


def check_forwarding(session: Session, referral: DecryptedReferral, forwarding: Forwarding) -> None:
    """Raise Conflict for a stale version, Invalid for a target or a consent that is none."""
    if forwarding.version != referral.version:
        raise build_conflict(referral, Answer("closed", forwarding.version))
    require_standing_visit(referral)
    if not can_forward(referral):
        raise Conflict(_("This referral is over, and cannot be forwarded."))
    targets = {(offer.service, offer.entity) for offer in list_targets(session, referral)}
    if (forwarding.service, forwarding.entity) not in targets:
        raise _build_invalid("target", _("Choose where the person goes."))
    if forwarding.consent not in list_consent_ways(referral):
        raise _build_invalid("consent", _("Without the person’s consent nothing is sent. Say how they agreed."))


def _build_invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(field, message),))


def build_forwarded_record(
    session: Session, actor: Actor, referral: DecryptedReferral, forwarding: Forwarding
) -> dict[str, Any]:
    """The record of the new referral. In a closed month it does not count: the errand was counted with the old one."""
    service = directory_queries.get_services_by_code(session)[forwarding.service]
    entity = directory_queries.get_entities_by_code(session)[forwarding.entity]
    record = {key: referral.record[key] for key in _KEPT_KEYS if key in referral.record}
    record |= {
        "service": forwarding.service,
        "entity": forwarding.entity,
        "restricted": bool(referral.restricted or service.restricted),
        "papers_missing": False,
        "withheld_fields": sorted(_list_withheld_fields(referral, entity.withheld_fields)),
        "forwarded_from": str(referral.id),
        "consent": {
            "way": forwarding.consent,
            "at": clock.now().isoformat(),
            "by": actor.journal_label,
            "text_version": forwarding.text_version,
        },
    }
    is_month_closed = first_of_month(tally_services.choose_counting_day(session, referral.day)) != first_of_month(
        referral.day
    )
    return record | ({"uncounted": True} if is_month_closed or not referral.is_counted else {})


def _list_withheld_fields(referral: DecryptedReferral, fields_of_entity: Collection[str]) -> set[str]:
    # A telephone that the person did not let be called goes to nobody.
    return {*fields_of_entity, *({"phone"} & set(referral.record.get("withheld_fields", ())))}


def close_as_forwarded(
    session: Session, actor: Actor, referral: DecryptedReferral, new_referral: UUID
) -> DecryptedReferral:
    """Close the old referral. Its entity reads that it was forwarded, and nothing of what becomes of the new one."""
    words = find_reason_words(session, referral.entity, rules.FORWARDED_REASON)
    content = Answer("closed", referral.version, reason_code=rules.FORWARDED_REASON, reason_words=words).content
    record = {**referral.record, "forwarded_to": str(new_referral)}
    return store_answer(
        session, actor, replace(referral, record=record), rules.ENTITY_SIDE, content, "referral.forward"
    )
