"""Whether a count leans up or down: by its remainder and a secret, so that the same count is always published alike."""

from collections.abc import Callable
from dataclasses import dataclass

from attention_point.statistics.cells import CellCodes

KeyedDigest = Callable[[bytes], bytes]
_STEPS = 1 << 32


@dataclass(frozen=True, slots=True)
class Leanings:
    """The leanings of one period. ``digest`` is keyed: whoever lacks the key learns nothing from it."""

    period: str
    digest: KeyedDigest

    def draw(self, table: str, cell: CellCodes, count: int) -> float:
        """Return a number from 0 to 1, the same for the same count of the same cell."""
        text = "\x1f".join((table, self.period, *cell, str(count)))
        return int.from_bytes(self.digest(text.encode())[:4], "big") / _STEPS

    def measure(self, table: str, cell: CellCodes, count: int, base: int) -> float:
        """Return how strongly a count leans up: above 0 up, below 0 down, at most 1 either way.

        A count leans up as often as its remainder says, so that the published figures are right on average.
        """
        return (count % base) / base - self.draw(table, cell, count)
