"""How the shares in an extract differ from the published ones of its period. Reads published figures only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_codes import group_code
from attention_point.statistics.extracts.anonymity.rules import WITHHELD, Row
from attention_point.statistics.extracts.columns import ExtractColumn, convert_code, load_columns, load_declaration
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.tallies.facts import NOT_GIVEN

LEAST_PEOPLE = 50  # who answered, among the published; rounding alone moves the shares of fewer by several points
Levels = Mapping[str, str]
"""By column, the name of the level on which it stands. Sensitive columns have none."""


@dataclass(frozen=True, slots=True)
class AnswerShares:
    """The share of one answer, from 0 to 1: in the extract, and the least and the greatest that it is as published.

    The two published shares differ where a column joins several needs: one person may have more than one of them.
    """

    code: str
    in_extract: float
    published_least: float
    published_greatest: float


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """One column beside the published figures.

    ``difference`` is the share of rows that would have to change their answer for the two to be the same (the total
    variation distance), from 0 to 1. ``is_adult``: only people of 18 years or more are compared, since minors are in an
    extract where a guardian allowed it.
    """

    difference: float
    is_adult: bool
    answers: tuple[AnswerShares, ...]


def compare_columns(
    rows: Sequence[Row], levels: Levels, contents: Sequence[ReleaseContent]
) -> dict[str, ColumnComparison]:
    """Compare the columns that say something and of which enough people are published, by the name of the column.

    The contents are those of all released parts of the period. Who gave no answer is left out on both sides.
    """
    comparer = _Comparer(rows, levels, contents)
    comparisons = {column.name: _compare_column(comparer, index, column) for index, column in enumerate(load_columns())}
    return {name: comparison for name, comparison in comparisons.items() if comparison is not None}


def _compare_column(comparer: "_Comparer", index: int, column: ExtractColumn) -> ColumnComparison | None:
    if "published" in column.properties:
        published = comparer.list_published_answers(column)
    elif column.properties.get("yes_no"):
        published = comparer.list_published_yes(column)
    else:
        return None
    is_adult = comparer.compares_adults(column)
    counts = comparer.count_rows(index, column, published, is_adult=is_adult)
    people, row_count = sum(least for least, _greatest in published.values()), sum(counts.values())
    if "published" not in column.properties:
        people = comparer.count_concerned(column)
    if people < LEAST_PEOPLE or not row_count:
        return None
    answers = tuple(
        AnswerShares(code, counts[code] / row_count, least / people, min(greatest / people, 1.0))
        for code, (least, greatest) in published.items()
    )
    return ColumnComparison(_measure_difference(answers), is_adult, answers)


def _measure_difference(answers: Iterable[AnswerShares]) -> float:
    above = sum(max(answer.in_extract - answer.published_greatest, 0) for answer in answers)
    below = sum(max(answer.published_least - answer.in_extract, 0) for answer in answers)
    # What is too many in one answer is missing in others; where published shares are ranges, the two sums may differ.
    return max(above, below)


class _Comparer:
    """The rows of an extract and the released contents of its period."""

    def __init__(self, rows: Sequence[Row], levels: Levels, contents: Sequence[ReleaseContent]) -> None:
        self.rows, self.levels, self.contents = rows, levels, contents
        self.columns = {column.name: column for column in load_columns()}
        self.age_index = list(self.columns).index("age")

    def compares_adults(self, column: ExtractColumn) -> bool:
        """Whether the published table knows ages, and the rows too."""
        # Minors are in an extract by their guardians' consent alone, so that among all ages the two need not agree.
        knows_ages = column.properties.get("published") == "people-by-sex-and-age" or (
            "needs" in column.properties and "vulnerabilities" not in column.properties
        )
        return knows_ages and self.levels["age"] != "all"

    def list_published_answers(self, column: ExtractColumn) -> dict[str, tuple[int, int]]:
        """Count the published people by their answer, as the column's level shows it."""
        chosen = {"age": self._adult_ages} if self.compares_adults(column) else {}
        people: dict[str, int] = defaultdict(int)
        for code, count in self._sum_cells(column.properties["published"], column.name, chosen).items():
            if code != NOT_GIVEN:
                people[self._convert_code(column, code)] += count
        return {code: (count, count) for code, count in people.items()}

    def list_published_yes(self, column: ExtractColumn) -> dict[str, tuple[int, int]]:
        """Count the published people to whom a column of needs and vulnerabilities says yes: at least, at most."""
        sexes, ages = self._list_concerned(column)
        counts = []
        if needs := column.properties.get("needs"):
            table, chosen = "people-by-need", {}
            if ages is not None and self.compares_adults(column):
                table, chosen = "needs-by-age", {"age": ages}
            cells = self._sum_cells(table, "need", chosen)
            counts += [cells.get(need, 0) for need in needs]
        if vulnerabilities := column.properties.get("vulnerabilities"):
            table, chosen = "people-by-vulnerability", {}
            if sexes is not None:
                table, chosen = "vulnerabilities-by-sex", {"sex": sexes}
            cells = self._sum_cells(table, "vulnerability", chosen)
            counts += [cells.get(code, 0) for code in vulnerabilities]
        people = self.count_concerned(column)
        # One person may have several of them, and who has one of them is counted for it.
        least, greatest = min(max(counts), people), min(sum(counts), people)
        return {"yes": (least, greatest), "no": (people - greatest, people - least)}

    def count_concerned(self, column: ExtractColumn) -> int:
        """Count the published people whom a column of needs and vulnerabilities concerns."""
        sexes, ages = self._list_concerned(column)
        if sexes is None and ages is None:
            return sum(content.totals["people"] or 0 for content in self.contents)
        chosen = {**({"sex": sexes} if sexes is not None else {}), **({"age": ages} if ages is not None else {})}
        return sum(self._sum_cells("people-by-sex-and-age", "sex", chosen).values())

    def count_rows(
        self, index: int, column: ExtractColumn, published: Mapping[str, object], *, is_adult: bool
    ) -> dict[str, int]:
        """Count the rows by their answer, in the codes of the published figures where these are coarser."""
        adult_values = {self._convert_code(self.columns["age"], age) for age in self._adult_ages}
        counts: dict[str, int] = defaultdict(int)
        for row in self.rows:
            if row[index] not in {WITHHELD, NOT_GIVEN} and (not is_adult or row[self.age_index] in adult_values):
                value = row[index]
                counts[value if value in published else group_code(column.name, value, frozenset(published))] += 1
        return counts

    @property
    def _adult_ages(self) -> Collection[str]:
        ages: Collection[str] = load_declaration()["adult_ages"]
        return ages

    def _list_concerned(self, column: ExtractColumn) -> tuple[Collection[str] | None, Collection[str] | None]:
        """List the sexes and the ages that a column concerns, in the codes of the tables; None for all of them."""
        within = column.properties.get("within", {})
        sexes = within.get("sex")
        ages = self._adult_ages if self.compares_adults(column) else None
        if "age" in within:
            bands = [code.code for code in self.columns["age"].list_codes()]
            concerned = [age for age in bands if self._convert_code(self.columns["age"], age) in within["age"]]
            ages = concerned if ages is None else [age for age in concerned if age in ages]
        return sexes, ages

    def _convert_code(self, column: ExtractColumn, code: str) -> str:
        return convert_code(column, self.levels.get(column.name, column.level_names[0]), code)

    def _sum_cells(self, table_id: str, dimension: str, chosen: Mapping[str, Collection[str]]) -> dict[str, int]:
        """Sum the inner cells of a table over all contents, by one dimension, where the others have a chosen code."""
        counts: dict[str, int] = defaultdict(int)
        for content in self.contents:
            table = content.find_table(table_id)
            for cell, count in table.cells.items() if table else ():
                codes = dict(zip(table.dimensions, cell, strict=True)) if table else {}
                if TOTAL_CODE not in cell and all(codes[name] in allowed for name, allowed in chosen.items()):
                    counts[codes[dimension]] += count or 0
        return counts
