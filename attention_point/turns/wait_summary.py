"""The figures of a set of waits: median, 90th percentile and longest."""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class WaitSummary:
    """Waits in minutes; all None where nobody waited. ``ninetieth`` is a wait that happened (nearest rank)."""

    count: int = 0
    median: float | None = None
    ninetieth: float | None = None
    longest: float | None = None


def summarise_waits(waits: Collection[float]) -> WaitSummary:
    """Summarise waits in minutes."""
    if not waits:
        return WaitSummary()
    # Interpolated percentiles would be waits that nobody had.
    in_order = sorted(waits)
    return WaitSummary(len(in_order), median(in_order), in_order[ceil(0.9 * len(in_order)) - 1], in_order[-1])
