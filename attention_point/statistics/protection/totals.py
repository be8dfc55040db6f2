"""The headline totals of a period: exact where that tells of nobody. Plain Python."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from attention_point.statistics.protection.period import PARTS_OF_TOTALS, RoundedTables
from attention_point.tallies.rules import BASE

# An exact total fixes the sum of every table of its unit. Among fewer people that would leave
# their small counts too few values.
EXACT_FROM = 10 * BASE
FIRST_TIME = "first_time_people"
FIRST_TIME_FIGURE = ("people-by-first-time", ("first",))
# Who came again, who came before, which referrals wait for their answer: where they are fewer than the base, both
# totals of a pair are rounded. In a point's first month everybody comes for the first time: exact beside the
# attentions, that number would tell the rounded one of people, which lies between the two.
COMPARED_TOTALS = (*PARTS_OF_TOTALS, (FIRST_TIME, "people"), (FIRST_TIME, "attentions"))
# An exact total stands beside a rounded one only where these are between them: whatever the rounded one stands for is
# then a base away, so that neither the order of the two nor that one is exact tells anything.
_APART = 2 * BASE - 1


@dataclass(frozen=True, slots=True)
class HeadlineTotals:
    """The headline totals by counted unit: as published, as counted, and which of them are published exactly."""

    published: Mapping[str, int]
    true: Mapping[str, int]
    exact: frozenset[str]


def protect_totals(
    rounded: RoundedTables,
    true_totals: Mapping[str, int],
    known_totals: Mapping[str, Sequence[int]],
    bound_units: Collection[str] = (),
) -> HeadlineTotals:
    """Return each headline total exact, or as the tables round it.

    ``known_totals`` are totals of earlier versions, by counted unit: one that differs by fewer than the base would tell
    of those few. ``bound_units`` are not exact because the total of a single month would follow by subtraction.
    """
    table, cell = FIRST_TIME_FIGURE
    true = {**true_totals, FIRST_TIME: rounded.true_figures[table][cell]}
    rounded_totals = {**rounded.totals, FIRST_TIME: rounded.figures[table][cell]}
    # The tables beside an exact total stay rounded: it fixes their sum, and the audit takes that into account.
    exact = set()
    for unit, total in true.items():
        others = (*(true[other] for other in list_compared(unit)), *known_totals.get(unit, ()))
        tells_of_few = any(0 < abs(total - other) < BASE for other in others)
        if total >= EXACT_FROM and unit not in bound_units and not tells_of_few:
            exact.add(unit)
    while near_rounded := {
        unit
        for unit in exact
        if any(abs(true[unit] - rounded_totals[other]) < _APART for other in list_compared(unit) if other not in exact)
    }:
        exact -= near_rounded
    published = {unit: total if unit in exact else rounded_totals[unit] for unit, total in true.items()}
    return HeadlineTotals(published, true, frozenset(exact))


def list_compared(unit: str) -> list[str]:
    """List the headline totals beside which one is read."""
    return [other for pair in COMPARED_TOTALS if unit in pair for other in pair if other != unit]
