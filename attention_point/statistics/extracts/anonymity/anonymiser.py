"""De-identifies rows of people by k-anonymity, l-diversity and a greatest share of sensitive values. Plain Python.

The module knows neither what the columns mean nor where the rows come from. A *quasi-identifier* is what somebody else
may know of a person. Each of its values comes as a hierarchy, from the most exact value (level 0) to one that says
nothing. A *class* is all rows that show the same quasi-identifiers. The guarantees follow; ``find_breaches`` of the
audit checks them on the finished rows alone:

- every class has at least ``k`` rows (Sweeney 2002);
- a class shows a sensitive column only if it has at least the column's own ``k`` rows, at least ``l`` distinct values
  (Machanavajjhala et al. 2007), and of the column's protected values together at most the stated share (Wong et al.
  2006);
- a sensitive value that reveals a quasi-identifier (a pregnant person is a woman) is shown only where the class says as
  much by itself, so that nobody can be excluded from a class;
- a quasi-identifier that is sensitive itself (the migration status) is shown only where those who know all the others
  cannot conclude it.

Rows are recoded locally: all begin at the top of every hierarchy, and a group descends where that shows most and leaves
no class too small. Members who are too few to descend stay above together, or are suppressed, up to a stated share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

    ``within`` names, by quasi-identifier, the published values of a class in which the column may be shown at all.
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

    ``max_suppressed_share`` is the share of the records that may be suppressed to show more of the others.

    Raises ValueError for a ``k`` below 3, an ``l`` below 2 or a column's ``k`` below the common one.
    """

    k: int
    l: int  # noqa: E741 - as the literature calls it
    quasi: tuple[QuasiIdentifier, ...]
    sensitive: tuple[SensitiveColumn, ...]
    max_suppressed_share: float = 0.05

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
    """The rows of an extract. Their order says who stood in which class: shuffle them before they leave.

    ``level_counts`` says by quasi-identifier how many rows stand on each level, ``withheld`` by sensitive column how
    many rows do not show it. ``loss`` is from 0 (everything is shown) to 1 (nothing is).
    """

    rows: tuple[Row, ...]
    suppressed: int
    level_counts: Mapping[str, tuple[int, ...]]
    withheld: Mapping[str, int]
    loss: float


