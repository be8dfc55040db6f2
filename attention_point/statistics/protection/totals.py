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
# The smaller of two totals is rounded where they differ by so few that the difference would tell of them: who came
# again, who came before, which referrals wait for their answer. In a point's first month everybody comes for the first
# time: exact beside the attentions, that number would tell the rounded one of people, which lies between the two.
COMPARED_TOTALS = (*PARTS_OF_TOTALS, (FIRST_TIME, "people"), (FIRST_TIME, "attentions"))


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
        others = [true[greater] for smaller, greater in COMPARED_TOTALS if smaller == unit]
        differences = [abs(total - other) for other in (*others, *known_totals.get(unit, ()))]
        if total >= EXACT_FROM and unit not in bound_units and not any(0 < number < BASE for number in differences):
            exact.add(unit)
    published = {unit: total if unit in exact else rounded_totals[unit] for unit, total in true.items()}
    return HeadlineTotals(published, true, frozenset(exact))
