"""What months and quarters tell beside the totals of a quarter or year, by subtraction."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy.orm import Session

from attention_point.dates import Period, parse_period_code
from attention_point.statistics.audit.findings import Narrow
from attention_point.statistics.audit.related import Interval, RelatedGroup, RelatedPeriods
from attention_point.statistics.protection.period import Figure, Figures, RoundedTables
from attention_point.statistics.releases import period_counts, queries, related_releases, services
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.tallies import services as tally_services
from tests.statistics.invented_month import invent_counts
from tests.support.directory import load_shipped
from tests.support.visits import acting

QUARTER, YEAR = parse_period_code("2017-Q3"), parse_period_code("2017")
HOURS, TEN = "attentions-by-hour", ("10",)
Totals = dict[str, int]
USUAL = {"people": 101, "attentions": 111, "referrals": 91, "answers": 81, "first_time_people": 71}


def publish_totals(versions: Mapping[str, list[Totals]]) -> related_releases.Publications:
    """The totals of the versions of each published period, the oldest first; of other periods nothing was recorded."""

    def read_versions(period: Period) -> list[ReleaseContent]:
        totals = versions.get(period.code, [])
        return [ReleaseContent(period.code, each, (), {}, version=n) for n, each in enumerate(totals, 1)][::-1]

    return related_releases.Publications(read_versions, lambda period: period.code not in versions)


@pytest.mark.parametrize(
    ("august", "bound"),
    [
        ([USUAL], set()),
        ([USUAL | {"referrals": 92, "answers": 90}], {"answers"}),  # 2 to 4 wait
        ([USUAL | {"referrals": 90, "answers": 90}], {"referrals", "answers"}),  # some may wait
        ([USUAL | {"referrals": 92, "answers": 82}], set()),
        ([USUAL | {"first_time_people": 100}], {"first_time_people"}),
        ([USUAL | {"attentions": 108}, USUAL | {"attentions": 110}], {"attentions"}),  # a correction by a few
        ([USUAL | {"attentions": 45}], {"attentions"}),
        ([], {"attentions", "referrals", "answers", "first_time_people"}),
    ],
)
def test_a_total_that_may_be_rounded_is_not_told_by_the_quarters(august: list[Totals], bound: set[str]) -> None:
    published = publish_totals({"2017-07": [USUAL], "2017-08": august})
    assert related_releases.list_bound_units(published, QUARTER) == bound
    assert related_releases.list_bound_units(published, YEAR) == bound


def test_people_are_compared_with_the_parts_and_their_sums() -> None:
    august = {"2017-07": [USUAL], "2017-08": [USUAL | {"people": 63}]}
    published = publish_totals({**august, "2017-Q3": [USUAL | {"people": 159}]})
    assert {101, 63, 101 + 63, 71 + 71} <= set(related_releases.list_people_beside(published, QUARTER))
    assert {101, 63, 159, 101 + 63, 71 + 71} <= set(related_releases.list_people_beside(published, YEAR))
    unreleased = publish_totals({"2017-07": [USUAL], "2017-08": []})
    assert set(related_releases.list_people_beside(unreleased, QUARTER)) == {101, 0}


def publish(*counts: int) -> list[Mapping[Figure, Interval]]:
    """What the versions of a period tell of one figure, the newest first."""
    return [{(HOURS, TEN): (max(0, count - 4), count + 4)} for count in reversed(counts)]


def test_a_quarter_is_compared_with_all_versions_of_its_months() -> None:
    # October has 1 to 4 by both its versions, November 1 to 9, December 0 to 4.
    truth = {"2017-10": 1, "2017-11": 1, "2017-12": 0}

    def read_true_figures(code: str) -> Figures:
        return {HOURS: {TEN: truth[code]}}

    versions = [None, publish(5, 0), publish(5), publish(0)]
    group = RelatedGroup(["", *truth], versions, read_true_figures, has_all_parts=True)
    related = RelatedPeriods([group], publish(5), read_true_figures)

    def find_breaches(count: int) -> list[Narrow]:
        rounded = RoundedTables({HOURS: {TEN: count}}, {HOURS: {TEN: 2}}, {HOURS: {TEN: 5}}, {})
        return list(related.find_breaches(rounded))

    # At most 4 in all leave each of the two 1 to 3.
    assert [(breach.lowest, breach.highest) for breach in find_breaches(0)] == [(1, 3)] * 2
    assert find_breaches(5) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # of the audit, which takes long
def test_a_few_more_people_than_those_of_a_month_are_not_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_shipped(session)
    monkeypatch.setattr(period_counts, "list_differences", lambda _session, _month: [])
    people = []
    for month, visits in ((date(2017, 7, 1), 70), (date(2017, 8, 1), 3)):
        counts = invent_counts(visits, month)
        people.append(sum(n for key, n in counts.items() if key[2] == "people-by-sex-and-age"))
        tally_services.add_to_tallies(session, counts)
        services.release_period(session, acting("office"), Period("month", month))
    assert people[0] >= 50
    assert 0 < people[1] < 5
    quarter = queries.find_current_release(session, QUARTER)
    assert quarter is not None
    assert queries.load_content(quarter).totals["people"] != sum(people)
