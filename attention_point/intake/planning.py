"""What a visit leads to: warnings, suggestions, and the referrals that follow from consents and choices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.foundation.language import N_, kept
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.intake.draft import VisitDraft
from attention_point.people import rules as people_rules
from attention_point.people import services as people
from attention_point.routing import queries as routing
from attention_point.routing.facts import HeldDocument, Notice, Offer, Reason, Situation, Suggestion
from attention_point.routing.offers import Offers
from attention_point.routing.rules import advise

WarningRow = tuple[str, str, Mapping[str, Any]]
"""A field, a message id and its values: kept so, to be said in the reader's language."""


class Referred(NamedTuple):
    """A suggestion, or the agent's own addition, with the entity that answers it."""

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    restricted: bool
    reason: Reason
    rule: str
    papers_missing: bool = False

    def sealed(self) -> dict[str, Any]:
        """As it stands in a sealed record: the reason as a message id, to be said in any language."""
        return {
            "need": self.need,
            "service": self.service,
            "entity": self.entity,
            "mandatory": self.mandatory,
            "urgent": self.urgent,
            "restricted": self.restricted,
            "reason": [self.reason.msgid, kept(self.reason.params)],
            "rule": self.rule,
            "papers_missing": self.papers_missing,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be stored of a visit beside what was said."""

    prefix: str
    suggestions: tuple[Referred, ...]
    chosen: tuple[Referred, ...]
    notices: tuple[Notice, ...]
    warnings: tuple[WarningRow, ...]
    alternatives: Mapping[str, tuple[str, ...]]
    restricted: bool


UNKNOWN = N_("This code does not exist.")
ADDED = Reason("The agent added it.")


def plan_visit(session: Session, draft: VisitDraft) -> Plan:
    """Work out the plan. Raises Invalid, naming each field whose code does not exist or whose reason is missing."""
    point = directory.point(session, draft.point)
    offers = routing.offers(session)
    errors = list(_unknown(session, draft, offers))
    if point is None:
        errors.append(FieldError("point", _(UNKNOWN)))
    if errors or point is None:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    advice = advise(_situation(draft, _birth_date(session, draft)), offers, draft.day)
    suggestions = tuple(_referred(each, draft) for each in advice.suggestions)
    added = tuple(_added(draft, suggestions, offers))
    chosen = tuple(_chosen(draft, suggestions)) + tuple(each for each in added if draft.consented_to(each.entity))
    return Plan(
        prefix=point.prefix,
        suggestions=suggestions,
        chosen=chosen,
        notices=advice.notices,
        warnings=tuple(_warnings(draft)),
        alternatives={each.service: (each.entity, *each.alternatives) for each in advice.suggestions},
        restricted=advice.restricted or any(each.restricted for each in chosen),
    )


def _birth_date(session: Session, draft: VisitDraft) -> date | None:
    """As said, else as known of the person whom the draft names: a child on file is a child, said again or not (M1)."""
    said, chosen = draft.person.birth_date, draft.person.id
    if said or chosen is None:
        return said
    known = people.known_birth_date(session, chosen)
    return known if known and known <= draft.day else None


def _situation(draft: VisitDraft, born: date | None) -> Situation:
    person = draft.person
    vulnerabilities = draft.vulnerabilities
    if person.disability and person.disability.present and "disability" not in vulnerabilities:
        vulnerabilities = (*vulnerabilities, "disability")
    return Situation(
        needs=tuple(dict.fromkeys(draft.needs)),
        age=people_rules.age_on(born, draft.day) if born else None,
        accompanied_by=draft.household.accompanied_by,
        nationality=person.nationality,
        population=person.population,
        status=person.status,
        documents=tuple(HeldDocument(each.type, each.expires) for each in person.documents),
        vulnerabilities=vulnerabilities,
        child_born_in_colombia_without_note=draft.facts.child_born_in_colombia_without_note,
        complained_of=draft.facts.complained_of,
    )


def _unknown(session: Session, draft: VisitDraft, offers: Offers) -> Iterator[FieldError]:
    """Codes that the directory does not have, and consents under a text that was never shown."""
    services, entities = directory.services_by_code(session), directory.entities_by_code(session)
    named = [(f"needs.{place}", code) for place, code in enumerate(draft.needs)]
    named += [(f"refer.{place}", code) for place, code in enumerate(draft.refer or ())]
    named += [(f"entities.{code}", code) for code in draft.entities]
    named += [(f"declined.{place}.service", each.service) for place, each in enumerate(draft.declined)]
    yield from (FieldError(field, _(UNKNOWN)) for field, code in named if code not in services)
    for service, entity in draft.entities.items():
        if entity not in {each.entity for each in _offers_of(offers, draft.day, service)}:
            yield FieldError(f"entities.{service}", _("This entity does not offer the service on that day."))
    if draft.facts.complained_of and draft.facts.complained_of not in entities:
        yield FieldError("facts.complained_of", _(UNKNOWN))
    versions = directory.consent_versions(session)
    for place, consent in enumerate(draft.consents):
        kind, _colon, entity = consent.purpose.partition(":")
        if kind == "referral" and entity != "*" and entity not in entities:
            yield FieldError(f"consents.{place}.purpose", _(UNKNOWN))
        if consent.text_version not in versions:
            yield FieldError(f"consents.{place}.text_version", _("There is no consent text of this version."))


def _referred(suggestion: Suggestion, draft: VisitDraft) -> Referred:
    """The suggestion, at the entity that the person chose among those that answer."""
    wanted = draft.entities.get(suggestion.service)
    return Referred(
        need=suggestion.need,
        service=suggestion.service,
        entity=wanted if wanted in suggestion.alternatives else suggestion.entity,
        mandatory=suggestion.mandatory,
        urgent=suggestion.urgent,
        restricted=suggestion.restricted,
        reason=suggestion.reason,
        rule=suggestion.rule,
        papers_missing=suggestion.papers_missing,
    )


def _chosen(draft: VisitDraft, suggestions: tuple[Referred, ...]) -> Iterator[Referred]:
    """A mandatory path always, unless declined with a reason; any other with the person's consent, if asked for."""
    declined = {each.service: each.reason for each in draft.declined}
    for each in suggestions:
        if each.service in declined:
            if each.mandatory and not declined[each.service]:
                place = [entry.service for entry in draft.declined].index(each.service)
                sentence = _("This path is mandatory: say why it is not followed.")
                raise Invalid(sentence, (FieldError(f"declined.{place}.reason", sentence),))
            continue
        wanted = draft.refer is None or each.service in draft.refer
        if each.mandatory or (wanted and draft.consented_to(each.entity)):
            yield each


def _added(draft: VisitDraft, suggestions: tuple[Referred, ...], offers: Offers) -> Iterator[Referred]:
    """Services that the agent asked for although no rule suggested them."""
    suggested = {each.service for each in suggestions}
    for place, service in enumerate(draft.refer or ()):
        if service in suggested:
            continue
        available = _offers_of(offers, draft.day, service)
        if not available:
            sentence = _("No entity offers this service on that day.")
            raise Invalid(sentence, (FieldError(f"refer.{place}", sentence),))
        wanted = draft.entities.get(service)
        offer = next((each for each in available if each.entity == wanted), available[0])
        yield Referred(
            need=offer.need,
            service=service,
            entity=offer.entity,
            mandatory=False,
            urgent=False,
            restricted=offer.restricted,
            reason=ADDED,
            rule="AGENT",
        )


def _offers_of(offers: Offers, day: date, service: str) -> list[Offer]:
    return [offer for of_need in offers.on(day).values() for offer in of_need if offer.service == service]


def _warnings(draft: VisitDraft) -> Iterator[WarningRow]:
    types = people.document_types()
    for place, document in enumerate(draft.person.documents):
        for found in people_rules.check_document(
            document.type, document.number or "", document.expires, draft.person.birth_date, draft.day, types
        ):
            yield (f"person.documents.{place}.number", found.message, kept(found.params))
