"""The invented people: the same from the same seed, plausible, and sayable at the desk."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.demo.invention.visit_drafts import DraftData, invent_visits
from attention_point.foundation import clock
from attention_point.foundation.workdays import list_working_days
from attention_point.intake.draft import read_draft
from attention_point.people import queries, rules

FIRST, LAST = date(2017, 8, 9), date(2017, 12, 31)


@pytest.fixture(scope="module")
def visits() -> list[DraftData]:
    """The visits of 1,500 people."""
    return invent_visits(1500, FIRST, LAST, 7)


def people(visits: list[DraftData]) -> list[DraftData]:
    """The person of each first visit; those without a name count by visit."""
    return list({str(visit["person"].get("documents") or visit["id"]): visit["person"] for visit in visits}.values())


def test_the_same_seed_gives_the_same_people() -> None:
    assert invent_visits(60, FIRST, LAST, 1) == invent_visits(60, FIRST, LAST, 1)
    assert invent_visits(60, FIRST, LAST, 1) != invent_visits(60, FIRST, LAST, 2)


def test_more_people_are_the_same_people_and_others() -> None:
    known = {visit["id"] for visit in invent_visits(200, FIRST, LAST, 3)}
    fewer = {visit["id"] for visit in invent_visits(100, FIRST, LAST, 3)}
    assert len(fewer & known) > 90


@settings(deadline=None, max_examples=50)  # it runs beside others
@given(st.integers(1, 12), st.dates(date(2016, 1, 1), date(2024, 1, 1)), st.integers(0, 40), st.integers())
def test_every_visit_can_be_read_and_lies_on_a_working_day(people: int, first: date, length: int, seed: int) -> None:
    last = first + timedelta(days=length)
    open_days = set(list_working_days(first, last))
    if not open_days:
        with pytest.raises(ValueError, match="working day"):
            invent_visits(people, first, last, seed)
        return
    for visit in invent_visits(people, first, last, seed):
        draft = read_draft(visit)
        assert draft.attended_day in open_days
        assert 7 <= clock.to_local_time(draft.attended_at).hour < 17
        assert draft.id.version == 7
        assert draft.id.int >> 80 == int(draft.attended_at.timestamp() * 1000)


def test_five_hundred_visits_raise_only_doubts_that_are_meant(visits: list[DraftData]) -> None:
    found = Counter[tuple[str, str]]()
    for draft in map(read_draft, visits[:500]):
        for document in draft.person.documents:
            found.update(
                (document.type, doubt.code)
                for doubt in rules.check_document(
                    document.type,
                    document.number or "",
                    document.expires,
                    draft.birth_span,
                    draft.attended_day,
                    queries.load_document_types(),
                )
            )
    assert set(found) <= {("TMF", "not_identity"), ("PA", "expired")}


def test_visits_are_in_order_and_their_ids_differ(visits: list[DraftData]) -> None:
    times = [datetime.fromisoformat(visit["attended_at"]) for visit in visits]
    assert times == sorted(times)
    assert len({visit["id"] for visit in visits}) == len(visits)


@pytest.mark.parametrize(
    ("field", "value", "least", "most"),
    [
        ("population", "migrant", 0.73, 0.85),
        ("population", "returnee", 0.08, 0.17),
        ("sex", "F", 0.47, 0.61),
        ("origin", "VE-S", 0.25, 0.38),
        ("origin", "VE-V", 0.15, 0.27),
        ("status", "regular", 0.04, 0.14),
        ("given_names", None, 0.005, 0.05),
        ("documents", None, 0.1, 0.25),
    ],
)
def test_shares_are_plausible(
    visits: list[DraftData], field: str, value: str | None, least: float, most: float
) -> None:
    everybody = people(visits)
    assert least < sum(person.get(field) == value for person in everybody) / len(everybody) < most


def test_some_come_again_with_something_else(visits: list[DraftData]) -> None:
    by_papers: dict[str, list[DraftData]] = {}
    for visit in visits:
        if visit["person"].get("documents"):
            by_papers.setdefault(str(visit["person"]["documents"]), []).append(visit)
    again = [came for came in by_papers.values() if len(came) > 1]
    assert 0.05 < len(again) / len(by_papers) < 0.16
    assert sum(set(first["needs"]).isdisjoint(second["needs"]) for first, second, *_more in again) > 0.8 * len(again)


def test_families_share_a_surname_and_come_together(visits: list[DraftData]) -> None:
    children = [visit for visit in visits if visit["household"].get("accompanied_by") == "parent"]
    surnames = {(visit["attended_at"][:10], visit["person"].get("surname_1")) for visit in visits}
    named = [visit for visit in children if visit["person"].get("surname_1")]
    assert len(named) > 100
    adults = [visit for visit in visits if "accompanied_by" not in visit["household"]]
    of_adults = {(visit["attended_at"][:10], visit["person"].get("surname_1")) for visit in adults}
    together = sum((visit["attended_at"][:10], visit["person"]["surname_1"]) in of_adults for visit in named)
    assert surnames
    assert together > 0.85 * len(named)  # the others come again by themselves


def test_children_alone_and_violence_are_few_and_there(visits: list[DraftData]) -> None:
    needs = Counter(need for visit in visits for need in visit["needs"])
    assert 0 < needs["NNA-PROT"] < 30
    assert 0 < needs["VBG"] < 40


def test_the_permit_begins_with_its_day() -> None:
    before = invent_visits(300, date(2017, 6, 1), date(2017, 7, 31), 5)
    after = invent_visits(300, date(2017, 8, 9), date(2017, 9, 30), 5)

    def types(visits: list[DraftData]) -> set[str]:
        return {each["type"] for visit in visits for each in visit["person"].get("documents", ())}

    assert "PE" not in types(before)
    assert "PE" in types(after)


def test_consents_are_mostly_granted_and_sometimes_refused(visits: list[DraftData]) -> None:
    answers = Counter((each["purpose"], each["granted"]) for visit in visits for each in visit["consents"])
    assert answers["attention", True] > 20 * answers["attention", False] > 0
    assert answers["referral:migracion-colombia", False] > 0


def until(visits: list[DraftData], moment: datetime) -> list[DraftData]:
    """The visits of a moment's day."""
    return [visit for visit in visits if visit["attended_at"][:10] == f"{moment:%Y-%m-%d}"]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 29, 11, 40, tzinfo=clock.TIME_ZONE),  # a Sunday
        datetime(2026, 11, 27, 16, 59, tzinfo=clock.TIME_ZONE),
        datetime(2026, 11, 27, 23, 10, tzinfo=clock.TIME_ZONE),
        datetime(2026, 11, 27, 3, 5, tzinfo=clock.TIME_ZONE),  # at night
        datetime(2026, 11, 27, 7, 31, tzinfo=clock.TIME_ZONE),  # the desk has just opened
        datetime(2026, 1, 1, 12, 0, tzinfo=clock.TIME_ZONE),  # a holiday
    ],
)
def test_a_demonstration_has_visitors_until_its_own_hour_and_none_later(moment: datetime) -> None:
    visits = invent_visits(900, (moment - timedelta(days=40)).date(), moment.date(), 3, moment)
    assert max(datetime.fromisoformat(visit["attended_at"]) for visit in visits) <= moment
    assert len(until(visits, moment)) >= 3
    before = {date.fromisoformat(visit["attended_at"][:10]) for visit in visits} - {moment.date()}
    assert before <= set(list_working_days(moment.date() - timedelta(days=40), moment.date()))


