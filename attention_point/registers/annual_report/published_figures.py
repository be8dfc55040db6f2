"""What the desk published of a year: its months, the year itself with people counted once, and the year before."""

from collections.abc import Mapping
from dataclasses import dataclass

from attention_point.statistics.releases.content import ReleaseContent, TableContent

TOTAL_CODE = "*"
# The tables of a release that the report shows.
FIRST_TIME_TABLE = "people-by-first-time"
READ_TABLES = frozenset(
    {
        FIRST_TIME_TABLE,
        "people-by-sex",
        "people-by-age",
        "people-by-population",
        "people-by-nationality",
        "people-by-origin",
        "people-by-need",
        "referrals-by-entity",
        "referrals-by-state",
    }
)


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """The released months of a year in their order, the release of the year, and the same of the year before.

    A year is None where it was not released; the months are those in force.
    """

    months: tuple[ReleaseContent, ...] = ()
    year: ReleaseContent | None = None
    year_before: ReleaseContent | None = None
    months_before: tuple[ReleaseContent, ...] = ()

    @property
    def month_codes(self) -> frozenset[str]:
        """The months with a release, as ``YYYY-MM``."""
        return frozenset(month.period for month in self.months)

    @property
    def people(self) -> int | None:
        """The people of the year, each counted once; None where nothing tells it.

        Without a release of the year they are the people who came for the first time in each month.
        """
        if self.year is not None:
            return self.year.totals["people"]
        # People of months are never added: who came in three would stand there three times. First
        # visits add up, each is one person.
        first_times = [month.first_time_people for month in self.months]
        return sum(number for number in first_times if number is not None) if first_times else None

    @property
    def shared_months(self) -> list[tuple[ReleaseContent, ReleaseContent]]:
        """The months that both years published, each beside that of the year before."""
        months_before = {month.first_day.month: month for month in self.months_before}
        return [
            (month, months_before[month.first_day.month])
            for month in self.months
            if month.first_day.month in months_before
        ]

    @property
    def covers_same_months(self) -> bool:
        """Whether the year and the one before published the same months: a whole year is not compared with a part."""
        return len(self.shared_months) == len(self.months) == len(self.months_before)

    @property
    def is_exact(self) -> bool:
        """Whether the people are the year's own figure, and not a sum of those of months."""
        return self.year is not None

    def sum_total(self, key: str) -> int | None:
        """A total that adds up from month to month (attentions, referrals); None where no month tells it."""
        if self.year is not None:
            return self.year.totals.get(key)
        numbers = [number for month in self.months if (number := month.totals.get(key)) is not None]
        return sum(numbers) if numbers else None

    def count_codes(self, table_id: str) -> dict[str, int]:
        """How many there are of each code of a table with one dimension, most first; empty where nothing tells it.

        People are those of the year's release; referrals of months add up where the year has no release.
        """
        contents = (self.year,) if self.year is not None else self.months
        tables = [table for content in contents if (table := content.find_table(table_id)) is not None]
        # Of months alone nobody knows how many people of the year had a need: some come in several.
        if any(table.counts == "people" for table in tables) and self.year is None:
            return {}
        counts: dict[str, int] = {}
        for table in tables:
            for code, count in _list_counts(table).items():
                counts[code] = counts.get(code, 0) + count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def get_title(self, table_id: str) -> str:
        """The title of a table; empty where no release has it."""
        for content in filter(None, (self.year, *reversed(self.months))):
            table = content.find_table(table_id)
            if table is not None:
                return table.title
        return ""

    def label_for_code(self, dimension: str, code: str) -> str:
        """A code's words, as the newest release has them."""
        # A name that the office gave to a service later is the one under which readers look for it today.
        content = self.year or self.months[-1]
        return content.label_for_code(dimension, code)


def _list_counts(table: TableContent) -> Mapping[str, int]:
    return {cell[0]: count for cell, count in table.cells.items() if cell[0] != TOTAL_CODE and count}
