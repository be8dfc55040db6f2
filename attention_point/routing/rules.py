"""The routing rules: which service answers which need, and why.

A rule is one entry of ``RULES``: an id, a reason, its legal basis, the days on which it holds, and up to three pure
functions: ``adds`` (the needs that it demands), ``allows`` (False strikes an offer out), ``asks`` (True: the agent must
ask something first). ``docs/recipes/add-a-routing-rule.md`` shows how to add one. M4 (a service that asks for no
document never lists one) is no entry: an ``Offer`` that breaks it cannot be built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from attention_point.dates import is_in_force
from attention_point.routing.offer_index import OfferIndex, OffersByNeed
from attention_point.routing.rule_types import Advice, Notice, Offer, Reason, Situation, Suggestion
from attention_point.texts import N_

AGE_OF_MAJORITY = 18  # years; Ley 1098/2006, art. 3
WITHOUT_GUARDIAN = frozenset({"other_relative", "other_adult", "alone"})
# Complaints about rights: the entity complained of must not be the one that answers (M6).
RIGHTS_NEEDS = frozenset({"DDHH", "QUEJA-SP"})
VIOLENCE_NEEDS = {"gender_violence": "VBG", "trafficking": "TRATA"}
# The migration authority decides on deportations: a victim is never sent there by a rule (M2).
ENFORCEMENT_ENTITY = "migracion-colombia"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a rule demands: that a need is answered, by the named entity if it may."""

    need: str
    entity: str | None = None
    mandatory: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``basis`` names the laws on which it stands, as one looks them up."""

    id: str
    reason: Reason
    basis: tuple[str, ...] = ()
    adds: Callable[[Situation, OffersByNeed, date], tuple[Demand, ...]] | None = None
    allows: Callable[[Situation, Offer], bool] | None = None
    asks: Callable[[Situation], bool] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def lacks_documents(situation: Situation, offer: Offer, day: date) -> bool:
    """Whether the person showed none of the documents that the offer accepts on that day."""
    for shown_document in situation.documents:
        for accepted_document in offer.documents:
            if accepted_document.accepts_document(shown_document, situation.age, day):
                return False
    return bool(offer.documents)


def _is_child(situation: Situation) -> bool:
    return situation.age is not None and situation.age < AGE_OF_MAJORITY


def _list_violence_needs(situation: Situation) -> tuple[str, ...]:
    # The person may ask for help with violence, or the agent may note it without the person asking.
    return tuple(
        need
        for vulnerability, need in VIOLENCE_NEEDS.items()
        if need in situation.needs or vulnerability in situation.vulnerabilities
    )


def _demand_stated_needs(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    return tuple(Demand(need) for need in situation.needs)


def _needs_protection(situation: Situation) -> bool:
    # An unknown age is not taken for a child's: then only what the agent herself observed counts.
    if "unaccompanied_child" in situation.vulnerabilities:
        return True
    return _is_child(situation) and (
        situation.accompanied_by in WITHOUT_GUARDIAN or bool(_list_violence_needs(situation))
    )


def _demand_child_protection(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    # ICBF by name: the law makes it responsible for protection, whoever else offers the service (Ley 1098/2006).
    if _needs_protection(situation):
        return (Demand("NNA-PROT", entity="icbf", mandatory=True, urgent=True),)
    return ()


def _is_company_unknown(situation: Situation) -> bool:
    # A child whose company nobody asked about, or somebody alone whose age nobody asked: M1 could hold unseen.
    if _needs_protection(situation):
        return False
    if situation.age is None:
        return situation.accompanied_by in WITHOUT_GUARDIAN
    return _is_child(situation) and situation.accompanied_by is None


def _demand_victim_support(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    return tuple(Demand(need) for need in _list_violence_needs(situation))


def _protects_from_enforcement(situation: Situation, offer: Offer) -> bool:
    # M2: a victim reaches the migration authority only by asking for regularisation herself.
    if offer.entity != ENFORCEMENT_ENTITY or not _list_violence_needs(situation):
        return True
    return offer.need == "MIG-REG" and "MIG-REG" in situation.needs


def _demand_nationality_note(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    return (Demand("RC-APATRIDIA"),) if situation.child_born_in_colombia_without_note else ()


def _demand_health_without_documents(
    situation: Situation, offers_by_need: OffersByNeed, day: date
) -> tuple[Demand, ...]:
    # M5. A need that the person stated is not demanded again here, so that it keeps its own reason.
    offers = offers_by_need.get("SALUD-AFIL", ())
    if "SALUD-AFIL" not in situation.needs or not all(lacks_documents(situation, offer, day) for offer in offers):
        return ()
    demands = [] if "SALUD-URG" in situation.needs else [Demand("SALUD-URG")]
    document_demand = _build_document_demand(situation)
    if not {document_demand.need, "MIG-REG", "REFUGIO"}.intersection(situation.needs):
        demands.append(document_demand)
    return tuple(demands)


def _build_document_demand(situation: Situation) -> Demand:
    # Which need leads to a document that is valid in Colombia depends on who asks. A victim must not be sent to the
    # migration authority, so that asylum is the way (M2).
    if situation.nationality == "CO":
        return Demand("ID-CO")
    if _list_violence_needs(situation):
        return Demand("REFUGIO", entity="acnur")
    return Demand("REFUGIO" if situation.status == "asylum_seeker" else "MIG-REG")


def _is_not_complained_of(situation: Situation, offer: Offer) -> bool:
    return offer.need not in RIGHTS_NEEDS or offer.entity != situation.complained_of


# The ids and reasons are stored with suggestions and translated when they are read: whoever rewords a reason leaves the
# old wording in the catalogue.
RULES = (
    Rule(
        id="NEED",
        reason=Reason(N_("It answers the need that the person stated.")),
        adds=_demand_stated_needs,
    ),
    Rule(
        # Without a guardian present a child goes to protection at once; with a relative it is a verification of rights.
        id="M1",
        reason=Reason(N_("Child protection comes first and at once, with or without papers or consent.")),
        basis=("Ley 1098/2006",),
        adds=_demand_child_protection,
    ),
    Rule(
        id="M1-ASK",
        reason=Reason(
            N_(
                "Ask the age and who comes with the person: "
                "a child without a parent or guardian goes to child protection at once."
            )
        ),
        basis=("Ley 1098/2006",),
        asks=_is_company_unknown,
    ),
    Rule(
        id="M2",
        reason=Reason(N_("The person chooses where to go and what to tell; nobody else sees this record.")),
        basis=("Ley 1257/2008", "Ley 985/2005"),
        adds=_demand_victim_support,
        allows=_protects_from_enforcement,
    ),
    Rule(
        # Since 2019 such a birth can be noted as one of a Colombian, so that no child is stateless.
        id="M3",
        reason=Reason(N_("The child was born in Colombia to Venezuelan parents and has no nationality note.")),
        basis=("Res. 8470/2019", "Res. 8617/2021", "Res. 9820/2025"),
        adds=_demand_nationality_note,
    ),
    Rule(
        # Insurance needs a valid document; urgent care is due to everybody, with or without one.
        id="M5",
        reason=Reason(
            N_("Health insurance asks for a document valid in Colombia; this helps until the person has one.")
        ),
        basis=("Res. 3015/2017", "Res. 572/2022", "D. 064/2020"),
        adds=_demand_health_without_documents,
    ),
    Rule(
        id="M6",
        reason=Reason(N_("A complaint goes to an entity other than the one complained of.")),
        allows=_is_not_complained_of,
    ),
)
NO_OFFER_REASON = Reason(N_("No entity offers this service on the day of the visit: give guidance and ask the office."))


def build_advice(situation: Situation, offer_index: OfferIndex, day: date) -> Advice:
    """The suggestions, at most one for each service, with notices for the needs that nobody can answer that day.

    Mandatory and urgent suggestions come first, the others in the order of the needs.
    """
    offers_by_need = offer_index.offers_on_day(day)
    rules = [rule for rule in RULES if is_in_force(rule.valid_from, rule.valid_to, day)]
    suggestions: list[Suggestion] = []
    notices = [_build_notice("NNA-PROT", rule) for rule in rules if rule.asks and rule.asks(situation)]
    for demand, rule in _collect_demands(situation, offers_by_need, day, rules).values():
        outcome = _answer_demand(demand, rule, situation, offers_by_need, day, rules)
        if isinstance(outcome, Suggestion):
            suggestions.append(outcome)
        else:
            notices.append(outcome)
    # The sort is stable: within each rank the order of the demands stays.
    suggestions.sort(key=lambda suggestion: (not suggestion.mandatory, not suggestion.urgent))
    return Advice(tuple(suggestions), tuple(notices), restricted=bool(_list_violence_needs(situation)))


def _collect_demands(
    situation: Situation, offers_by_need: OffersByNeed, day: date, rules: list[Rule]
) -> dict[str, tuple[Demand, Rule]]:
    # One demand for each need. A later rule knows more than an earlier one and replaces its demand, so that the agent
    # reads the better reason; nothing replaces a mandatory demand.
    demands: dict[str, tuple[Demand, Rule]] = {}
    for rule in rules:
        for demand in rule.adds(situation, offers_by_need, day) if rule.adds else ():
            earlier_demand = demands.get(demand.need)
            if earlier_demand is None or not earlier_demand[0].mandatory:
                demands[demand.need] = (demand, rule)
    return demands


def _answer_demand(
    demand: Demand, rule: Rule, situation: Situation, offers_by_need: OffersByNeed, day: date, rules: list[Rule]
) -> Suggestion | Notice:
    allowed_offers: list[Offer] = []
    blocking_rule: Rule | None = None
    for offer in offers_by_need.get(demand.need, ()):
        opposing_rule = _find_blocking_rule(offer, situation, rules)
        if opposing_rule is None:
            allowed_offers.append(offer)
        else:
            blocking_rule = opposing_rule
    if not allowed_offers:
        return (
            _build_notice(demand.need, blocking_rule)
            if blocking_rule
            else Notice(demand.need, NO_OFFER_REASON, rule.id)
        )
    chosen_offer = next((offer for offer in allowed_offers if offer.entity == demand.entity), allowed_offers[0])
    # An offer that a rule strikes out changes who answers: the agent must read why it is not the usual entity. Only a
    # mandatory demand keeps its own reason.
    reason_rule = blocking_rule if blocking_rule and not demand.mandatory else rule
    return Suggestion(
        need=demand.need,
        service=chosen_offer.service,
        entity=chosen_offer.entity,
        mandatory=demand.mandatory,
        urgent=demand.urgent,
        restricted=chosen_offer.restricted,
        reason=reason_rule.reason,
        papers_missing=lacks_documents(situation, chosen_offer, day),
        accepted=tuple(dict.fromkeys([document.type for document in chosen_offer.documents])),
        alternatives=tuple(
            dict.fromkeys([offer.entity for offer in allowed_offers if offer.entity != chosen_offer.entity])
        ),
        rule=reason_rule.id,
    )


def _find_blocking_rule(offer: Offer, situation: Situation, rules: list[Rule]) -> Rule | None:
    return next((rule for rule in rules if rule.allows is not None and not rule.allows(situation, offer)), None)


def _build_notice(need: str, rule: Rule) -> Notice:
    return Notice(need, rule.reason, rule.id)