def test_just_after_midnight_the_days_before_are_enough() -> None:
    moment = datetime(2026, 11, 27, 0, 0, 30, tzinfo=clock.TIME_ZONE)
    visits = invent_visits(60, date(2026, 11, 2), moment.date(), 3, moment)
    assert {visit["attended_at"][:10] for visit in visits} <= {f"2026-11-{day:02d}" for day in range(2, 27)}


def test_a_demonstration_has_a_child_alone_and_a_victim_on_its_own_day() -> None:
    for seed in range(3):
        moment = datetime(2026, 11, 27, 11, 40, tzinfo=clock.TIME_ZONE)
        visits = invent_visits(40, date(2026, 11, 2), moment.date(), seed, moment)
        assert {"NNA-PROT", "VBG"} <= {need for visit in until(visits, moment) for need in visit["needs"]}
        assert "TRATA" in {need for visit in visits for need in visit["needs"]}


def test_more_come_in_the_morning(visits: list[DraftData]) -> None:
    mornings = sum(datetime.fromisoformat(visit["attended_at"]).hour < 12 for visit in visits)
    assert 0.6 < mornings / len(visits) < 0.8


def test_some_birth_dates_are_written_down_wrongly_on_the_second_visit() -> None:
    by_papers: dict[str, set[str]] = {}
    for visit in invent_visits(3000, FIRST, LAST, 7):
        for document in visit["person"].get("documents", ()):
            if document["type"] in {"DE", "CC"}:
                by_papers.setdefault(document["number"], set()).add(visit["person"]["birth_date"])
    assert 2 <= sum(len(dates) == 2 for dates in by_papers.values()) <= 25
