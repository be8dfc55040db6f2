"""Plans a visit: its warnings, suggestions, and the referrals that follow from consents and choices.

A suggestion of the rules, a service that the agent adds and a referral that is made are one shape, ``Suggestion``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy.orm import Session

from attention_point.dates import parse_partial_date
from attention_point.directory import queries as directory_queries
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, encode_message_values
from attention_point.foundation.language import gettext as _
from attention_point.intake.consents import consent_rules
from attention_point.intake.consents.earlier_answers import list_standing_consents
from attention_point.intake.draft import StoredWarning, VisitDraft
from attention_point.intake.draft_types.answers import UNKNOWN_CODE, is_kind_complained_of
from attention_point.intake.family.guardians import check_family, check_guardian
from attention_point.people import queries as people_queries
from attention_point.people import rules as people_rules
from attention_point.people.phones import normalise_phone
from attention_point.people.records import DecryptedPerson, find_age_after_statement
from attention_point.routing import queries as routing_queries
from attention_point.routing.answers import suggest_added
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import Notice, Offer, ShownDocument, Situation, Suggestion
from attention_point.routing.rules import build_advice


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """The plan of a visit. ``chosen_referrals`` are the suggestions and the agent's own additions that are referred.

    ``restricted``: ordinary lists must not show the visit. ``identity_basis`` says on what the keeping of the person's
    identity stands (``consents/consent_rules.py``).
    """

    reference_prefix: str
    suggestions: tuple[Suggestion, ...]
    chosen_referrals: tuple[Suggestion, ...]
    notices: tuple[Notice, ...]
    warnings: tuple[StoredWarning, ...]
    restricted: bool
    identity_basis: str
    waiting_for_guardian: tuple[Suggestion, ...]


def plan_visit(
    session: Session,
    draft: VisitDraft,
    chosen_person: DecryptedPerson | None = None,
    family: Sequence[VisitDraft] = (),
    kept_entities: Mapping[str, str] = MappingProxyType({}),
) -> VisitPlan:
    """Work out the plan of a visit. ``chosen_person`` is whom the agent chose, opened; ``family`` are the drafts of
    everybody who came together, this one among them. ``kept_entities``, by service, stay where they still answer.

    Raises Invalid, naming each field whose code does not exist or whose reason is missing.
    """
    point = directory_queries.find_point(session, draft.point)
    offer_index = routing_queries.get_offer_index(session)
    errors = list(_check_codes(session, draft, offer_index))
    if point is None:
        errors.append(FieldError("point", _(UNKNOWN_CODE)))
    # All wrong fields at once: whoever corrects one must not find the next one after another try.
    if errors or point is None:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    situation = _build_situation(draft, chosen_person)
    advice = build_advice(situation, offer_index, draft.attended_day)
    entities = {**kept_entities, **draft.entities}
    suggestions = tuple(_choose_entity(suggestion, entities) for suggestion in advice.suggestions)
    # The agent may add any service, but no referral is made without the person's consent to its entity.
    added_referrals = tuple(_plan_added_referrals(session, draft, suggestions, advice.notices, offer_index))
    chosen_referrals = (
        *_choose_referrals(draft, suggestions, situation.age),
        *(referral for referral in added_referrals if consent_rules.allows_referral(draft, referral, situation.age)),
    )
    waiting_for_guardian = tuple(
        consent_rules.list_waiting_for_guardian(draft, (*suggestions, *added_referrals), situation.age)
    )
    earlier_consents = (
        list_standing_consents(session, draft.person.id, draft.attended_day, draft.id) if draft.person.id else {}
    )
    identity_basis = consent_rules.find_identity_basis(draft, chosen_referrals, earlier_consents, situation.age)
    return VisitPlan(
        reference_prefix=point.prefix,
        suggestions=suggestions,
        chosen_referrals=tuple(_withhold_fields(session, draft, chosen_referrals, earlier_consents)),
        notices=advice.notices,
        warnings=(
            *consent_rules.list_consent_warnings(draft, identity_basis, situation.age, waiting_for_guardian),
            *_check_person(draft, situation.age, family),
        ),
        restricted=advice.restricted or _names_restricted_service(session, draft, chosen_referrals),
        identity_basis=identity_basis,
        waiting_for_guardian=waiting_for_guardian,
    )


def _names_restricted_service(session: Session, draft: VisitDraft, referrals: Sequence[Suggestion]) -> bool:
    # A program may name a service of violence where a need is asked for: its name alone tells of the violence.
    services = directory_queries.get_services_by_code(session)
    return any(referral.restricted for referral in referrals) or any(services[need].restricted for need in draft.needs)


def _withhold_fields(
    session: Session, draft: VisitDraft, referrals: tuple[Suggestion, ...], earlier_consents: Collection[str]
) -> Iterator[Suggestion]:
    entities, may_call = directory_queries.get_entities_by_code(session), _may_call(session, draft, earlier_consents)
    for referral in referrals:
        entity_fields = entities[referral.entity].withheld_fields
        withheld_fields = consent_rules.list_withheld_fields(draft, referral, entity_fields, may_call=may_call)
        withheld_fields = tuple(sorted({*withheld_fields, *referral.withheld_fields}))
        if referral.closed and entities[referral.entity].sanctions:
            # Nothing is open there for the person, whom it could fine or expel: it must not be able to call.
            withheld_fields = tuple(sorted({*withheld_fields, "phone"}))
        yield referral._replace(withheld_fields=withheld_fields)


def _may_call(session: Session, draft: VisitDraft, earlier_consents: Collection[str]) -> bool:
    answer = consent_rules.find_consent(draft, "contact")
    if answer is not None or "contact" in earlier_consents:
        return answer is not False
    # Silence is a no where the text asks about calls; under an older one, the telephone is a part of the referral.
    texts = [
        directory_queries.find_consent_text_version(session, version)
        for version in {consent.text_version for consent in draft.consents}
    ]
    purposes = {purpose["purpose"] for text in texts if text for purpose in text.content["purposes"]}
    return "contact" not in purposes


def _build_situation(draft: VisitDraft, chosen_person: DecryptedPerson | None) -> Situation:
    person, facts = draft.person, draft.facts
    # Rules know one word for a disability, whether the agent noted it or the answers to the six questions say so.
    vulnerabilities = draft.vulnerabilities
    if person.disability and person.disability.is_present and "disability" not in vulnerabilities:
        vulnerabilities = (*vulnerabilities, "disability")
    return Situation(
        needs=tuple(dict.fromkeys(draft.needs)),
        # A child on file is a child, whether it is stated again or not: child protection (M1) depends on it.
        age=find_age_after_statement(
            chosen_person.record if chosen_person else {}, draft.person_fields, draft.attended_day
        ),
        accompanied_by=draft.household.accompanied_by,
        nationality=person.nationality,
        population=person.population,
        status=person.status,
        documents=tuple(ShownDocument(document.type, document.expires) for document in person.documents),
        vulnerabilities=vulnerabilities,
        child_born_in_colombia_without_note=facts.child_born_in_colombia_without_note,
        complained_of=facts.complained_of,
        intention=person.intention,
        arrived_on=parse_partial_date(facts.arrived_on) if facts.arrived_on else None,
        entry_stamped=facts.entry_stamped,
        child_with_permit=facts.child_with_permit,
        registered_in=facts.registered_in,
        measure_notified_on=facts.measure_notified_on,
        violence_within_72_hours=facts.violence_within_72_hours,
        conflict_victim=facts.conflict_victim,
        in_transit=facts.in_transit,
        live_birth_certificate=facts.live_birth_certificate,
        death_in_family=facts.death_in_family,
    )


def _check_codes(session: Session, draft: VisitDraft, offer_index: OfferIndex) -> Iterator[FieldError]:
    # Also consents under a text that was never shown: they would prove nothing (Ley 1581 de 2012, art. 9).
    services, entities = (
        directory_queries.get_services_by_code(session),
        directory_queries.get_entities_by_code(session),
    )
    named_codes = [(f"needs.{index}", code) for index, code in enumerate(draft.needs)]
    named_codes += [(f"refer.{index}", code) for index, code in enumerate(draft.refer or ())]
    named_codes += [(f"entities.{code}", code) for code in draft.entities]
    named_codes += [(f"declined.{index}.service", entry.service) for index, entry in enumerate(draft.declined)]
    yield from (FieldError(field, _(UNKNOWN_CODE)) for field, code in named_codes if code not in services)
    for service, entity in draft.entities.items():
        if entity not in {
            entry.entity for entry in _select_offers_of_service(offer_index, draft.attended_day, service)
        }:
            yield FieldError(f"entities.{service}", _("This entity does not offer the service on that day."))
    complained_of = draft.facts.complained_of
    if complained_of and complained_of not in entities and not is_kind_complained_of(complained_of):
        yield FieldError("facts.complained_of", _(UNKNOWN_CODE))
    text_versions = directory_queries.list_consent_versions(session)
    for index, consent in enumerate(draft.consents):
        purpose_kind, _colon, entity = consent.purpose.partition(":")
        if purpose_kind == "referral" and entity != "*" and entity not in entities:
            yield FieldError(f"consents.{index}.purpose", _(UNKNOWN_CODE))
        if consent.text_version not in text_versions:
            yield FieldError(f"consents.{index}.text_version", _("There is no consent text of this version."))


def _choose_entity(suggestion: Suggestion, entities: Mapping[str, str]) -> Suggestion:
    # The person chooses among the entities that answer; another choice is an error of its own (``_check_codes``).
    chosen_entity = entities.get(suggestion.service)
    if chosen_entity not in suggestion.alternatives:
        return suggestion
    other_entities = [entity for entity in suggestion.alternatives if entity != chosen_entity]
    return suggestion._replace(entity=chosen_entity, alternatives=(suggestion.entity, *other_entities))


def _choose_referrals(draft: VisitDraft, suggestions: tuple[Suggestion, ...], age: int | None) -> Iterator[Suggestion]:
    # A mandatory path is always followed, unless it is declined with a reason: it protects a child, with or without
    # consent (M1). Any other needs the person's consent, and to be asked for where the draft says what is.
    declined = {suggestion.service: suggestion.reason for suggestion in draft.declined}
    for suggestion in suggestions:
        if suggestion.service in declined:
            if suggestion.mandatory and not declined[suggestion.service]:
                index = [entry.service for entry in draft.declined].index(suggestion.service)
                message = _("This path is mandatory: say why it is not followed.")
                raise Invalid(message, (FieldError(f"declined.{index}.reason", message),))
            continue
        # A procedure that is closed for the person is referred only if somebody asks for it by name.
        is_requested = not suggestion.closed if draft.refer is None else suggestion.service in draft.refer
        if suggestion.mandatory or (is_requested and consent_rules.allows_referral(draft, suggestion, age)):
            yield suggestion


def _plan_added_referrals(
    session: Session,
    draft: VisitDraft,
    suggestions: tuple[Suggestion, ...],
    notices: tuple[Notice, ...],
    offer_index: OfferIndex,
) -> Iterator[Suggestion]:
    suggested_services = {suggestion.service for suggestion in suggestions}
    services = directory_queries.get_services_by_code(session)
    for index, service in enumerate(draft.refer or ()):
        if service in suggested_services:
            continue
        available_offers = _select_offers_of_service(offer_index, draft.attended_day, service)
        if not available_offers:
            message = _("No entity offers this service on that day.")
            raise Invalid(message, (FieldError(f"refer.{index}", message),))
        chosen_entity = draft.entities.get(service)
        offer = next((offer for offer in available_offers if offer.entity == chosen_entity), available_offers[0])
        yield suggest_added(offer, notices, services[service].fields)


def _select_offers_of_service(offer_index: OfferIndex, day: date, service: str) -> list[Offer]:
    return [
        offer
        for need_offers in offer_index.offers_on_day(day).values()
        for offer in need_offers
        if offer.service == service
    ]


def _check_person(draft: VisitDraft, age: int | None, family: Sequence[VisitDraft]) -> Iterator[StoredWarning]:
    yield from check_guardian(draft, age)
    yield from check_family(draft, family)
    yield from _check_documents(draft)
    yield from _check_phone(draft)


def _check_documents(draft: VisitDraft) -> Iterator[StoredWarning]:
    document_types = people_queries.load_document_types()
    for index, document in enumerate(draft.person.documents):
        for warning in people_rules.check_document(
            document.type,
            document.number or "",
            document.expires,
            draft.birth_span,
            draft.attended_day,
            document_types,
        ):
            yield (f"person.documents.{index}.number", warning.message, encode_message_values(warning.params))


# Stored with visits: the id of the message stays.
DOUBTFUL_PHONE = N_("No telephone in Colombia or Venezuela has this number. Read it aloud to the person.")


def _check_phone(draft: VisitDraft) -> Iterator[StoredWarning]:
    if draft.person.phone and normalise_phone(draft.person.phone).is_doubtful:
        yield ("person.phone", DOUBTFUL_PHONE, {})
