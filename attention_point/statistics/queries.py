"""A month's tables out of the tallies, protected; and the recount that proves the tallies."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from attention_point.intake import queries as intake
from attention_point.statistics.disclosure import TOTAL, Place, Protected, protect
from attention_point.tallies import queries as tallies
from attention_point.tallies.rules import INDICATORS, CellKey, Indicator, ReferralFacts, VisitFacts, cells_of, limit

# A grand total is shown only from here on: below, it would bind the tables with the strictest limit too much.
LEAST_TOTAL = max(indicator.k for indicator in INDICATORS)

Counts = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class MonthTable:
    """One table as it may be shown."""

    indicator: Indicator
    protected: Protected


@dataclass(frozen=True, slots=True)
class MonthTables:
    """A month as it may be shown. ``totals``: people, attentions, referrals; None where even the total is too small."""

    first_day: date
    totals: Mapping[str, int | None]
    tables: tuple[MonthTable, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded in the month."""
        return all(total == 0 for total in self.totals.values())


def month_tables(session: Session, first_day: date, point: str | None = None) -> MonthTables:
    """The protected tables of a month.

    Pages and papers show all points together: figures by point beside those of all would tell more than either.
    """
    counts = tallies.months_tables(session, first_day, point)
    totals, tables = _protected(tuple((table, tuple(sorted(cells.items()))) for table, cells in counts.items()))
    return MonthTables(first_day, totals, tables)


@lru_cache(maxsize=12)
def _protected(counts: Counts) -> tuple[dict[str, int | None], tuple[MonthTable, ...]]:
    """The same counts are protected once: a page asks again for each of its charts."""
    cells = {table: {tuple(cell.split("|")): count for cell, count in rows} for table, rows in counts}
    totals = {kind: _total(kind, cells) for kind in ("people", "attentions", "referrals")}
    protected = _protect_all(cells, [one for one in INDICATORS if totals[one.counts] is not None])
    withheld = Protected({}, withheld=True)
    return totals, tuple(MonthTable(one, protected.get(one.id, withheld)) for one in INDICATORS)


def _total(kind: str, cells: Mapping[str, Mapping[Place, int]]) -> int | None:
    """What any table without overlap adds up to."""
    table = next(one for one in INDICATORS if one.counts == kind and not one.overlapping)
    total = sum(cells[table.id].values())
    return total if total == 0 or total >= LEAST_TOTAL else None


def _protect_all(cells: Mapping[str, Mapping[Place, int]], indicators: list[Indicator]) -> dict[str, Protected]:
    """Protect each table until a total that several share is shown in all of them or in none."""
    hidden: dict[tuple[str, str], set[str]] = defaultdict(set)
    given: dict[str, frozenset[Place]] = {}
    done: dict[str, Protected] = {}
    while waiting := [one for one in indicators if given.get(one.id) != _hidden_in(one, hidden)]:
        for one in waiting:
            given[one.id] = _hidden_in(one, hidden)
            overlapping = tuple(dimension in one.overlapping for dimension in one.dimensions)
            done[one.id] = protect(cells[one.id], _limit_of(one), overlapping, given[one.id])
            for place, count in done[one.id].counts.items():
                if count is None and len(place) == 2 and TOTAL in place:
                    axis = 0 if place[1] == TOTAL else 1
                    hidden[one.counts, one.dimensions[axis]].add(place[axis])
    return done


def _hidden_in(indicator: Indicator, hidden: Mapping[tuple[str, str], Iterable[str]]) -> frozenset[Place]:
    if len(indicator.dimensions) == 1:
        return frozenset()
    rows, columns = (hidden.get((indicator.counts, dimension), ()) for dimension in indicator.dimensions)
    return frozenset((code, TOTAL) for code in rows) | frozenset((TOTAL, code) for code in columns)


def _limit_of(indicator: Indicator) -> Callable[[Place], int]:
    return lambda place: limit(indicator, place)


def recount(
    session: Session, watch: Callable[[Iterable[VisitFacts | ReferralFacts]], Iterable[VisitFacts | ReferralFacts]]
) -> dict[CellKey, int]:
    """All counts anew, from the sealed visits. ``watch`` sees them pass: a progress bar."""
    counted: Counter[CellKey] = Counter()
    for facts in watch(intake.recount(session)):
        counted.update(cells_of(facts))
    return counted


def steadily(session: Session) -> None:
    """Read everything in this transaction as of one moment, while others write. SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
