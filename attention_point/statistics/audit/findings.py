"""What an audit takes and finds, in plain Python: nothing here loads the solver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from attention_point.statistics.cells import CellCodes
from attention_point.statistics.protection.period import Figure
from attention_point.tallies.rules import BASE

# Decision 45, G2: at least 5 values for a count of base 10.
_VALUES_OF_GREATER_BASE = 5


# A tuple and no dataclass: of each release that is corrected there are thousands for each version.
class KnownSum(NamedTuple):
    """The sum of some figures of a stored table, known to lie between two values."""

    table: str
    cells: tuple[CellCodes, ...]
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Published:
    """What earlier versions and other periods tell of a period: sums of its figures, and bounds of its totals.

    What tells of other counts than today's is among them; nobody can know that.
    """

    sums: Sequence[KnownSum] = ()
    totals: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Narrow:
    """A small count that is left with too few values, and between which it must lie.

    ``causes`` are published figures without which it would be left with more.
    """

    figure: Figure
    lowest: float
    highest: float
    causes: tuple[Figure, ...] = ()


def get_needed_values(base: int) -> int:
    """Return how many values a small count must be left with: as many as counts from 1 to the base less one, or 5."""
    # A count of the greater base may stand in a group of the smaller one, which nine values would not fit.
    return base - 1 if base == BASE else _VALUES_OF_GREATER_BASE
