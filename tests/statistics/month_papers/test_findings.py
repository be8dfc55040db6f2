"""What a table is said to show is true of what was counted, whatever the rounding made of it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from attention_point.foundation.language import in_language
from attention_point.statistics.month_papers.changes import Change, Comparison, describe_change
from attention_point.statistics.month_papers.findings import describe_table
from attention_point.statistics.month_papers.movements import count_differences, list_movements
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.releases.content import ReleaseContent, TableContent

BASE = 5
CODES = ("migrant", "returnee", "binational", "not_given")
Counts = list[int]


def build_content(counts: Counts, period: str = "2017-09") -> ReleaseContent:
    """A period with one table of people by population, of these published counts."""
    cells: dict[tuple[str, ...], int | None] = {(code,): count for code, count in zip(CODES, counts, strict=True)}
    total = sum(counts)
    table = TableContent(
        "people-by-population",
        {"es": "Personas por grupo de población", "en": "People by population"},
        "people",
        BASE,
        ("population",),
        (),
        {**cells, ("*",): total},
    )
    labels = {"population": {code: {"es": code, "en": code} for code in CODES}}
    return ReleaseContent(period, {"people": total, "attentions": total, "referrals": 0}, (table,), labels)


def describe(content: ReleaseContent, previous: ReleaseContent | None = None) -> str:
    """What is said of the table, in English."""
    with in_language("en"):
        return describe_table(TableView(content, content.tables[0], Comparison(previous)))


published_counts = st.lists(st.integers(0, 60).map(lambda units: units * BASE), min_size=4, max_size=4)
errors = st.lists(st.integers(1 - BASE, BASE - 1), min_size=4, max_size=4)


@given(published_counts, errors)
def test_what_is_called_the_greatest_is_so_in_truth(counts: Counts, away: Counts) -> None:
    sentence = describe(build_content(counts))
    true_counts = [max(0, count + error) for count, error in zip(counts, away, strict=True)]
    for code, true_count in zip(CODES, true_counts, strict=True):
        if f"The greatest number: {code}," in sentence:
            assert true_count == max(true_counts)
    if "it is not known" in sentence:
        assert true_counts[-1] == max(true_counts)


@given(published_counts, published_counts, errors, errors)
def test_what_is_said_to_have_grown_has_grown(before: Counts, now: Counts, away: Counts, away_before: Counts) -> None:
    assume(sum(before) and sum(now))
    sentence = describe(build_content(now), build_content(before, "2017-08"))
    for index, code in enumerate(CODES):
        true_change = (now[index] + away[index]) - (before[index] + away_before[index])
        if f"August 2017: {code}, " in sentence:
            assert true_change > 0 if "more." in sentence else true_change < 0


def test_nothing_is_said_where_nothing_is_certain() -> None:
    assert describe(build_content([50, 45, 0, 0])) == ""
    assert describe(build_content([0, 0, 0, 0])) == ""
    assert describe(build_content([100, 50, 0, 0])) == "The greatest number: migrant, with 100 of 150 people (67 %)."


def test_a_change_is_said_in_words_and_percent() -> None:
    with in_language("es"):
        told = [describe_change(Change(now, 500, "2017-08", BASE), "2017-09") for now in (560, 440, 505, 500)]
        few = describe_change(Change(35, 20, "2016-09", BASE), "2017-09")
        quarter = describe_change(Change(500, 500, "2017-Q2", BASE), "2017-Q3")
    assert told == [
        "12 % más que en agosto (500)",
        "12 % menos que en agosto (500)",
        "casi igual que en agosto (500)",
        "igual que en agosto",
    ]
    # A percent of 20 would say more of the rounding.
    assert few == "15 más que en septiembre de 2016 (20)"
    assert quarter == "igual que en abril–junio de 2017"


def test_what_moved_most_comes_first_and_small_changes_not_at_all() -> None:
    before, now = build_content([100, 50, 30, 10], "2017-08"), build_content([105, 90, 30, 0])
    movements = list_movements(now, before)
    assert [(movement.label, movement.change.difference) for movement in movements] == [("returnee", 40)]
    assert list_movements(now, now) == []
    assert count_differences(now, before) == (6, 1)
    assert count_differences(now, now) == (0, 0)
