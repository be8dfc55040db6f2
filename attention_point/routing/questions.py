"""Which facts of a visit matter for which needs: the form asks for a fact only where it decides something."""

from collections.abc import Iterator, Mapping
from datetime import date

from attention_point.conditions import Condition
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import Offer

# Facts that are asked for themselves. The others (age, documents, status …) are asked of everybody.
ASKED_FACTS = (
    "arrived_on",
    "entry_stamped",
    "child_with_permit",
    "registered_in",
    "measure_notified_on",
    "violence_within_72_hours",
    "conflict_victim",
    "in_transit",
    "death_in_family",
    "live_birth_certificate",
    "child_born_in_colombia_without_note",
    "complained_of",
)
# What the rules of ``rules.py`` read beside the conditions of the services.
_FACTS_OF_RULES: Mapping[str, frozenset[str]] = {
    "SALUD-AFIL": frozenset({"registered_in", "live_birth_certificate"}),
    "VBG": frozenset({"violence_within_72_hours"}),
    "RC-APATRIDIA": frozenset({"child_born_in_colombia_without_note", "live_birth_certificate"}),
    "RC-NAC": frozenset({"child_born_in_colombia_without_note", "live_birth_certificate"}),
    "DDHH": frozenset({"complained_of"}),
    "QUEJA-SP": frozenset({"complained_of"}),
    "MEDIDA-MIG": frozenset({"complained_of"}),
}


def find_questions(offer_index: OfferIndex, day: date) -> Mapping[str, tuple[str, ...]]:
    """For each need that somebody answers on a day, the facts that decide how it is answered."""
    facts_by_need = {}
    for need, offers in offer_index.offers_on_day(day).items():
        facts = {fact for offer in offers for condition in _list_conditions(offer) for fact in condition.facts}
        facts |= _FACTS_OF_RULES.get(need, frozenset())
        facts_by_need[need] = tuple(fact for fact in ASKED_FACTS if fact in facts)
    return facts_by_need


def _list_conditions(offer: Offer) -> Iterator[Condition]:
    conditions = [offer.applies_if, offer.urgent_if, *(entry.applies_if for entry in offer.advice)]
    for instrument in offer.instruments:
        conditions += [instrument.applies_if, *(entry.applies_if for entry in instrument.advice)]
    yield from (condition for condition in conditions if condition is not None)
