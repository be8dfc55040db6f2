"""Invented months in which some people come again, and the counts of each month, quarter and year that they make."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period
from attention_point.statistics.cells import CellCodes
from attention_point.statistics.protection.families import select_figures
from attention_point.statistics.protection.period import Figures, StoredTable
from attention_point.statistics.releases.period_counts import build_stored_tables
from attention_point.statistics.tables_of_a_period import list_published_indicators
from attention_point.tallies.counted_cells import build_cells_of_facts
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import INDICATORS_BY_ID
from tests.statistics.adversary import Name, name_cell
from tests.statistics.invented_month import invent_facts

RETURNING = 0.3  # of the people of a month, how many came in an earlier one
Visit = tuple[int, VisitFacts]  # the person's number


class InventedYears:
    """A population's visits, month by month."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._people: list[VisitFacts] = []
        self.visits: dict[date, list[Visit]] = {}
        self.referrals: dict[date, list[ReferralFacts]] = {}

    def add_month(self, month: date, visits: int, seed: int) -> None:
        """Invent a month. Who came in an earlier one comes with the same needs."""
        numbers: dict[int, int] = {}
        self.visits[month], self.referrals[month] = [], []
        earlier_count = len(self._people)
        for fact in invent_facts(visits, month, seed):
            if isinstance(fact, ReferralFacts):
                self.referrals[month].append(fact)
                continue
            key = id(fact.person)
            if key not in numbers:
                returns = earlier_count and self._random.random() < RETURNING
                numbers[key] = self._random.randrange(earlier_count) if returns else len(self._people)
                if not returns:
                    self._people.append(fact)
            person = self._people[numbers[key]]
            if numbers[key] < earlier_count:
                fact = fact._replace(
                    person=person.person, needs=person.needs, vulnerabilities=person.vulnerabilities, first_ever=False
                )
            self.visits[month].append((numbers[key], fact))

    def count(self, period: Period) -> dict[str, dict[CellCodes, int]]:
        """Count a period, each person once: table → cell → count."""
        visits = [visit for month in period.months for visit in self.visits.get(month, ())]
        return count_facts(visits, [fact for month in period.months for fact in self.referrals.get(month, ())])

    def build_tables(self, session: Session, period: Period) -> list[StoredTable]:
        """Return the stored tables of a period, in their fixed rows and columns."""
        return build_stored_tables(session, period, self.count(period))


def count_facts(visits: Iterable[Visit], referrals: Iterable[ReferralFacts]) -> dict[str, dict[CellCodes, int]]:
    """Count visits and referrals as one period."""
    counts: dict[str, Counter[CellCodes]] = {}
    needs: dict[int, set[str]] = {}
    situations: dict[int, set[str]] = {}
    for number, visit in visits:
        first = number not in needs
        known_needs, known_situations = needs.setdefault(number, set()), situations.setdefault(number, set())
        new_needs = tuple(need for need in visit.needs if need not in known_needs)
        new_situations = tuple(code for code in visit.vulnerabilities if code not in known_situations)
        known_needs.update(new_needs)
        known_situations.update(new_situations)
        _add(counts, visit._replace(first_this_month=first, new_needs=new_needs, new_vulnerabilities=new_situations))
    for referral in referrals:
        _add(counts, referral)
    return {table: dict(cells) for table, cells in counts.items()}


def _add(counts: dict[str, Counter[CellCodes]], fact: VisitFacts | ReferralFacts) -> None:
    for (_day, _point, table, cell), count in build_cells_of_facts(fact).items():
        counts.setdefault(table, Counter())[tuple(cell.split("|"))] += count


def list_true_figures(true_figures: Figures, period: Period) -> dict[Name, int]:
    """Return the true counts by what they count, as somebody outside names them."""
    figures: dict[Name, int] = {}
    for indicator in list_published_indicators(period.kind):
        stored = INDICATORS_BY_ID[indicator.stored_table]
        for cell, count in select_figures(indicator, stored, true_figures[stored.id]).items():
            figures[name_cell(indicator.counts, indicator.dimensions, cell)] = count
    return figures


def list_quarters(months: Sequence[date]) -> Mapping[Period, list[date]]:
    """Return the whole quarters among some months."""
    quarters: dict[Period, list[date]] = {}
    for month in months:
        quarters.setdefault(find_period("quarter", month), []).append(month)
    return {quarter: list(quarter.months) for quarter, found in quarters.items() if len(found) == 3}
