"""Somebody who reads all that is published, knows the method and what everybody knows, and has a linear programme.

It is written apart from the code that protects: it starts from the JSON of releases, in this method's form or the old
one's, and asks of each small count how many values it could still have.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil, floor, inf
from typing import Any

from tests.statistics.possible_worlds import EPSILON, Question, Sum, ask

TOTAL = "*"
# What is counted, and the code of each dimension that divides it: the same figure has the same name in every table.
Name = tuple[str, frozenset[tuple[str, str]]]
Interval = tuple[float, float]
# Answers of nearly the same people: whoever sees both learns by how many they differ.
NEARLY_THE_SAME = (
    (("vulnerability", "older_adult"), ("age", "60+")),
    (("vulnerability", "disability"), ("disability", "yes")),
    (("need", "VBG"), ("vulnerability", "gender_violence")),
    (("need", "TRATA"), ("vulnerability", "trafficking")),
)
UNDER_18 = ("0-5", "6-11", "12-17")
UNITS_THAT_ADD_UP = ("attentions", "referrals", "answers")


@dataclass
class Told:
    """A small count, or a small difference of two figures, that is left with too few values."""

    what: str
    lowest: float
    highest: float

    def count_values(self) -> int:
        """How many values are left."""
        return floor(self.highest + EPSILON) - ceil(self.lowest - EPSILON) + 1


@dataclass
class Reading:
    """What one period's releases say: between which values each figure lies, and which figures add up."""

    intervals: dict[Name, Interval] = field(default_factory=dict)
    bases: dict[Name, int] = field(default_factory=dict)
    sums: set[tuple[Name, tuple[Name, ...]]] = field(default_factory=set)
    near: set[tuple[Name, Name]] = field(default_factory=set)
    totals: list[Mapping[str, int | None]] = field(default_factory=list)
    _shown: set[tuple[str, tuple[tuple[str, ...], ...]]] = field(default_factory=set)

    def read(self, release: Mapping[str, Any], truth: Mapping[Name, int]) -> None:
        """Take a release in. An interval that the truth contradicts is of a time before a correction."""
        for table in release["tables"]:
            self._read_table(table, truth)
        for name, interval in _read_totals(release):
            self._bound(name, interval, 5, truth)
        self.near.update(_list_near_totals(release))
        self.totals.append(release["totals"])

    def _read_table(self, table: Mapping[str, Any], truth: Mapping[Name, int]) -> None:
        names = {}
        unit, dimensions = table["counts"], tuple(table["dimensions"])
        for cell in table["cells"]:
            codes = tuple([cell["at"][dimension] for dimension in dimensions])
            name = names[codes] = name_cell(unit, dimensions, codes)
            base = cell.get("base", table.get("base", 1))
            if cell["count"] is not None:
                low, high = cell["count"] - base + 1, cell["count"] + base - 1
                self._bound(name, (max(0, low), high), base, truth)
        # Which figures add up is the same in each version that shows the same cells.
        shown = table["id"], tuple(names)
        for axis, dimension in enumerate(dimensions if shown not in self._shown else ()):
            if dimension not in table["overlapping"]:
                parts: dict[Name, list[Name]] = {}
                for codes, name in names.items():
                    total = names.get((*codes[:axis], TOTAL, *codes[axis + 1 :]))
                    if codes[axis] != TOTAL and total:
                        parts.setdefault(total, []).append(name)
                self.sums.update((total, tuple(addends)) for total, addends in parts.items())
        self._shown.add(shown)

    def _bound(self, name: Name, interval: Interval, base: int, truth: Mapping[Name, int]) -> None:
        low, high = self.intervals.get(name, (0, inf))
        if interval[0] <= truth.get(name, 0) <= interval[1]:
            low, high = max(low, interval[0]), min(high, interval[1])
        self.intervals[name] = low, high
        self.bases[name] = max(base, self.bases.get(name, 0))


def name_figure(unit: str, at: Mapping[str, str]) -> Name:
    """Name a figure by what it counts and the codes that divide it."""
    return unit, frozenset((dimension, code) for dimension, code in at.items() if code != TOTAL)


@cache
def name_cell(unit: str, dimensions: tuple[str, ...], codes: tuple[str, ...]) -> Name:
    """Name a cell of a table as ``name_figure`` does. The same cells stand in every version of every period."""
    return name_figure(unit, dict(zip(dimensions, codes, strict=True)))


