"""The cards of the check page: a service, who gives it, which data go there and for what, and what to know of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.accounts import queries as account_queries
from attention_point.directory import queries as directory_queries
from attention_point.directory.freshness import STALE, UNCONFIRMED, find_worst_freshness
from attention_point.directory.privacy.authorisations import Authorisation, describe_authorisation
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, format_date, translate_stored_message
from attention_point.foundation.language import gettext as _
from attention_point.intake.consents import consent_rules
from attention_point.intake.draft import VisitDraft
from attention_point.intake.planning import VisitPlan
from attention_point.referrals.slip import Guidance, describe_guidance
from attention_point.routing import queries as routing_queries
from attention_point.routing.answers import ASKS_FOR_CHILD, suggest_added
from attention_point.routing.rule_types import Notice, Offer, Suggestion

# Their reason is only that the person asked for the service.
_PLAIN_RULES = frozenset({"NEED", "AGENT"})


class EntityChoice(NamedTuple):
    """An entity that may get a referral, in words. ``doubts`` are sentences, ``authorisation`` what it would get."""

    code: str
    name: str
    authorisation: Authorisation | None
    doubts: tuple[str, ...]


class ReferralCard(NamedTuple):
    """A suggestion of the rules, or a service that the agent added (``is_added``), in words.

    ``is_asked``: no rule refers this person, and whoever does not either says why.

    ``reason`` is empty where it is only that the person asked for the service. ``guidance`` is what the agent tells.
    """

    code: str
    service: str
    reason: str
    mandatory: bool
    urgent: bool
    restricted: bool
    papers_missing: bool
    is_added: bool
    is_asked: bool
    guidance: Guidance
    entities: tuple[EntityChoice, ...]


def build_cards(
    session: Session,
    draft: VisitDraft,
    plan: VisitPlan,
    added_services: Mapping[str, str],
    asked_needs: Collection[str] = (),
) -> list[ReferralCard]:
    """The cards of a person: what the rules suggest, what they left to the agent, then what the agent added."""
    offers = _list_other_offers(session, draft, plan)
    added_offers = [
        offer for offer in offers if offer.service in added_services and offer.entity == added_services[offer.service]
    ]
    asked_offers: dict[str, Offer] = {}
    for offer in offers:
        if offer.service in asked_needs and offer.service not in added_services:
            asked_offers.setdefault(offer.service, offer)
    # Several services of one need share the rule that brought them: its reason is said once.
    first_services = {
        (suggestion.need, suggestion.rule): suggestion.service for suggestion in reversed(plan.suggestions)
    }
    cards = [_build_card(session, draft, plan, suggestion) for suggestion in plan.suggestions]
    services = directory_queries.get_services_by_code(session)
    asked_suggestions, added_suggestions = (
        [suggest_added(offer, plan.notices, services[offer.service].fields) for offer in further_offers]
        for further_offers in (asked_offers.values(), added_offers)
    )
    return [
        *(card if card.code in first_services.values() else card._replace(reason="") for card in cards),
        *(_build_card(session, draft, plan, suggestion, is_asked=True) for suggestion in asked_suggestions),
        *(_build_card(session, draft, plan, suggestion, is_added=True) for suggestion in added_suggestions),
    ]


def _build_card(
    session: Session,
    draft: VisitDraft,
    plan: VisitPlan,
    suggestion: Suggestion,
    *,
    is_added: bool = False,
    is_asked: bool = False,
) -> ReferralCard:
    service = directory_queries.get_services_by_code(session)[suggestion.service]
    text_version = next((consent.text_version for consent in draft.consents), None)
    entities = directory_queries.get_entities_by_code(session)
    # Of somebody new who refuses to be on file, no name goes anywhere.
    missing_fields = consent_rules.NAMING_FIELDS if plan.identity_basis == consent_rules.NOT_KEPT else frozenset()
    return ReferralCard(
        code=suggestion.service,
        service=service.name[current_language()],
        reason=""
        if suggestion.rule in _PLAIN_RULES
        else translate_stored_message(suggestion.reason.msgid, suggestion.reason.params),
        mandatory=suggestion.mandatory,
        urgent=suggestion.urgent,
        restricted=suggestion.restricted,
        papers_missing=suggestion.papers_missing,
        is_added=is_added,
        is_asked=is_asked,
        guidance=describe_guidance(service, suggestion._asdict(), "card"),
        entities=tuple(
            EntityChoice(
                code,
                entities[code].name[current_language()],
                describe_authorisation(
                    session, code, suggestion.service, text_version, missing_fields.union(suggestion.withheld_fields)
                ),
                tuple(_list_entity_doubts(session, entities[code], suggestion.service)),
            )
            for code in (suggestion.entity, *suggestion.alternatives)
        ),
    )


def _list_entity_doubts(session: Session, entity: EntityRow, service: str) -> Iterator[str]:
    today, name = clock.today(), entity.short[current_language()]
    if entity.code not in account_queries.list_entities_with_account(session):
        yield _(
            "Nobody at %(entity)s reads this system: they will not see the referral. The person must bring the slip.",
            entity=name,
        )
    places = directory_queries.list_places(session, entity.code, service, today)
    freshness = find_worst_freshness(places[:1], today)
    if freshness == UNCONFIRMED:
        yield _("Nobody has confirmed address and telephone of %(entity)s: the slip does not show them.", entity=name)
    elif freshness == STALE and (confirmed_on := places[0].confirmed_on):
        day = format_date(confirmed_on)
        yield _("Address and telephone of %(entity)s were last confirmed on %(day)s: call first.", entity=name, day=day)


def list_addable_services(
    session: Session, draft: VisitDraft, plan: VisitPlan, added_services: Iterable[str]
) -> list[tuple[str, str]]:
    """Pairs of ``service:entity`` and words for each further service, with the entity that answers it first."""
    services, entities, language = (
        directory_queries.get_services_by_code(session),
        directory_queries.get_entities_by_code(session),
        current_language(),
    )
    first_entities: dict[str, str] = {}
    for offer in _list_other_offers(session, draft, plan):
        if offer.service not in added_services:
            first_entities.setdefault(offer.service, offer.entity)
    choices = (
        (f"{service}:{entity}", f"{services[service].name[language]} – {entities[entity].short[language]}")
        for service, entity in first_entities.items()
    )
    return sorted(choices, key=lambda choice: choice[1])


def _list_other_offers(session: Session, draft: VisitDraft, plan: VisitPlan) -> list[Offer]:
    # Never at the entity that the person complains of (M6).
    suggested_services = {suggestion.service for suggestion in plan.suggestions}
    offers_by_need = routing_queries.get_offer_index(session).offers_on_day(draft.attended_day)
    return [
        offer
        for need_offers in offers_by_need.values()
        for offer in need_offers
        if offer.service not in suggested_services and offer.entity != draft.facts.complained_of
    ]


# Where the form takes the answer to what a rule asks.
_FIELDS_OF_QUESTIONS = {"M1-ASK": "accompanied_by", ASKS_FOR_CHILD: "companions"}


def describe_notice(session: Session, notice: Notice) -> dict[str, str]:
    """A notice of the rules in words, such as a question to ask first, with the form's field for the answer."""
    services = directory_queries.get_services_by_code(session)
    name = services[notice.need].name[current_language()] if notice.need in services else notice.need
    return {
        "need": name,
        "reason": translate_stored_message(notice.reason.msgid, notice.reason.params),
        "field": _FIELDS_OF_QUESTIONS.get(notice.rule, ""),
        "button": _("Add the child") if notice.rule == ASKS_FOR_CHILD else _("Correct"),
    }


def describe_needs(session: Session, draft: VisitDraft) -> str:
    """The needs of a visit in words."""
    services: Mapping[str, Any] = directory_queries.get_services_by_code(session)
    return ", ".join(services[need].name[current_language()] for need in draft.needs)
