"""How a demanded need is answered: by which services, which entity, in which window, with which papers and advice."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from attention_point.routing.demands import Demand, Rule
from attention_point.routing.offer_index import OffersByNeed
from attention_point.routing.rule_types import (
    AcceptedDocument,
    AdviceEntry,
    Instrument,
    Notice,
    Offer,
    Reason,
    Situation,
    Suggestion,
)
from attention_point.texts import N_

NO_OFFER_REASON = Reason(N_("No entity offers this service on the day of the visit: give guidance and ask the office."))
NOT_FOR_THEM_REASON = Reason(N_("By what was told, this service is not for this person: give guidance."))
# Stored with referrals: the ids of their messages stay.
ADDED_BY_AGENT = Reason(N_("The agent added it."))
FOR_ABSENT_CHILD = Reason(
    N_("For a child who did not come along: the name and the telephone are those of the adult who asks.")
)
ASKS_FOR_CHILD = "M1-CHILD"  # the rule: an adult asks for the protection of a child
_FIELDS_TO_CALL_BACK = frozenset({"given_names", "surname_1", "surname_2", "phone", "municipality"})


def lacks_documents(situation: Situation, offer: Offer, day: date) -> bool:
    """Whether the person showed none of the documents that the offer accepts on that day.

    Of a service with instruments these are the documents of the one that is open for the person; if none is, no
    document will do.
    """
    instrument = find_open_instrument(situation, offer)
    if offer.has_instruments and instrument is None:
        return not offer.documents_none
    return _lacks_all(situation, _list_accepted(offer, instrument), day)


def find_open_instrument(situation: Situation, offer: Offer) -> Instrument | None:
    """The first instrument that is certainly for the person, or else the first that may be; None if none is."""
    possible = [
        instrument
        for instrument in offer.instruments
        if instrument.applies_if is None or instrument.applies_if.may_hold(situation)
    ]
    for instrument in possible:
        if instrument.applies_if is None or instrument.applies_if.holds(situation):
            return instrument
    return possible[0] if possible else None


def answer_demand(
    demand: Demand, rule: Rule, situation: Situation, offers_by_need: OffersByNeed, day: date, rules: list[Rule]
) -> tuple[list[Suggestion], Notice | None]:
    """The suggestions for a need, one for each service that is open for the person, or a notice why there is none.

    A need whose every service is closed for the person gets one closed suggestion, if the directory says what to tell.
    """
    offers = offers_by_need.get(demand.need, ())
    allowed_offers: dict[str, list[Offer]] = {}
    blocking_rules: dict[str, Rule] = {}
    for offer in offers:
        opposing_rule = _find_blocking_rule(offer, situation, rules)
        if opposing_rule is None:
            allowed_offers.setdefault(offer.service, []).append(offer)
        else:
            blocking_rules[offer.service] = opposing_rule
    if not allowed_offers:
        blocking_rule = next(iter(blocking_rules.values()), None)
        return [], (
            Notice(demand.need, blocking_rule.reason, blocking_rule.id)
            if blocking_rule
            else Notice(demand.need, NO_OFFER_REASON, rule.id)
        )
    # The service that has the need's own code comes first, the others in the order of their offers.
    all_services = sorted(allowed_offers, key=lambda service: service != demand.need)
    open_services = [service for service in all_services if _is_open(situation, allowed_offers[service][0])]
    closed_services = [service for service in all_services if allowed_offers[service][0].has_closed_text]
    services = open_services or closed_services[:1]
    if not services:
        return [], Notice(demand.need, NOT_FOR_THEM_REASON, rule.id)
    # An offer that a rule strikes out changes who answers: the agent must read why it is not the usual entity. Only a
    # mandatory demand keeps its own reason.
    return [
        _build_suggestion(
            demand,
            rule if demand.mandatory else blocking_rules.get(service, rule),
            situation,
            allowed_offers[service],
            day,
            is_first=service == services[0],
            is_closed=not open_services,
        )
        for service in services
    ], None


def suggest_added(offer: Offer, notices: Iterable[Notice], service_fields: Collection[str]) -> Suggestion:
    """A service that the agent adds. ``service_fields`` are those that it declares.

    Protection that an adult asks for a child who is not here is as urgent as for one who is; of the adult the entity
    sees how to call, and nothing that it would take for the child's.
    """
    suggestion = Suggestion(
        offer.need, offer.service, offer.entity, False, False, offer.restricted, ADDED_BY_AGENT, "AGENT"
    )
    if not any(notice.rule == ASKS_FOR_CHILD and notice.need == offer.need for notice in notices):
        return suggestion
    withheld_fields = tuple(sorted(set(service_fields) - _FIELDS_TO_CALL_BACK))
    return suggestion._replace(urgent=True, reason=FOR_ABSENT_CHILD, withheld_fields=withheld_fields)


def _is_open(situation: Situation, offer: Offer) -> bool:
    if offer.applies_if is not None and not offer.applies_if.may_hold(situation):
        return False
    return not offer.has_instruments or find_open_instrument(situation, offer) is not None


def _build_suggestion(
    demand: Demand,
    rule: Rule,
    situation: Situation,
    offers: list[Offer],
    day: date,
    *,
    is_first: bool,
    is_closed: bool,
) -> Suggestion:
    # All offers of a service have the same instruments.
    instrument = None if is_closed else find_open_instrument(situation, offers[0])
    wanted_entity = demand.entity or (instrument.entity if instrument else None)
    offer = next((offer for offer in offers if offer.entity == wanted_entity), offers[0])
    # An instrument that names who receives it is received nowhere else: the authority that expels never kept the RAMV.
    others = [] if instrument and instrument.entity else [row.entity for row in offers if row.entity != offer.entity]
    accepted = () if is_closed else _list_accepted(offer, instrument)
    is_urgent = (demand.urgent and is_first) or (offer.urgent_if is not None and offer.urgent_if.holds(situation))
    return Suggestion(
        need=demand.need,
        service=offer.service,
        entity=offer.entity,
        mandatory=demand.mandatory and is_first,
        urgent=is_urgent and not is_closed,
        restricted=offer.restricted,
        reason=rule.reason,
        papers_missing=not offer.documents_none if is_closed else _lacks_all(situation, accepted, day),
        accepted=tuple(dict.fromkeys([document.type for document in accepted])),
        alternatives=tuple(dict.fromkeys(others)),
        rule=rule.id,
        closed=is_closed,
        instrument=instrument.code if instrument else None,
        advice=tuple(_list_advice(situation, offer, instrument)),
    )


def _list_accepted(offer: Offer, instrument: Instrument | None) -> tuple[AcceptedDocument, ...]:
    return instrument.documents if instrument and instrument.documents else offer.documents


def _lacks_all(situation: Situation, accepted: tuple[AcceptedDocument, ...], day: date) -> bool:
    for shown_document in situation.documents:
        for accepted_document in accepted:
            if accepted_document.accepts_document(shown_document, situation.age, day):
                return False
    return bool(accepted)


def _list_advice(situation: Situation, offer: Offer, instrument: Instrument | None) -> Iterator[str]:
    entries: tuple[AdviceEntry, ...] = (*(instrument.advice if instrument else ()), *offer.advice)
    for entry in entries:
        if entry.applies_if is None or entry.applies_if.holds(situation):
            yield entry.code


def _find_blocking_rule(offer: Offer, situation: Situation, rules: list[Rule]) -> Rule | None:
    return next((rule for rule in rules if rule.allows is not None and not rule.allows(situation, offer)), None)
