"""Whether a count leans up or down: by its remainder and a secret, so that the same count is always published alike."""

from collections.abc import Callable
from dataclasses import dataclass

from attention_point.statistics.cells import CellCodes

KeyedDigest = Callable[[bytes], bytes]
# Four bytes of the digest: finer than any remainder of a base, so that a leaning is as likely as its remainder says.
_STEPS = 1 << 32


@dataclass(frozen=True, slots=True)
class Leanings:
    """The leanings of one period. ``digest`` is keyed: whoever lacks the key learns nothing from it."""

    period: str
    digest: KeyedDigest

    def draw_fraction(self, table: str, cell: CellCodes, count: int) -> float:
        """Return a number from 0 to 1, the same for the same count of the same cell."""
        # The separator stands in no code, so that two different cells never give the same text. The
        # count is in the text: the same cell with another count is drawn anew, so that two versions say
        # nothing of each other's rounding.
        text = "\x1f".join((table, self.period, *cell, str(count)))
        return int.from_bytes(self.digest(text.encode())[:4], "big") / _STEPS

    def measure_leaning(self, table: str, cell: CellCodes, count: int, base: int) -> float:
        """Return how strongly a count leans up: above 0 up, below 0 down, at most 1 either way.

        A count leans up as often as its remainder says, so that the published figures are right on average.
        """
        # Unbiased: a count of 12 goes up to 15 in two of five cells, so that sums over many
        # cells stay right (Fellegi 1975).
        return (count % base) / base - self.draw_fraction(table, cell, count)
