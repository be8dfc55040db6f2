"""What a quarter tells of the totals of its months, and a month of those of its quarter."""

from collections.abc import Mapping

from attention_point.statistics.audit.related import Interval, RelatedGroup, RelatedPeriods, find_total_figure
from attention_point.statistics.protection.period import TOTALS, Figure, RoundedTables

UNITS = ("people", "attentions", "referrals", "answers", "first_time_people")
MONTHS = {"2018-07": (28, 1), "2018-08": (100, 23), "2018-09": (100, 8)}  # referrals, and those without an answer
Known = dict[Figure, Interval]


def build_totals(referrals: int, unanswered: int) -> dict[Figure, int]:
    """The totals of a period of so many referrals; everybody comes once and for the first time."""
    counts = dict.fromkeys(UNITS, referrals) | {"answers": referrals - unanswered}
    return {find_total_figure(unit): count for unit, count in counts.items()}


def nest(totals: Mapping[Figure, int]) -> dict[str, dict[tuple[str, ...], int]]:
    """The same by table and cell."""
    tables: dict[str, dict[tuple[str, ...], int]] = {}
    for (table, cell), count in totals.items():
        tables.setdefault(table, {})[cell] = count
    return tables


def find_near(published: int) -> list[tuple[Figure, float, float]]:
    """What a quarter tells of July, of which 25 referrals and 25 answers were published, rounded.

    August and September are known exactly, and the quarter's answers are published as given.
    """
    true = {code: build_totals(*counts) for code, counts in MONTHS.items()}
    whole = build_totals(228, 32)
    july: Known = {figure: (21.0, 29.0) for figure in whole}
    others: list[Known] = [
        {figure: (float(count), float(count)) for figure, count in true[code].items()} for code in list(MONTHS)[1:]
    ]
    periods = ["2018-Q3", *MONTHS]
    figures = {"2018-Q3": nest(whole)} | {code: nest(totals) for code, totals in true.items()}
    group = RelatedGroup(periods, [None, [july], [others[0]], [others[1]]], figures.__getitem__, has_all_parts=True)
    rounded = nest({**whole, find_total_figure("referrals"): 230, find_total_figure("answers"): published})
    bases = {table: dict.fromkeys(cells, 5) for table, cells in rounded.items()}
    tables = RoundedTables(rounded, nest(whole), bases, {})
    breaches = RelatedPeriods([group], [], figures.__getitem__).find_breaches(tables)
    return [(found.figure, found.lowest, found.highest) for found in breaches if found.figure[0] == TOTALS]


def test_a_quarter_may_not_tell_how_few_referrals_of_a_month_wait() -> None:
    # 195 answers of the quarter leave July at least 22 of at most 29 referrals, and 200 leave it 27.
    assert find_near(195) == []
    assert find_near(200) == [((TOTALS, ("answers",)), 0.0, 2.0)]
