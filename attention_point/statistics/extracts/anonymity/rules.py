"""What an extract must keep, as data: its columns, its limits, and the rows that come of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WITHHELD = "*"
LEAST_K = 3

Hierarchy = tuple[str, ...]
Row = tuple[str, ...]
Levels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuasiIdentifier:
    """A quasi-identifier. At most ``share`` of the people who are alike in all else may show its ``protected`` values.

    The hierarchy of a column with protected values ends in ``WITHHELD``.
    """

    name: str
    weight: float = 1.0
    protected: frozenset[str] = frozenset()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class SensitiveColumn:
    """A sensitive column. At most ``share`` of a class may show its ``protected`` values, whose knowledge harms.

    ``within`` names, by quasi-identifier, the published values of a class that the column concerns; it is shown in no
    other class.
    """

    name: str
    protected: frozenset[str]
    k: int
    share: float = 0.5
    weight: float = 1.0
    within: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class AnonymityRules:
    """The limits that the rows must keep.

    ``max_suppressed_share`` is the share of the records that may be suppressed to show more of the others, and
    ``max_withheld_share`` that of the rows in which a sensitive column that is shown may be withheld.

    Raises ValueError for a ``k`` below 3, an ``l`` below 2 or a column's ``k`` below the common one.
    """

    k: int
    l: int  # noqa: E741 - as the literature calls it
    quasi: tuple[QuasiIdentifier, ...]
    sensitive: tuple[SensitiveColumn, ...]
    max_suppressed_share: float = 0.05
    max_withheld_share: float = 0.05

    def __post_init__(self) -> None:
        if self.k < LEAST_K or self.l < 2 or any(column.k < self.k for column in self.sensitive):
            raise ValueError("k is at least 3, l at least 2, and no column's k is under the common one")


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person: a hierarchy for each quasi-identifier and a value for each sensitive column."""

    quasi: tuple[Hierarchy, ...]
    sensitive: Row


@dataclass(frozen=True, slots=True)
class AnonymisedRows:
    """The rows of an extract. Their order is that of the records: shuffle them before they leave.

    ``levels`` says by quasi-identifier on which level it stands, ``withheld`` by sensitive column how many rows do not
    show it. ``loss`` is from 0 (everything is shown) to 1 (nothing is).
    """

    rows: tuple[Row, ...]
    suppressed: int
    levels: Mapping[str, int]
    withheld: Mapping[str, int]
    loss: float


def reveals_protected_value(column: QuasiIdentifier, shown: Iterable[str]) -> bool:
    """Say whether these values of a sensitive quasi-identifier, shown by people alike in all else, reveal too much."""
    shown_values = [value for value in shown if value != WITHHELD]
    return sum(value in column.protected for value in shown_values) > column.share * len(shown_values)
