"""The headline totals of a period: exact where that tells of nobody. Plain Python."""

from collections.abc import Mapping, Sequence

from attention_point.statistics.protection.leanings import Leanings
from attention_point.tallies.rules import BASE

EXACT_FROM = 10 * BASE
FIRST_TIME = "first_time_people"
# The smaller of two totals is rounded where they differ by so few that the difference would tell of them: who came
# again, who came before, which referrals wait for their answer.
COMPARED_TOTALS = (("people", "attentions"), (FIRST_TIME, "people"), ("answers", "referrals"))


def protect_totals(
    true_totals: Mapping[str, int], leanings: Leanings, earlier_totals: Sequence[Mapping[str, int | None]] = ()
) -> dict[str, int]:
    """Return each total exact or rounded. ``earlier_totals`` are those of earlier versions of the same period."""
    return {
        counts: total if _can_be_exact(counts, true_totals, earlier_totals) else round_total(counts, total, leanings)
        for counts, total in true_totals.items()
    }


def round_total(counts: str, total: int, leanings: Leanings) -> int:
    """Return the total that stands in the breakdowns: the same multiple of the base in all of them."""
    remainder = total % BASE
    goes_up = leanings.measure("totals", (counts,), total, BASE) > 0
    return total - remainder + (BASE if remainder and goes_up else 0)


def _can_be_exact(
    counts: str, true_totals: Mapping[str, int], earlier_totals: Sequence[Mapping[str, int | None]]
) -> bool:
    total = true_totals[counts]
    greater = [true_totals[other] for smaller, other in COMPARED_TOTALS if smaller == counts and other in true_totals]
    earlier = [before for totals in earlier_totals if (before := totals.get(counts)) is not None]
    return total >= EXACT_FROM and all(not 0 < abs(total - other) < BASE for other in (*greater, *earlier))
