"""The cells of the stored tables that one visit or one referral fills, the repeats of longer periods among them."""

from collections.abc import Mapping
from datetime import date

from attention_point.dates import PeriodKind, first_of_month
from attention_point.tallies.facts import LONGER_PERIODS, ReferralFacts, VisitFacts, convert_to_repeat
from attention_point.tallies.rules import STORED_INDICATORS

# (day, point, table, cell). The counts of a monthly table stand on the first day of the month: a count by day would say
# on which day the one older woman from Zulia came (docs/decisions/0003).
CellKey = tuple[date, str, str, str]


_REPEATED_INDICATORS = tuple(table for table in STORED_INDICATORS if table.counts == "people" and table.published)


def name_repeats(kind: PeriodKind, table: str) -> str:
    """Return the id under which the repeats of a stored table of people are stored."""
    return f"{kind}-repeats-of-{table}"


# The tables of repeats of each longer period: id → the table of people from which they are subtracted.
REPEAT_TABLES: Mapping[PeriodKind, Mapping[str, str]] = {
    kind: {name_repeats(kind, table.id): table.id for table in _REPEATED_INDICATORS} for kind in LONGER_PERIODS
}


def build_visit_cells(facts: VisitFacts) -> dict[CellKey, int]:
    """Return the cells that a visit fills, each with 1."""
    # Each cell once: whoever has two needs fills two cells, never one cell twice.
    cells = _build_cells(facts, ("people", "attentions"))
    for kind in facts.repeats or ():
        # The same builders make the cells of the repeats, so that each is subtracted from
        # the cell in which it was counted.
        repeat = convert_to_repeat(facts, kind)
        month = first_of_month(facts.day)
        cells |= {
            (month, facts.point, name_repeats(kind, table.id), cell): 1
            for table in _REPEATED_INDICATORS
            if table.build_cells
            for cell in table.build_cells(repeat)
        }
    return cells


def build_referral_cells(facts: ReferralFacts) -> dict[CellKey, int]:
    """Return the cells that a referral fills, each with 1."""
    return _build_cells(facts, ("referrals", "answers"))


def build_cells_of_facts(facts: VisitFacts | ReferralFacts) -> dict[CellKey, int]:
    """Return the cells that a visit or a referral fills, each with 1."""
    return build_visit_cells(facts) if isinstance(facts, VisitFacts) else build_referral_cells(facts)


def _build_cells(facts: VisitFacts | ReferralFacts, counted_units: tuple[str, ...]) -> dict[CellKey, int]:
    month = first_of_month(facts.day)
    return {
        (facts.day if indicator.grain == "day" else month, facts.point, indicator.id, cell): 1
        for indicator in STORED_INDICATORS
        if indicator.counts in counted_units and indicator.build_cells
        for cell in indicator.build_cells(facts)
    }
