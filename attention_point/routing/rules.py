"""The routing rules: which service answers which need, and why.

A rule is one entry of ``RULES``: an id, a reason, its legal basis, the days on which it holds, and up to three pure
functions: ``adds`` (the needs that it demands), ``allows`` (False strikes an offer out), ``asks`` (True: the agent must
ask something first). ``docs/recipes/add-a-routing-rule.md`` shows how to add one. What a service says of itself (whom
it is for, its windows, its papers) is data of the directory. M4 (a service that asks for no document never lists one)
is no entry: an ``Offer`` that breaks it cannot be built.
"""

from datetime import date, timedelta
from itertools import chain

from attention_point.dates import is_in_force
from attention_point.routing.answers import answer_demand, lacks_documents
from attention_point.routing.demands import Demand, Rule, collect_demands
from attention_point.routing.offer_index import OfferIndex, OffersByNeed
from attention_point.routing.rule_types import Advice, Notice, Offer, Reason, Situation, Suggestion
from attention_point.routing.situations import (
    awaits_permit,
    is_company_unknown,
    is_protection_for_another,
    is_with_relative,
    list_violence_needs,
    needs_protection,
    recognise_documents,
)
from attention_point.texts import N_

# Which needs the rules below add to a need, whatever else is known: no service may lead back from them to it.
NEEDS_ADDED = {
    "SALUD-AFIL": ("SALUD-URG", "ID-CO", "MIG-REG", "REFUGIO"),
    "SALUD-RET": ("SALUD-URG", "ID-CO"),
    "RC-APATRIDIA": ("RC-NAC",),
    "VBG": ("NNA-PROT",),
    "TRATA": ("NNA-PROT",),
}
# All to which a rule may lead somebody who did not ask for it: the directory says when one of them ends.
NEEDS_LED_TO = frozenset(chain(("VBG", "TRATA", "RC-APATRIDIA"), *NEEDS_ADDED.values()))
# Complaints about rights: the entity complained of must not be the one that answers (M6).
RIGHTS_NEEDS = frozenset({"DDHH", "QUEJA-SP", "MEDIDA-MIG"})
# Entities that belong to whom a person complains of by kind.
ENTITIES_OF_KIND = {"police": "policia-infancia", "hospital": "salud", "school": "secretaria-educacion"}
# The migration authority decides on deportations: a victim is never sent there by a rule (M2).
ENFORCEMENT_ENTITY = "migracion-colombia"
PERMIT_NEEDS = frozenset({"MIG-REG", "PPT-DUP"})
# Resolución 8470 of 2019-08-05 came into force on this day; before it, a birth is only registered.
NATIONALITY_NOTE_BEGAN = date(2019, 8, 20)


