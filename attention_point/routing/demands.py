"""What a rule is, and which needs the rules demand of a situation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from attention_point.routing.offer_index import OffersByNeed
from attention_point.routing.rule_types import Offer, Reason, Situation


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


def collect_demands(
    situation: Situation, offers_by_need: OffersByNeed, day: date, rules: Iterable[Rule]
) -> dict[str, tuple[Demand, Rule]]:
    """One demand for each need, with the rule that made it.

    A later rule knows more than an earlier one and replaces its demand, so that the agent reads the better reason;
    nothing replaces a mandatory demand.
    """
    demands: dict[str, tuple[Demand, Rule]] = {}
    for rule in rules:
        for demand in rule.adds(situation, offers_by_need, day) if rule.adds else ():
            earlier_demand = demands.get(demand.need)
            if earlier_demand is None or not earlier_demand[0].mandatory:
                demands[demand.need] = (demand, rule)
    return demands
