"""Rounds a period so that it passes the audit: where a small count is left with too few values, a leaning is turned."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.statistics.audit.findings import Narrow, Published
from attention_point.statistics.audit.period import PeriodAudit
from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.protection.period import (
    TOTALS,
    FamilyName,
    Figure,
    PeriodRounder,
    RoundedTables,
    name_family,
)
from attention_point.statistics.protection.totals import HeadlineTotals
from attention_point.tallies.rules import INDICATORS_BY_ID

_MAX_TURNS = 20  # of leanings for one figure; then the split of its row is left out
_TURNS_OF_A_CORRECTION = 1  # then its family stays as the earlier version published it
# Beside a published quarter several figures of a family may each use up their turns, one after the other: with twenty a
# correction was refused before the last resort came.
_MAX_TURNS_OF_A_CORRECTION = 8
_MAX_ROUNDS = 100  # far more than the turns of a period ever were

ProtectTotals = Callable[[RoundedTables, Collection[str]], HeadlineTotals]
FindRelatedBreaches = Callable[[RoundedTables], Iterable[Narrow]]


@dataclass(frozen=True, slots=True)
class ProtectedPeriod:
    """A period that passed the audit, the figures that are left out, and how many leanings were turned."""

    rounded: RoundedTables
    totals: HeadlineTotals
    hidden: frozenset[Figure]
    turn_count: int


def protect_audited_period(
    rounder: PeriodRounder, protect_totals: ProtectTotals, published: Published, find_related: FindRelatedBreaches
) -> ProtectedPeriod:
    """Round a period, and turn leanings until no small count is left with too few values because of it.

    ``protect_totals`` gets the units whose totals must not be exact. ``published`` is what other versions and periods
    tell of this one, ``find_related`` returns the figures by which this one would tell of others. Raises AppError where
    no turning helps.
    """
    audit = PeriodAudit(rounder.true_figures, published)
    tried = _Remedies(is_correction=bool(rounder.earlier_figures))
    doubtful: set[Figure] = set()
    for _round in range(_MAX_ROUNDS):
        rounded = rounder.round_tables(frozenset(tried.turned.values()), frozenset(tried.kept))
        totals, hidden = protect_totals(rounded, tried.list_rounded_units()), frozenset(tried.hidden)
        # What was narrow before is asked first: where it still is, the next turn need not wait for all the others.
        breaches = audit.find_narrow(rounded, totals, hidden, doubtful) if doubtful else []
        breaches = breaches or audit.find_narrow(rounded, totals, hidden)
        doubtful.update(narrow.figure for narrow in breaches)
        breaches = [narrow for narrow in (*breaches, *find_related(rounded)) if narrow.figure not in hidden]
        if not breaches:
            return ProtectedPeriod(rounded, totals, hidden, len(tried.turned))
        # One breach a family and round: turning one leaning may mend its neighbours too, and two
        # turns at once may undo each other.
        for narrow in {name_family(narrow.figure): narrow for narrow in reversed(breaches)}.values():
            tried.try_next(rounded, narrow)
    # What is published already may leave so little that no rounding of the same tables helps.
    if rounder.earlier_figures:
        raise AppError(
            _(
                "This correction cannot be published: beside what is published already, it would tell of a few people. "
                "The version in force stands."
            )
        )
    # Elsewhere the counts are at fault and not the rounding: a recount finds that.
    raise AppError(_("The figures of this period contradict one another. Recount them first."))


class _Remedies:
    """What was tried for figures that are left with too few values: first what readers lose least by."""

    def __init__(self, *, is_correction: bool) -> None:
        self.turned: dict[Figure, Figure] = {}
        self.kept: set[FamilyName] = set()
        self.hidden: set[Figure] = set()
        self._is_correction = is_correction
        self._max_turns = _MAX_TURNS_OF_A_CORRECTION if is_correction else _MAX_TURNS
        # Each figure has its own attempts, so that a stubborn one does not use up the turns of the others.
        self._attempts: Counter[Figure] = Counter()

    def try_next(self, rounded: RoundedTables, narrow: Narrow) -> None:
        """Try the next remedy for a figure."""
        figure, family = narrow.figure, name_family(narrow.figure)
        self._attempts[figure] += 1
        attempt = self._attempts[figure]
        if attempt > self._max_turns:
            self.turned.pop(figure, None)
            # The last resort (decision 45): the row keeps its total and loses its split, and the table stays comparable
            # with that of every other period. What an earlier version tells may be too much beside any other figure of
            # the family: then the whole family goes.
            split = _list_split(rounded, figure)
            self.hidden.update(split if self.hidden.isdisjoint(split) else _list_family(rounded, family))
        elif attempt > _TURNS_OF_A_CORRECTION and self._is_correction and family not in self.kept:
            self.kept.add(family)
            self.turned = {f: turned for f, turned in self.turned.items() if name_family(f) != family}
            self._attempts = Counter({f: count for f, count in self._attempts.items() if name_family(f) != family})
        else:
            # What was turned for another figure stays so, or the two would undo each other without end.
            others = {turned for f, turned in self.turned.items() if f != figure}
            candidates = [turned for turned in _list_candidates(rounded, narrow) if turned not in others] or [figure]
            self.turned[figure] = candidates[(attempt - 1) % len(candidates)]

    def list_rounded_units(self) -> list[str]:
        """List the units whose headline totals are not exact, because that tells too much beside earlier versions."""
        return [cell[0] for table, cell in self.turned.values() if table == TOTALS and self._is_correction]


def _list_candidates(rounded: RoundedTables, narrow: Narrow) -> list[Figure]:
    """List the figures whose leaning may be turned for a breach: its own, those that cause it, and those near it."""
    own, *near = _list_near_figures(rounded, narrow.figure)
    # A total among the causes comes first: it stands for all tables of its unit.
    totals = [(TOTALS, (INDICATORS_BY_ID[table].counts,)) for table, cell in narrow.causes if set(cell) == {TOTAL_CODE}]
    others = [figure for figure in (*totals, *narrow.causes, *near) if _can_turn(rounded, figure)]
    return list(dict.fromkeys((own, *others)))


def _can_turn(rounded: RoundedTables, figure: Figure) -> bool:
    table, cell = figure
    return table == TOTALS or rounded.true_figures[table][cell] % rounded.bases[table][cell] != 0


def _list_near_figures(rounded: RoundedTables, figure: Figure) -> Iterator[Figure]:
    """Yield a figure, those of its sums, and those beside it."""
    table, cell = figure
    if table == TOTALS:
        yield from ((TOTALS, (unit,)) for unit in dict.fromkeys((*cell, *rounded.totals)))
        return
    # Its own leaning first, which moves the fewest figures. A unit's total comes after the sums, because
    # every table of the unit follows it.
    yield figure
    figures = rounded.figures[table]
    for other in figures:
        if other != cell and _sums_cell(other, cell):
            yield table, other
    if not INDICATORS_BY_ID[table].overlapping:
        yield TOTALS, (INDICATORS_BY_ID[table].counts,)
    for other in figures:
        differing = sum(code != other_code for code, other_code in zip(cell, other, strict=True))
        if differing == 1 and not _sums_cell(other, cell):
            yield table, other


def _sums_cell(sum_cell: CellCodes, cell: CellCodes) -> bool:
    return all(sum_code in (TOTAL_CODE, code) for sum_code, code in zip(sum_cell, cell, strict=True))


def _list_family(rounded: RoundedTables, family: FamilyName) -> list[Figure]:
    return [
        (family[0], cell) for cell in rounded.figures.get(family[0], {}) if name_family((family[0], cell)) == family
    ]


def _list_split(rounded: RoundedTables, figure: Figure) -> list[Figure]:
    """List the split of the row of a figure: all that stands under its first codes but the row's own total."""
    table, cell = figure
    row = cell[:-1] if len(cell) > 1 else ()
    return [(table, other) for other in rounded.figures.get(table, {}) if other[:-1] == row and other[-1] != TOTAL_CODE]
