"""A month's counts out of the tallies, protected; and the recount that proves the tallies."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.intake import queries as intake
from attention_point.statistics.content import Content, content_of
from attention_point.statistics.disclosure import Place
from attention_point.statistics.protection import Month, protect
from attention_point.tallies import queries as tallies
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey, cells_of

Counts = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
Facts = Iterable[VisitFacts | ReferralFacts]


def provisional(session: Session, first_day: date) -> Content:
    """A month's figures as they stand now, all points together.

    Figures by point beside those of all would tell more than either.
    """
    return content_of(session, first_day, _protected(_kept(session, first_day)))


def counts(session: Session, first_day: date) -> dict[str, dict[Place, int]]:
    """A month's kept counts: table → place → count."""
    return _opened(_kept(session, first_day))


def _kept(session: Session, first_day: date) -> Counts:
    found = tallies.months_tables(session, first_day)
    return tuple((table, tuple(sorted(cells.items()))) for table, cells in found.items())


def _opened(kept: Counts) -> dict[str, dict[Place, int]]:
    return {table: {tuple(cell.split("|")): count for cell, count in rows} for table, rows in kept}


@lru_cache(maxsize=12)
def _protected(kept: Counts) -> Month:
    """The same counts are protected once: a page asks again for each of its charts."""
    return protect(_opened(kept))


def recount(session: Session, watch: Callable[[Facts], Facts]) -> dict[CellKey, int]:
    """All counts anew, from the sealed visits. ``watch`` sees them pass: a progress bar."""
    return _counted(watch(intake.recount(session)))


def differences(session: Session, first_day: date) -> list[tallies.Difference]:
    """Where a month's kept counts are not what its sealed visits say."""
    points = sorted({point.code for point in directory.points(session)} | set(tallies.points(session, first_day)))
    return tallies.compare_month(session, first_day, _counted(intake.recount_month(session, first_day, points)))


def _counted(facts: Facts) -> dict[CellKey, int]:
    counted: Counter[CellKey] = Counter()
    for one in facts:
        counted.update(cells_of(one))
    return counted
