"""The adversary's linear programme: between which values sums of counts can lie, given what is known of them.

Before anything is solved, what the bounds alone say is worked out: they are tightened by the rows, a row that they
imply is left out, and what then shares no unknown is a programme of its own. The worlds that remain are the same.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Sum = Mapping[int, float]  # an unknown's number → its factor
EPSILON = 1e-5
MOST = 1e6  # of any count: a bound without end would make sums of bounds meaningless
TIGHTENINGS = 8  # rounds, after which hardly any bound moves
MIXTURES = 12  # in which many questions are pushed at once, before each is asked alone


@dataclass(eq=False)
class Question:
    """A sum of figures that must keep so many values, its true one, and the lowest and highest found possible."""

    what: str
    columns: Sum
    needed: int
    true_value: float
    low: float = field(init=False)
    high: float = field(init=False)

    def __post_init__(self) -> None:
        self.low = self.high = self.true_value

    @property
    def is_open(self) -> bool:
        """Whether fewer values were found than must be left."""
        return floor(self.high + EPSILON) - ceil(self.low - EPSILON) + 1 < self.needed


class Rows:
    """What is known: sums with their least and greatest values, and bounds of each unknown."""

    def __init__(self, rows: Sequence[tuple[Sum, float, float]], bounds: Sequence[tuple[float, float]]) -> None:
        self.sums = [columns for columns, _least, _greatest in rows]
        self.least = np.array([least for _columns, least, _greatest in rows])
        self.greatest = np.array([greatest for _columns, _least, greatest in rows])
        self.lower = np.array([low for low, _high in bounds], dtype=float)
        self.upper = np.minimum([high for _low, high in bounds], MOST)
        self._row = np.array([number for number, columns in enumerate(self.sums) for _column in columns], dtype=int)
        self._column = np.array([column for columns in self.sums for column in columns], dtype=int)
        self._factor = np.array([factor for columns in self.sums for factor in columns.values()], dtype=float)

    def tighten(self) -> None:
        """Tighten the bounds of the unknowns by the rows."""
        for _round in range(TIGHTENINGS if self.sums else 0):
            before = self.lower.sum(), self.upper.sum()
            low, high, lows, highs = self._measure()
            most = (self.greatest[self._row] - (lows[self._row] - low)) / self._factor
            least = (self.least[self._row] - (highs[self._row] - high)) / self._factor
            is_positive = self._factor > 0
            np.maximum.at(self.lower, self._column, np.where(is_positive, least, most))
            np.minimum.at(self.upper, self._column, np.where(is_positive, most, least))
            if (self.lower.sum(), self.upper.sum()) == before:
                break

    def list_needed(self) -> NDArray[np.intp]:
        """The rows that the bounds do not imply."""
        if not self.sums:
            return np.array([], dtype=int)
        _low, _high, lows, highs = self._measure()
        return np.flatnonzero((lows < self.least - EPSILON) | (highs > self.greatest + EPSILON))

    def _measure(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The least and greatest of each term, and of each row."""
        one, other = self._factor * self.lower[self._column], self._factor * self.upper[self._column]
        low, high = np.minimum(one, other), np.maximum(one, other)
        size = len(self.sums)
        return low, high, np.bincount(self._row, low, size), np.bincount(self._row, high, size)


def ask(
    rows: Sequence[tuple[Sum, float, float]], bounds: Sequence[tuple[float, float]], questions: Sequence[Question]
) -> list[Question]:
    """Return the questions that stay open: their sum can have no more values than ``low`` to ``high``."""
    known = Rows(rows, bounds)
    known.tighten()
    chance = random.Random(1)
    for needed, asked in _split(known, questions):
        worlds = _Worlds(known, needed, asked)
        for number in range(MIXTURES):
            sign = 1.0 if number % 2 == 0 else -1.0
            worlds.push({question: sign * chance.uniform(0.2, 1.0) for question in asked if question.is_open})
        for question in asked:
            for sign in (1.0, -1.0):
                if question.is_open:
                    worlds.push({question: sign})
    return [question for question in questions if question.is_open]


def _split(known: Rows, questions: Sequence[Question]) -> Iterable[tuple[list[int], list[Question]]]:
    """The rows and questions that share an unknown which is not fixed."""
    is_free = (known.upper - known.lower > EPSILON).tolist()
    parents = list(range(len(is_free)))

    def find_root(column: int) -> int:
        while parents[column] != column:
            parents[column] = parents[parents[column]]
            column = parents[column]
        return column

    needed = known.list_needed().tolist()
    free = [[column for column in known.sums[row] if is_free[column]] for row in needed]
    asked = [[column for column in question.columns if is_free[column]] for question in questions]
    for columns in (*free, *asked):
        for column in columns[1:]:
            parents[find_root(column)] = find_root(columns[0])
    groups: dict[int, tuple[list[int], list[Question]]] = {}
    for columns, question in zip(asked, questions, strict=True):
        if columns:  # otherwise its value is told already
            groups.setdefault(find_root(columns[0]), ([], []))[1].append(question)
    for columns, row in zip(free, needed, strict=True):
        if columns and (root := find_root(columns[0])) in groups:
            groups[root][0].append(row)
    return groups.values()


class _Worlds:
    """The linear programme of some rows and questions."""

    def __init__(self, known: Rows, needed: Sequence[int], questions: Sequence[Question]) -> None:
        sums = [*(known.sums[row] for row in needed), *(question.columns for question in questions)]
        numbers = sorted({column for columns in sums for column in columns})
        self._place = {number: place for place, number in enumerate(numbers)}
        self._questions = questions
        self._weights = np.zeros((len(questions), len(numbers)))
        for index, question in enumerate(questions):
            for number, factor in question.columns.items():
                self._weights[index, self._place[number]] = factor
        self._index = {question: index for index, question in enumerate(questions)}
        program, matrix_rows = highspy.HighsLp(), sums[: len(needed)]
        program.num_col_, program.num_row_ = len(numbers), len(needed)
        program.col_cost_ = np.zeros(len(numbers))
        program.col_lower_, program.col_upper_ = known.lower[numbers], known.upper[numbers]
        program.row_lower_, program.row_upper_ = known.least[list(needed)], known.greatest[list(needed)]
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *map(len, matrix_rows)]).astype(np.int32)
        places = [self._place[number] for columns in matrix_rows for number in columns]
        program.a_matrix_.index_ = np.array(places, dtype=np.int32)
        program.a_matrix_.value_ = np.array([f for columns in matrix_rows for f in columns.values()], dtype=float)
        self._model = highspy.Highs()
        self._model.setOptionValue("output_flag", False)
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("presolve", "off")
        self._model.passModel(program)

    def push(self, weights: Mapping[Question, float]) -> None:
        """Push some questions down (above 0) or up."""
        if not weights:
            return
        pushes = np.zeros(len(self._questions))
        for question, weight in weights.items():
            pushes[self._index[question]] = weight
        width = len(self._place)
        self._model.changeColsCost(width, np.arange(width, dtype=np.int32), pushes @ self._weights)
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return
        solution = np.array(self._model.getSolution().col_value)
        for question, value in zip(self._questions, (self._weights @ solution).tolist(), strict=True):
            question.low, question.high = min(question.low, value), max(question.high, value)