def anonymise_records(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """Return the records as rows that may be handed over. With fewer than ``k`` records there is no row."""
    anonymiser = _Anonymiser(records, rules)
    levels_by_record = anonymiser.choose_levels()
    # Hiding a value merges classes and splits none, so every class keeps its k rows.
    for index in range(len(rules.quasi)):
        anonymiser.hide_inferable_values(levels_by_record, index)
    rows: list[Row] = []
    withheld: Counter[str] = Counter()
    for shown, members in _group_classes(records, levels_by_record).items():
        hidden = anonymiser.find_hidden_columns(shown, members)
        for member in members:
            values = (WITHHELD if index in hidden else value for index, value in enumerate(records[member].sensitive))
            rows.append((*shown, *values))
        withheld.update({rules.sensitive[index].name: len(members) for index in hidden})
    shown_levels = [levels for levels in levels_by_record if levels is not None]
    return AnonymisedRows(
        tuple(rows),
        len(records) - len(rows),
        {
            column.name: _count_per_level(records, [levels[index] for levels in shown_levels], index)
            for index, column in enumerate(rules.quasi)
        },
        {column.name: withheld[column.name] for column in rules.sensitive},
        anonymiser.measure_loss(shown_levels, withheld),
    )


def _count_per_level(records: Sequence[PersonRecord], levels: Iterable[int], index: int) -> tuple[int, ...]:
    counts = Counter(levels)
    return tuple(counts[level] for level in range(len(records[0].quasi[index]))) if records else ()


def _group_classes(records: Sequence[PersonRecord], levels_by_record: Sequence[Levels | None]) -> dict[Row, list[int]]:
    classes: dict[Row, list[int]] = defaultdict(list)
    for member, levels in enumerate(levels_by_record):
        if levels is not None:
            hierarchies = records[member].quasi
            classes[tuple(hierarchy[level] for hierarchy, level in zip(hierarchies, levels, strict=True))].append(
                member
            )
    return classes


@dataclass(frozen=True, slots=True)
class _Split:
    """A group that descends one level of one hierarchy: its parts, how many records are suppressed, and the gain."""

    parts: list[tuple[Levels, list[int]]]
    suppressed_count: int
    gain: float


class _Anonymiser:
    """The records by column, and the search over them."""

    def __init__(self, records: Sequence[PersonRecord], rules: AnonymityRules) -> None:
        self.records, self.rules = records, rules
        self.sensitive_columns = [
            [record.sensitive[index] for record in records] for index in range(len(rules.sensitive))
        ]
        self.indexes_by_name = {column.name: index for index, column in enumerate(rules.quasi)}
        self.top_levels: Levels = tuple(len(hierarchy) - 1 for hierarchy in records[0].quasi) if records else ()
        self.total_weight = sum(weighted_column.weight for weighted_column in rules.quasi) + sum(
            weighted_column.weight for weighted_column in rules.sensitive
        )

    def choose_levels(self) -> list[Levels | None]:
        """Return the level of each hierarchy for each record; None for a suppressed record."""
        chosen_levels: list[Levels | None] = [None] * len(self.records)
        if len(self.records) < self.rules.k:
            return chosen_levels
        # All groups share it, and spend it in the order in which they descend.
        budget = int(self.rules.max_suppressed_share * len(self.records))
        waiting = [(self.top_levels, list(range(len(self.records))))]
        while waiting:
            levels, members = waiting.pop()
            # The search is greedy: an optimal recoding is NP-hard (Meyerson and Williams 2004), and 2,000 people take
            # 0.2 s so.
            best_split = max(self._list_splits(levels, members, budget), key=lambda split: split.gain, default=None)
            if best_split is None or best_split.gain <= 0:
                for member in members:
                    chosen_levels[member] = levels
            else:
                budget -= best_split.suppressed_count
                waiting.extend(best_split.parts)
        return chosen_levels

    def _list_splits(self, levels: Levels, members: list[int], budget: int) -> Iterator[_Split]:
        """Yield every way to descend one level that leaves no class too small."""
        hidden_before = self._weigh_hidden_cells(levels, members)
        for index, level in enumerate(levels):
            if level == 0:
                continue
            levels_below = (*levels[:index], level - 1, *levels[index + 1 :])
            groups: dict[str, list[int]] = defaultdict(list)
            for member in members:
                groups[self.records[member].quasi[index][level - 1]].append(member)
            parts = [(levels_below, group) for group in groups.values() if len(group) >= self.rules.k]
            too_few = [member for group in groups.values() if len(group) < self.rules.k for member in group]
            # Too few to descend, but enough for a class of their own: they stay on the level above. Fewer are
            # suppressed.
            rest_stays = len(too_few) >= self.rules.k
            suppressed_count = 0 if rest_stays else len(too_few)
            if not parts or suppressed_count > budget:
                continue
            shown_weight = (
                sum(len(group) for _levels, group in parts) * self.rules.quasi[index].weight / self.top_levels[index]
            )
            if rest_stays:
                parts.append((levels, too_few))
            hidden_after = sum(self._weigh_hidden_cells(*part) for part in parts)
            # The gain is what the split shows less what it hides: sensitive cells of classes that are now too small,
            # and people.
            yield _Split(
                parts,
                suppressed_count,
                shown_weight - (hidden_after - hidden_before) - suppressed_count * self.total_weight,
            )

    def _weigh_hidden_cells(self, levels: Levels, members: list[int]) -> float:
        """Return the weight of the sensitive cells that a group would not show."""
        hierarchies = self.records[members[0]].quasi
        shown = tuple(hierarchy[level] for hierarchy, level in zip(hierarchies, levels, strict=True))
        hidden = self.find_hidden_columns(shown, members)
        return sum(self.rules.sensitive[index].weight for index in hidden) * len(members)

    def find_hidden_columns(self, shown: Row, members: Sequence[int]) -> set[int]:
        """Return the indexes of the sensitive columns that a class may not show."""
        return {
            index
            for index, column in enumerate(self.rules.sensitive)
            if not self._can_show_column(column, shown, members, self.sensitive_columns[index])
        }

    def _can_show_column(
        self, column: SensitiveColumn, shown: Row, members: Sequence[int], values: Sequence[str]
    ) -> bool:
        if len(members) < column.k:
            return False
        if any(shown[self.indexes_by_name[name]] not in allowed for name, allowed in column.within.items()):
            return False
        counts = Counter([values[member] for member in members])
        harmful = sum(counts[value] for value in column.protected)
        # Harmless answers count as distinct values too, so that a class in which nobody was abused does not say so.
        return len(counts) >= self.rules.l and harmful <= column.share * len(members)

    def hide_inferable_values(self, levels_by_record: list[Levels | None], index: int) -> None:
        """Raise a sensitive quasi-identifier to its top level where people alike in all else would reveal it."""
        column = self.rules.quasi[index]
        if not column.protected:
            return
        alike: dict[Row, list[int]] = defaultdict(list)
        for shown, members in _group_classes(self.records, levels_by_record).items():
            alike[(*shown[:index], *shown[index + 1 :])].extend(members)
        for members in alike.values():
            shown_values = [
                self.records[member].quasi[index][levels[index]]
                for member in members
                if (levels := levels_by_record[member])
            ]
            if reveals_protected_value(column, shown_values):
                for member in members:
                    levels = levels_by_record[member]
                    levels_by_record[member] = (
                        (*levels[:index], self.top_levels[index], *levels[index + 1 :]) if levels else None
                    )

    def measure_loss(self, shown_levels: Sequence[Levels], withheld: Mapping[str, int]) -> float:
        """Return what is not shown, as a share of all that was known. A suppressed record is lost whole."""
        if not self.records:
            return 0.0
        # A quasi-identifier loses by the part of its hierarchy that it climbed, a sensitive column by each withheld
        # cell.
        lost_weight: float = (len(self.records) - len(shown_levels)) * self.total_weight
        for index, column in enumerate(self.rules.quasi):
            if self.top_levels[index]:
                lost_weight += column.weight * sum(levels[index] for levels in shown_levels) / self.top_levels[index]
        lost_weight += sum(column.weight * withheld[column.name] for column in self.rules.sensitive)
        return lost_weight / (self.total_weight * len(self.records))


def reveals_protected_value(column: QuasiIdentifier, shown: Iterable[str]) -> bool:
    """Say whether these values of a sensitive quasi-identifier, shown by people alike in all else, reveal too much."""
    shown_values = [value for value in shown if value != WITHHELD]
    return sum(value in column.protected for value in shown_values) > column.share * len(shown_values)
