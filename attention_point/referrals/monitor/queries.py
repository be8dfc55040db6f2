"""Reads the figures of the monitor. Each read is bounded, however many referrals years have left.

What is open now is counted by the tags of entities, up to a bound. What became of the referrals of a period, and how
soon, comes from the tallies. Reasons are sealed: the newest rejections are opened.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation import clock
from attention_point.referrals import rules
from attention_point.referrals.follow_up.open_referral_counts import iterate_open_counts
from attention_point.referrals.monitor.filters import Filters
from attention_point.referrals.monitor.rejections import count_reasons
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import range_queries
from attention_point.tallies.facts import ANSWER_TIME_BANDS, LONGEST_ANSWER_BAND

BANDS = (*(band for _days, band in ANSWER_TIME_BANDS), LONGEST_ANSWER_BAND)
TOGETHER = ""  # no entity has this code
STATES_TABLE = "referrals-by-entity-and-state"
PERSON_OUTCOMES_TABLE = "person-outcomes-by-entity"
OPENINGS_TABLE, ANSWERS_TABLE = "openings-by-entity-and-time", "answers-by-entity-and-time"


@dataclass(slots=True)
class EntityFigures:
    """The figures of one entity, or of those for confidential topics together.

    ``waiting`` and ``accepted`` are open now, by days since they were made; ``states`` are those of the period's
    referrals now; ``openings`` and ``answers`` count them by the days that they took, ``person_outcomes`` by what
    people say became of them. ``is_capped``: more are open.
    """

    waiting: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    is_capped: bool = False
    states: Counter[str] = field(default_factory=Counter)
    openings: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    person_outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def open_total(self) -> int:
        """How many are open now."""
        return self.waiting.total() + self.accepted.total()

    @property
    def referral_total(self) -> int:
        """How many referrals the period has."""
        return self.states.total()

    @property
    def still_waiting(self) -> int:
        """How many of the period wait for their answer and have time left."""
        return sum(self.states[state] for state in rules.WAITING_STATES)

    @property
    def non_response(self) -> float | None:
        """The share, from 0 to 1, whose clock ran out without an answer, of all that had to be answered by now."""
        expected = self.referral_total - self.still_waiting - self.states["withdrawn"]
        return self.states["expired"] / expected if expected else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.open_total or self.referral_total)


@dataclass(frozen=True, slots=True)
class Monitor:
    """All that the monitor shows for one choice. ``reasons`` counts the codes of rejections by entity.

    ``TOGETHER`` stands for the entities for confidential topics, of which nobody may see the single figures who may not
    see confidential records. ``are_reasons_cut``: older rejections of the period were not read.
    """

    entities: Mapping[str, EntityFigures]
    reasons: Mapping[str, Counter[str]]
    are_reasons_cut: bool


def collect_monitor(
    session: Session, filters: Filters, entities: Sequence[str], points: Sequence[str], hidden_entities: frozenset[str]
) -> Monitor:
    """Read the figures of some entities.

    Those of ``hidden_entities`` come together, without their reasons, and only of months that are over: a number that
    rises when somebody leaves the desk says what she came for.
    """
    codes = [filters.entity] if filters.entity else list(entities)
    figures: defaultdict[str, EntityFigures] = defaultdict(EntityFigures)
    keys = {code: TOGETHER if code in hidden_entities else code for code in codes}
    # Joined while they are counted: no number of a single hidden entity leaves this function.
    _add_open_referrals(session, figures, keys, filters.point)
    _add_period(session, figures, keys, filters, points)
    shown_codes = [code for code in codes if code not in hidden_entities]
    reasons, are_cut = count_reasons(session, shown_codes, filters, hides_restricted=bool(hidden_entities))
    return Monitor({key: entry for key, entry in figures.items() if not entry.is_empty}, reasons, are_cut)


def _add_open_referrals(
    session: Session, figures: Mapping[str, EntityFigures], keys: Mapping[str, str], point: str | None
) -> None:
    today = clock.today()
    for entity, day, state, count, is_capped in iterate_open_counts(session, point):
        if keys.get(entity, TOGETHER) != TOGETHER:
            entry = figures[keys[entity]]
            ages = entry.accepted if state == "accepted" else entry.waiting
            ages[_find_band((today - day).days)] += count
            entry.is_capped |= is_capped


def _find_band(days: int) -> str:
    return next((band for most, band in ANSWER_TIME_BANDS if days <= most), LONGEST_ANSWER_BAND)


def _add_period(
    session: Session,
    figures: Mapping[str, EntityFigures],
    keys: Mapping[str, str],
    filters: Filters,
    points: Sequence[str],
) -> None:
    counted_points = [filters.point] if filters.point else _list_every_point(session, filters, points)
    tables = (STATES_TABLE, OPENINGS_TABLE, ANSWERS_TABLE, PERSON_OUTCOMES_TABLE)
    cells = range_queries.sum_by_month(session, tables, filters.months, counted_points, filters.entity)
    this_month = first_of_month(clock.today())
    for (table, month), counts in cells.items():
        for cell, count in counts.items():
            entity, code = cell.split("|")
            if entity in keys and (keys[entity] != TOGETHER or month < this_month):
                entry = figures[keys[entity]]
                counters = (entry.states, entry.openings, entry.answers, entry.person_outcomes)
                dict(zip(tables, counters, strict=True))[table][code] += count


def _list_every_point(session: Session, filters: Filters, points: Sequence[str]) -> list[str]:
    """The points of the directory, and those that left it and have counts in the period."""
    counted_points = (point for month in filters.months for point in tally_queries.list_counted_points(session, month))
    return sorted({*points, *counted_points})


def find_median_band(counts: Mapping[str, int]) -> str | None:
    """The band in which the middle one stands: half took so long at most. None where nothing was counted."""
    total, passed = sum(counts.values()), 0
    for band in BANDS:
        passed += counts.get(band, 0)
        if total and 2 * passed >= total:
            return band
    return None