FIRST_TIME: Name = ("people", frozenset({("first_time", "first")}))


TOTALS: Mapping[str, Name] = {
    "people": ("people", frozenset()), "attentions": ("attentions", frozenset()), "first_time_people": FIRST_TIME,
    "referrals": ("referrals", frozenset()), "answers": ("answers", frozenset()),
}  # fmt: skip
PARTS = (("first_time_people", "people"), ("people", "attentions"), ("answers", "referrals"))


def _read_totals(release: Mapping[str, Any]) -> Iterator[tuple[Name, Interval]]:
    """The headline totals: exact, unless a multiple of 5 says that they may be rounded."""
    totals = {unit: total for unit, total in release["totals"].items() if total is not None}
    for unit, total in totals.items():
        # A quarter's may also be rounded for the sake of a month's: see ``_add_up``.
        if "method" not in release or total % 5 or ("month" in release and looks_exact(totals, unit)):
            yield TOTALS[unit], (total, total)
        if "method" in release and total % 5 == 0:  # what is no multiple is exact, and tells nothing of another count
            yield TOTALS[unit], (max(0, total - 4), total + 4)


def looks_exact(totals: Mapping[str, int | None], unit: str) -> bool:
    """Whether nothing in a month says that a total is rounded: it is no multiple of 5, or large and near no other."""
    total = totals.get(unit) or 0
    others = [totals.get(other) for pair in PARTS if unit in pair for other in pair if other != unit]
    return total % 5 != 0 or (total >= 55 and not any(o is not None and abs(total - o) <= 10 for o in others))


def _list_near_totals(release: Mapping[str, Any]) -> Iterator[tuple[Name, Name]]:
    """Pairs of large totals of which one is rounded, as it seems, because fewer than 5 stand between them."""
    totals = release["totals"] if "method" in release else {}
    for part, whole in PARTS:
        published = [totals[unit] for unit in (part, whole) if totals.get(unit) is not None]
        look_rounded = any(total >= 55 and total % 5 == 0 for total in published)
        if look_rounded and len(published) == 2 and abs(published[1] - published[0]) <= 10:
            yield TOTALS[part], TOTALS[whole]


