"""De-identifies rows of people by k-anonymity, l-diversity and a greatest share of sensitive values.

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

Shares that are counted in the rows are to be true. So each quasi-identifier stands on one level in all rows
(full-domain recoding, Samarati 2001), a sensitive column is shown in nearly all rows that it concerns or in none, and
few people are left out. Rows whose level depended on their values would tell frequent values more seldom than rare
ones, or never. Of all combinations of levels the one is taken that loses least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from attention_point.statistics.extracts.anonymity.rules import (
    WITHHELD,
    AnonymisedRows,
    AnonymityRules,
    Levels,
    PersonRecord,
    SensitiveColumn,
)

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def anonymise_records(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """Return the records as rows that may be handed over. With fewer than ``k`` records there is no row."""
    if len(records) < rules.k:
        return AnonymisedRows(
            (),
            len(records),
            {column.name: 0 for column in rules.quasi},
            {column.name: 0 for column in rules.sensitive},
            1.0 if records else 0.0,
        )
    search = _Search(records, rules)
    best = search.find_best()
    members = [records[int(index)] for index in np.flatnonzero(best.kept)]
    rows = tuple(
        (
            *(hierarchy[level] for hierarchy, level in zip(member.quasi, best.levels, strict=True)),
            *(
                value if is_shown else WITHHELD
                for value, is_shown in zip(member.sensitive, best.shown[:, position], strict=True)
            ),
        )
        for position, member in enumerate(members)
    )
    withheld_counts = np.count_nonzero(~best.shown, axis=1)
    return AnonymisedRows(
        rows,
        len(records) - len(rows),
        {column.name: level for column, level in zip(rules.quasi, best.levels, strict=True)},
        {column.name: int(count) for column, count in zip(rules.sensitive, withheld_counts, strict=True)},
        best.loss,
    )


@dataclass(frozen=True, slots=True)
class _Recoding:
    """What one combination of levels shows. ``kept`` is by record, ``shown`` by sensitive column and kept record."""

    levels: Levels
    kept: Flags
    shown: Flags
    loss: float


@dataclass(frozen=True, slots=True)
class _Classes:
    """The classes of the kept records: ``index`` is by record, ``sizes`` and ``examples`` (one record) by class."""

    index: Integers
    sizes: Integers
    examples: Integers


class _NumberedColumn:
    """The values of one column as numbers, by record, and what each number means."""

    def __init__(self, values: Sequence[str]) -> None:
        self.meanings = sorted(set(values))
        numbers = {value: number for number, value in enumerate(self.meanings)}
        self.numbers: Integers = np.array([numbers[value] for value in values], dtype=np.int64)

    def flag_values(self, chosen: frozenset[str]) -> Flags:
        """Say by record whether its value is one of these."""
        return np.array([value in chosen for value in self.meanings])[self.numbers]


class _Search:
    """The records by column, and the search over all combinations of levels."""

    def __init__(self, records: Sequence[PersonRecord], rules: AnonymityRules) -> None:
        self.rules, self.record_count = rules, len(records)
        self.quasi = [
            [_NumberedColumn([record.quasi[index][level] for record in records]) for level in range(len(hierarchy))]
            for index, hierarchy in enumerate(records[0].quasi)
        ]
        self.sensitive = [
            _NumberedColumn([record.sensitive[index] for record in records]) for index in range(len(rules.sensitive))
        ]
        self.harmful = [
            column.flag_values(rule.protected) for column, rule in zip(self.sensitive, rules.sensitive, strict=True)
        ]
        self.indexes_by_name = {column.name: index for index, column in enumerate(rules.quasi)}
        self.total_weight = sum(column.weight for column in rules.quasi) + sum(
            column.weight for column in rules.sensitive
        )

    def find_best(self) -> _Recoding:
        """Return the combination of levels that loses least. The top of all hierarchies is always possible."""
        combinations = product(*(range(len(levels)) for levels in self.quasi))
        best: _Recoding | None = None
        # The cheapest levels first: the search ends as soon as no further combination can be better.
        for loss, levels in sorted((self._weigh_levels(levels), levels) for levels in combinations):
            # Suppression and withheld cells only add to the loss of the levels.
            if best is not None and loss >= best.loss * self.total_weight:
                break
            recoding = self._recode_records(levels, loss)
            if recoding is not None and (best is None or recoding.loss < best.loss):
                best = recoding
        if best is None:
            raise AssertionError("records without any value in their quasi-identifiers are one class")
        return best

    def _weigh_levels(self, levels: Levels) -> float:
        """Return the weight that is lost by standing on these levels."""
        return sum(
            column.weight * level / max(len(self.quasi[index]) - 1, 1)
            for index, (column, level) in enumerate(zip(self.rules.quasi, levels, strict=True))
        )

    def _recode_records(self, levels: Levels, levels_weight: float) -> _Recoding | None:
        """Return what these levels show; None where too many people would have to be suppressed."""
        columns = [self.quasi[index][level] for index, level in enumerate(levels)]
        everybody = np.arange(self.record_count)
        classes = _group_records(columns, everybody)
        kept = classes.sizes[classes.index] >= self.rules.k
        for index, level in enumerate(levels):
            kept &= ~self._find_inferable(columns, index, level, kept)
        suppressed_count = self.record_count - int(np.count_nonzero(kept))
        if suppressed_count > self.rules.max_suppressed_share * self.record_count:
            return None
        members = np.flatnonzero(kept)
        # Grouped again: the numbers of the classes are those of the people who are left.
        classes = _group_records(columns, members)
        lost_weight = 0.0
        shown = np.zeros((len(self.sensitive), len(members)), dtype=np.bool_)
        for index, column in enumerate(self.rules.sensitive):
            shown[index], lost_share = self._show_column(index, column, columns, members, classes)
            lost_weight += column.weight * lost_share
        # A person who is left out is lost with all columns.
        kept_share = len(members) / self.record_count
        loss = (levels_weight + lost_weight) * kept_share + self.total_weight * (1 - kept_share)
        return _Recoding(levels, kept, shown, loss / self.total_weight)

    def _find_inferable(self, columns: Sequence[_NumberedColumn], index: int, level: int, kept: Flags) -> Flags:
        """Say by record whether people alike in all else would reveal this sensitive quasi-identifier."""
        rule = self.rules.quasi[index]
        inferable = np.zeros(self.record_count, dtype=np.bool_)
        # On its top level a column says nothing that anybody could infer.
        if not rule.protected or level == len(self.quasi[index]) - 1:
            return inferable
        members = np.flatnonzero(kept)
        alike = _group_records([*columns[:index], *columns[index + 1 :]], members)
        harmful = np.bincount(alike.index, columns[index].flag_values(rule.protected)[members], len(alike.sizes))
        inferable[members] = (harmful > rule.share * alike.sizes)[alike.index]
        return inferable

    def _show_column(
        self,
        index: int,
        rule: SensitiveColumn,
        columns: Sequence[_NumberedColumn],
        members: Integers,
        classes: _Classes,
    ) -> tuple[Flags, float]:
        """Return in which rows a sensitive column is shown, and which share of the rows that it concerns lose it."""
        values, harmful = self.sensitive[index].numbers[members], self.harmful[index][members]
        concerned = np.ones(len(classes.sizes), dtype=np.bool_)
        for name, allowed in rule.within.items():
            concerned &= columns[self.indexes_by_name[name]].flag_values(allowed)[classes.examples]
        # A class and a value as one number: NumPy then counts the distinct pairs of all classes at once.
        pairs = np.unique(classes.index * len(self.sensitive[index].meanings) + values)
        # Harmless answers count as distinct values too, so that a class in which nobody was abused does not say so.
        distinct = np.bincount(pairs // len(self.sensitive[index].meanings), minlength=len(classes.sizes))
        harmful_counts = np.bincount(classes.index, harmful, len(classes.sizes))
        is_shown = concerned & (classes.sizes >= rule.k) & (distinct >= self.rules.l)
        is_shown &= harmful_counts <= rule.share * classes.sizes
        concerned_rows, shown_rows = int(classes.sizes[concerned].sum()), int(classes.sizes[is_shown].sum())
        # Shown only where the answer is harmless, a column would tell too low a share: it is
        # told of nearly all or of nobody.
        if not shown_rows or concerned_rows - shown_rows > self.rules.max_withheld_share * concerned_rows:
            return np.zeros(len(members), dtype=np.bool_), 1.0
        return is_shown[classes.index], 1 - shown_rows / concerned_rows


def _group_records(columns: Sequence[_NumberedColumn], members: Integers) -> _Classes:
    """Group records by their values in all of these columns."""
    keys: Integers = np.zeros(len(members), dtype=np.int64)
    for column in columns:
        # The values of a record as one number in a mixed base, so that equal rows are equal numbers.
        keys = keys * len(column.meanings) + column.numbers[members]
    _keys, examples, index, sizes = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return _Classes(index, sizes, members[examples])
