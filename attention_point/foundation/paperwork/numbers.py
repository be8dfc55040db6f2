"""The numbers of a report, and what stands where a count is not shown."""

from decimal import Decimal
from enum import Enum


class Suppressed(Enum):
    """A count that is not shown, so that nobody can be recognised. It is neither zero nor an empty cell."""

    SUPPRESSED = "suppressed"


SUPPRESSED = Suppressed.SUPPRESSED

# bool is an int for Python; tables refuse it.
Number = int | float | Decimal
NumericValue = Number | Suppressed | None