class Adversary:
    """Reads releases of some periods, and asks what they tell of the true counts of each."""

    def __init__(self, truths: Mapping[str, Mapping[Name, int]]) -> None:
        self.truths = truths
        self.readings = {period: Reading() for period in truths}
        self.question_count = 0
        self._numbers: dict[tuple[str, Name], int] = {}
        self._rows: list[tuple[Sum, float, float]] = []

    def read(self, release: Mapping[str, Any], most_dimensions: int = 3) -> None:
        """Take a release in; several versions of a period are read together."""
        tables = [table for table in release["tables"] if len(table["dimensions"]) <= most_dimensions]
        release = {**release, "tables": tables}
        period = release["period"] if "period" in release else release["month"]
        self.readings[period].read(release, self.truths[period])

    def find_told(self, parts_by_whole: Mapping[str, Sequence[str]] | None = None) -> list[Told]:
        """Return all that is told. ``parts_by_whole`` names the months of each quarter or year."""
        for period, reading in self.readings.items():
            for name in reading.intervals:
                self._numbers[period, name] = len(self._numbers)
        self._rows = []
        for period, reading in self.readings.items():
            for total, addends in reading.sums:
                self._know([(period, total, 1.0), *((period, addend, -1.0) for addend in addends)], 0.0, 0.0)
            self._link(period, reading)
        for whole, months in (parts_by_whole or {}).items():
            self._add_up(whole, months)
        questions = list(self._list_questions())
        self.question_count = len(questions)
        bounds = [self.readings[period].intervals[name] for period, name in self._numbers]
        return [Told(question.what, question.low, question.high) for question in ask(self._rows, bounds, questions)]

    def _know(self, terms: Iterable[tuple[str, Name, float]], least: float, greatest: float) -> None:
        """Take a sum of figures as known; left out where a figure is not published or the truth contradicts it."""
        terms = list(terms)
        if any((period, name) not in self._numbers for period, name, _factor in terms):
            return
        true_value = sum(factor * self.truths[period].get(name, 0) for period, name, factor in terms)
        if least <= true_value <= greatest:
            columns: dict[int, float] = {}
            for period, name, factor in terms:
                number = self._numbers[period, name]
                columns[number] = columns.get(number, 0.0) + factor
            self._rows.append(({n: f for n, f in columns.items() if f}, least, greatest))

    def _link(self, period: str, reading: Reading) -> None:
        """What everybody knows: who has a need is among the people, everybody has one, pregnant is not a man's."""
        covered: dict[frozenset[tuple[str, str]], list[Name]] = {}
        for unit, codes in list(reading.intervals):
            name = unit, codes
            by_dimension = dict(codes)
            if unit == "attentions":
                self._know([(period, name, 1.0), (period, ("people", codes), -1.0)], 0.0, inf)
            for dimension in ("need", "vulnerability", "document"):
                if unit == "people" and dimension in by_dimension:
                    rest = codes - {(dimension, by_dimension[dimension])}
                    self._know([(period, (unit, rest), 1.0), (period, name, -1.0)], 0.0, inf)
                    if dimension == "need":
                        covered.setdefault(rest, []).append(name)
            if by_dimension.get("vulnerability") in {"pregnant", "lactating"} and by_dimension.get("sex") == "M":
                self._know([(period, name, 1.0)], 0.0, 0.0)
            if by_dimension.get("vulnerability") == "unaccompanied_child":
                sex = codes - {("vulnerability", "unaccompanied_child")}
                ages = [(period, (unit, sex | {("age", age)}), 1.0) for age in UNDER_18]
                self._know([*ages, (period, name, -1.0)], 0.0, inf)
        for rest, names in covered.items():
            self._know([*((period, name, 1.0) for name in names), (period, ("people", rest), -1.0)], 0.0, inf)
        self._know([(period, TOTALS["referrals"], 1.0), (period, TOTALS["answers"], -1.0)], 0.0, inf)
        for part, whole in reading.near:
            self._know([(period, whole, 1.0), (period, part, -1.0)], 1.0, 4.0)

    def _add_up(self, whole: str, parts: Sequence[str]) -> None:
        months = [totals for part in parts for totals in self.readings[part].totals]
        for totals in self.readings[whole].totals:
            for unit in ("attentions", "referrals", "answers", "first_time_people"):
                # Exact as well, where no month's total would follow from it.
                if all(looks_exact(each, unit) for each in (totals, *months)):
                    self._know([(whole, TOTALS[unit], 1.0)], totals[unit] or 0, totals[unit] or 0)
        for name in self.readings[whole].intervals:
            terms = [(part, name, -1.0) for part in parts]
            if name[0] in UNITS_THAT_ADD_UP or name == FIRST_TIME:
                self._know([(whole, name, 1.0), *terms], 0.0, 0.0)
            else:
                self._know([(whole, name, 1.0), *terms], -inf, 0.0)
                for part in parts:
                    self._know([(whole, name, 1.0), (part, name, -1.0)], 0.0, inf)

    def _list_questions(self) -> Iterator[Question]:
        for period, reading in self.readings.items():
            truth = self.truths[period]
            for name, base in reading.bases.items():
                count = truth.get(name, 0)
                if 0 < count < base:
                    needed = 5 if base > 5 and name[1] else 4
                    yield Question(f"{period} {_describe(name)}", {self._numbers[period, name]: 1.0}, needed, count)
            for first, second in self._list_pairs(reading):
                difference = truth.get(first, 0) - truth.get(second, 0)
                if 0 < abs(difference) < 5:
                    columns = {self._numbers[period, first]: 1.0, self._numbers[period, second]: -1.0}
                    what = f"{period} {_describe(first)} less {_describe(second)}"
                    yield Question(what, columns, 4, difference)

    def _list_pairs(self, reading: Reading) -> Iterator[tuple[Name, Name]]:
        """Two figures whose difference is a group of people by itself."""
        for unit, codes in reading.intervals:
            if unit == "attentions" and ("people", codes) in reading.intervals:
                yield (unit, codes), ("people", codes)
        for one, other in NEARLY_THE_SAME:
            names = [("people", frozenset({code})) for code in (one, other)]
            if all(name in reading.intervals for name in names):
                yield names[0], names[1]
        people: Name = ("people", frozenset())
        for whole, part in ((people, FIRST_TIME), (("referrals", frozenset()), ("answers", frozenset()))):
            if whole in reading.intervals and part in reading.intervals:
                yield whole, part


def _describe(name: Name) -> str:
    return f"{name[0]} {', '.join(f'{dimension}={code}' for dimension, code in sorted(name[1]))}"