def _demand_stated_needs(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    # Child protection refers the child: an adult who asks for it is asked for the child.
    return tuple(Demand(need) for need in situation.needs if not is_protection_for_another(situation, need))


def _asks_for_child(situation: Situation) -> bool:
    return any(is_protection_for_another(situation, need) for need in situation.needs)


def _demand_for_facts(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    calling_needs = [
        offer.need
        for offers in offers_by_need.values()
        for offer in offers
        if offer.suggested_if is not None and offer.suggested_if.holds(situation)
    ]
    return tuple(Demand(need) for need in dict.fromkeys(calling_needs) if need not in situation.needs)


def _demand_child_protection(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    # ICBF by name: the law makes it responsible for protection, whoever else offers the service (Ley 1098/2006).
    if needs_protection(situation):
        return (Demand("NNA-PROT", entity="icbf", mandatory=True, urgent=True),)
    return ()


def _demand_verification(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    if not is_with_relative(situation):
        return ()
    return _demand_child_protection(situation, offers_by_need, day)


def _demand_victim_support(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    return tuple(Demand(need) for need in list_violence_needs(situation))


def _demand_health_first(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    if "VBG" in list_violence_needs(situation) and situation.violence_within_72_hours:
        return (Demand("VBG", entity="salud", urgent=True),)
    return ()


def _demand_health_until_known(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    if "VBG" in list_violence_needs(situation) and situation.violence_within_72_hours is None:
        return (Demand("VBG", entity="salud", urgent=True),)
    return ()


def _protects_from_enforcement(situation: Situation, offer: Offer) -> bool:
    # M2: a victim reaches the migration authority only by asking for a permit herself.
    if offer.entity != ENFORCEMENT_ENTITY or not list_violence_needs(situation):
        return True
    return offer.need in PERMIT_NEEDS and offer.need in situation.needs


def _demand_nationality_note(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    return (Demand("RC-APATRIDIA"),) if situation.child_born_in_colombia_without_note else ()


def _demand_birth_registration(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    if situation.child_born_in_colombia_without_note or "RC-APATRIDIA" in situation.needs:
        return (Demand("RC-NAC"),)
    return ()


def _demand_health_without_documents(
    situation: Situation, offers_by_need: OffersByNeed, day: date
) -> tuple[Demand, ...]:
    # M5. A need that the person stated is not demanded again here, so that it keeps its own reason.
    offers = offers_by_need.get("SALUD-AFIL", ())
    if "SALUD-AFIL" not in situation.needs or not all(lacks_documents(situation, offer, day) for offer in offers):
        return ()
    demands = [] if "SALUD-URG" in situation.needs else [Demand("SALUD-URG")]
    document_demand = _build_document_demand(situation)
    if document_demand and not {document_demand.need, "MIG-REG", "REFUGIO"}.intersection(situation.needs):
        demands.append(document_demand)
    return tuple(demands)


def _build_document_demand(situation: Situation) -> Demand | None:
    # Which need leads to a document that is valid in Colombia depends on who asks. A victim must not be sent to the
    # migration authority, so that asylum is the way (M2).
    if situation.nationality == "CO":
        return Demand("ID-CO")
    if list_violence_needs(situation):
        return Demand("REFUGIO", entity="acnur")
    if situation.status == "asylum_seeker":
        return Demand("REFUGIO")
    return None if awaits_permit(situation) else Demand("MIG-REG")


def _demand_identity_of_returnee(situation: Situation, offers_by_need: OffersByNeed, day: date) -> tuple[Demand, ...]:
    offers = offers_by_need.get("SALUD-RET", ())
    if "SALUD-RET" not in situation.needs or not all(lacks_documents(situation, offer, day) for offer in offers):
        return ()
    return tuple(Demand(need) for need in ("ID-CO", "SALUD-URG") if need not in situation.needs)


def _is_not_complained_of(situation: Situation, offer: Offer) -> bool:
    complained_of = situation.complained_of
    if offer.need not in RIGHTS_NEEDS or complained_of is None:
        return True
    return offer.entity not in {complained_of, ENTITIES_OF_KIND.get(complained_of)}


# The ids and reasons are stored with suggestions and translated when they are read: whoever rewords a reason leaves the
# old wording in the catalogue.
RULES = (
    Rule(
        id="NEED",
        reason=Reason(N_("It answers the need that the person stated.")),
        adds=_demand_stated_needs,
    ),
    Rule(
        # ``suggested_if`` of the services.
        id="FACT",
        reason=Reason(N_("Nobody asked for it, but what was told calls for it.")),
        adds=_demand_for_facts,
    ),
    Rule(
        # Without a guardian present a child goes to protection at once; with a relative it is a verification of rights.
        # The later of the two would not replace the mandatory demand of the earlier one.
        id="M1-KIN",
        reason=Reason(
            N_(
                "A relative comes with the child: child protection verifies the child's rights. "
                "Nobody takes the child away."
            )
        ),
        basis=("Ley 1098/2006",),
        adds=_demand_verification,
    ),
    Rule(
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
        asks=is_company_unknown,
    ),
    Rule(
        id="M1-CHILD",
        reason=Reason(
            N_(
                "Child protection is for the child: add the child to this visit, without a name if need be. If the "
                "child is not here, decide below."
            )
        ),
        basis=("Ley 1098/2006",),
        asks=_asks_for_child,
    ),
    Rule(
        id="M2",
        reason=Reason(N_("The person chooses where to go and what to tell; nobody else sees this record.")),
        basis=("Ley 1257/2008", "Ley 985/2005"),
        adds=_demand_victim_support,
        allows=_protects_from_enforcement,
    ),
    Rule(
        id="M2-72H",
        reason=Reason(
            N_("Within 72 hours health comes first and at once. A complaint can wait, and the person decides.")
        ),
        basis=("Res. 459/2012", "Ley 1257/2008"),
        adds=_demand_health_first,
    ),
    Rule(
        # What medicine can do within 72 hours is not won back, so that health comes first until somebody asked.
        id="M2-ASK",
        reason=Reason(
            N_("Ask, in private, whether it happened within the last 72 hours. Until you know, health comes first.")
        ),
        basis=("Res. 459/2012",),
        adds=_demand_health_until_known,
    ),
    Rule(
        # Since 2019 such a birth can be noted as one of a Colombian, so that no child is stateless.
        id="M3",
        reason=Reason(N_("The child was born in Colombia to Venezuelan parents and has no nationality note.")),
        basis=("Res. 8470/2019", "Res. 8617/2021", "Res. 9820/2025"),
        adds=_demand_nationality_note,
        valid_from=NATIONALITY_NOTE_BEGAN,
    ),
    Rule(
        id="M3-NAC",
        reason=Reason(
            N_("The note of nationality does not exist yet: the birth is registered, and the note comes later.")
        ),
        basis=("D. 1260/1970",),
        adds=_demand_birth_registration,
        valid_to=NATIONALITY_NOTE_BEGAN - timedelta(days=1),
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
        id="M5-RET",
        reason=Reason(N_("The list of returnees asks for the identity card; this helps until the person has one.")),
        basis=("D. 1768/2015", "D. 1495/2016"),
        adds=_demand_identity_of_returnee,
    ),
    Rule(
        id="M6",
        reason=Reason(N_("A complaint goes to an entity other than the one complained of.")),
        allows=_is_not_complained_of,
    ),
)


def build_advice(situation: Situation, offer_index: OfferIndex, day: date) -> Advice:
    """The suggestions, at most one for each service, with notices for the needs that nobody can answer that day.

    Mandatory and urgent suggestions come first, the others in the order of the needs.
    """
    situation = recognise_documents(situation, day)
    offers_by_need = offer_index.offers_on_day(day)
    rules = [rule for rule in RULES if is_in_force(rule.valid_from, rule.valid_to, day)]
    suggestions: list[Suggestion] = []
    notices = [Notice("NNA-PROT", rule.reason, rule.id) for rule in rules if rule.asks and rule.asks(situation)]
    for demand, rule in collect_demands(situation, offers_by_need, day, rules).values():
        answers, notice = answer_demand(demand, rule, situation, offers_by_need, day, rules)
        suggestions.extend(answer._replace(rule_set=offer_index.rule_set) for answer in answers)
        if notice:
            notices.append(notice)
    # The sort is stable: within each rank the order of the demands stays.
    suggestions.sort(key=lambda suggestion: (not suggestion.mandatory, not suggestion.urgent))
    return Advice(tuple(suggestions), tuple(notices), restricted=bool(list_violence_needs(situation)))
