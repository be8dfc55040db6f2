"""The fixed list of tables that a month, a quarter or a year publishes, in their order. Plain Python."""

from attention_point.dates import PeriodKind
from attention_point.tallies.rules import PUBLISHED_INDICATORS, Indicator


def list_published_indicators(kind: PeriodKind) -> tuple[Indicator, ...]:
    """List the tables of a kind of period. Only a month is divided into days."""
    return tuple(
        indicator for indicator in PUBLISHED_INDICATORS if kind == "month" or "day" not in indicator.dimensions
    )
