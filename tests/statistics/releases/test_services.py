"""A month is released once, whole, and stays; what comes late counts today; a correction is a new version."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal import queries as journal_queries
from attention_point.statistics.releases import content_building, examination, period_counts, queries, services
from attention_point.statistics.releases.content import build_content_json, compute_content_hash
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.parsing import parse_content_json
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from tests.statistics.invented_month import invent_counts
from tests.support.counts import read_cells
from tests.support.directory import load_shipped
from tests.support.visits import acting, person, recorded

AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)
OFFICE = acting("office")
IN_AUGUST, IN_SEPTEMBER = Period("month", AUGUST), Period("month", SEPTEMBER)


@contextmanager
def _trusted(
    monkeypatch: pytest.MonkeyPatch, session: Session, visits: int, month: date, *, is_quarter_whole: bool = False
) -> Iterator[None]:
    """A month of invented counts, taken for recounted: the recount has tests of its own.

    Something is counted in August too, so that no quarter is released, whose audit takes longer than that of the month.
    """
    load_shipped(session)
    if not is_quarter_whole:
        tally_services.add_to_tallies(session, {(AUGUST, "bucaramanga", "attentions-by-hour", "08"): 1})
    tally_services.add_to_tallies(session, invent_counts(visits, month))
    monkeypatch.setattr(period_counts, "list_differences", lambda _session, _month: [])
    yield


def test_a_recorded_month_is_recounted_and_released(session: Session) -> None:
    for number in range(12):
        recorded(session, person=person(sex="FM"[number % 2], birth_date=f"19{60 + number}-03-17"))
    _seq, before = journal_queries.get_head(session)
    made = services.release_period(session, OFFICE, IN_AUGUST)
    found = queries.read_content_json(made)
    assert made.version == 1
    assert {found["totals"]["people"], found["totals"]["attentions"]} <= {10, 15}  # of 12: so few are rounded
    assert made.journal_head == found["journal_head"] == before
    assert found["hash"] == compute_content_hash(found) == made.hash
    # With its last month a quarter and a year are released too, each with an entry of its own.
    of_releases = select(JournalEntry).where(JournalEntry.action == "statistics.release")
    entries = session.scalars(of_releases.order_by(JournalEntry.seq)).all()
    assert [made.hash in entry.detail for entry in entries] == [True, False, False]
    assert parse_content_json(found).version == 1


def test_the_totals_are_those_of_the_recount(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 300, SEPTEMBER):
        kept = tally_queries.sum_month_tables(session, SEPTEMBER)
        totals = queries.read_content_json(services.release_period(session, OFFICE, IN_SEPTEMBER))["totals"]
        assert totals["people"] == sum(kept["people-by-origin"].values())
        assert totals["attentions"] == sum(kept["attentions-by-hour"].values())
        assert totals["referrals"] == sum(kept["referrals-by-service-and-state"].values())


def test_a_tampered_count_stops_the_release(session: Session) -> None:
    for _each in range(3):
        recorded(session)
    counted_need = next(key for key in read_cells(session) if key[2] == "needs-by-sex-and-age")
    tally_services.add_to_tallies(session, {counted_need: 1})
    with pytest.raises(AppError) as refused:
        services.release_period(session, OFFICE, IN_AUGUST)
    assert refused.value.code == "unreconciled"
    assert queries.find_current_release(session, IN_AUGUST) is None


def test_a_month_that_is_not_over_is_refused(session: Session) -> None:
    with pytest.raises(AppError):
        services.release_period(session, OFFICE, Period("month", clock.today().replace(day=1)))


def test_a_month_without_anything_is_refused(session: Session) -> None:
    with pytest.raises(AppError):
        services.release_period(session, OFFICE, IN_AUGUST)


def test_a_second_release_needs_a_note(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_period(session, OFFICE, IN_SEPTEMBER)
        for note, field in ((None, "note"), ("  ", "note"), ("x" * 501, "note")):
            with pytest.raises(Invalid) as refused:
                services.release_period(session, OFFICE, IN_SEPTEMBER, note)
            assert refused.value.field_errors[0].field == field


def test_a_correction_that_changes_no_figure_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_period(session, OFFICE, IN_SEPTEMBER)
        with pytest.raises(AppError, match=r"versión publicada|released version"):
            services.release_period(session, OFFICE, IN_SEPTEMBER, "Nothing changed.")
        assert len(queries.list_versions(session, IN_SEPTEMBER)) == 1


def test_a_correction_is_a_whole_new_version(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 300, SEPTEMBER):
        first = queries.load_content(services.release_period(session, OFFICE, IN_SEPTEMBER))
        for hour, step in (("08", 9), ("09", -9)):
            tally_services.add_to_tallies(session, {(SEPTEMBER, "bucaramanga", "attentions-by-hour", hour): step})
        second = queries.load_content(
            services.release_period(session, OFFICE, IN_SEPTEMBER, "Nine had the wrong hour.", reader_note="See 2.")
        )
        assert (second.version, second.note, second.reader_note) == (2, "Nine had the wrong hour.", "See 2.")
        tables = {content.version: content.find_table("attentions-by-hour") for content in (first, second)}
        before, after = ((tables[number] or pytest.fail("no table")).cells["08",] for number in (1, 2))
        assert (after or 0) > (before or 0)
        # Keyed, so that what did not change is published alike.
        others = [table for table in second.tables if table.id != "attentions-by-hour"]
        assert all(table == first.find_table(table.id) for table in others)
        assert queries.find_version(session, IN_SEPTEMBER, 1) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # of the rounding beside earlier versions
def test_one_person_moved_ten_times_in_a_row(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 60, SEPTEMBER):
        services.release_period(session, OFFICE, IN_SEPTEMBER)
        refusals = []
        for number in range(10):
            step = 1 if number % 2 == 0 else -1
            for group, change in (("F|18-28", -step), ("M|18-28", step)):
                tally_services.add_to_tallies(
                    session, {(SEPTEMBER, "bucaramanga", "people-by-sex-and-age", group): change}
                )
            try:
                services.release_period(session, OFFICE, IN_SEPTEMBER, f"Moved for the time {number}.")
            except AppError as error:
                refusals.append(error.message)
        assert all("versión publicada" in refusal for refusal in refusals)  # of which no published figure changes
        versions = [queries.load_content(release) for release in queries.list_versions(session, IN_SEPTEMBER)]
        assert all(len(version.tables) == len(versions[0].tables) for version in versions)
        assert all(version.quality and version.quality.published_share == 1 for version in versions)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # of the audit, which takes long
def test_a_quarter_and_a_year_are_released_like_a_month(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 40, SEPTEMBER, is_quarter_whole=True):
        for month, visits in ((date(2017, 7, 1), 70), (AUGUST, 7)):
            tally_services.add_to_tallies(session, invent_counts(visits, month))
            services.release_period(session, OFFICE, Period("month", month))
        services.release_period(session, OFFICE, IN_SEPTEMBER)
        quarter, year = (
            queries.load_content(queries.find_current_release(session, period) or pytest.fail(period.code))
            for period in (Period("quarter", date(2017, 7, 1)), Period("year", date(2017, 1, 1)))
        )
        assert (quarter.period, year.period) == ("2017-Q3", "2017")
        assert "month" not in build_content_json(quarter)
        # Exact, it would tell by subtraction the total of August, which is rounded because so few came.
        assert (quarter.totals["attentions"] or 0) % 5 == 0
        assert queries.list_current_releases(session, date(2018, 1, 1), 9, "quarter")[0].period == "2017-Q3"
        assert [r.period for r in queries.list_current_releases(session, date(2018, 1, 1), 9)] == [
            "2017-09", "2017-08", "2017-07",
        ]  # fmt: skip


@pytest.mark.parametrize("visits", [1, 3, 5])
def test_a_month_of_few_people_is_released(session: Session, monkeypatch: pytest.MonkeyPatch, visits: int) -> None:
    with _trusted(monkeypatch, session, visits, SEPTEMBER):
        content = queries.load_content(services.release_period(session, OFFICE, IN_SEPTEMBER))
        assert content.quality is not None
        # What the errors truly are would tell how many came: 8 beside a single 10 is 2.
        assert content.quality.largest_error == 9
        assert content.quality.mean_error in (0.0, 0.1, 0.2)
        assert all((total or 0) % 5 == 0 for total in content.totals.values())


def test_a_release_never_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write_session() as session, _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_period(session, OFFICE, IN_SEPTEMBER)
    for statement in ("UPDATE release SET content = '{}'", "DELETE FROM release"):
        with pytest.raises(DBAPIError), database.write_session() as session:
            session.execute(text(statement))
    with database.read_session() as session:
        assert set(session.scalars(select(Release.version))) == {1}


def test_what_comes_late_counts_today(session: Session) -> None:
    for _each in range(10):
        recorded(session)
    services.release_period(session, OFFICE, IN_AUGUST)
    before = tally_queries.sum_month_tables(session, AUGUST)
    recorded(session, attended_at="2017-08-30T09:00:00-05:00")
    assert tally_queries.sum_month_tables(session, AUGUST) == before
    today = clock.today()
    assert tally_queries.sum_month_tables(session, today.replace(day=1))["attentions-by-day"] == {today.isoformat(): 1}
    assert (
        period_counts.list_differences(session, AUGUST)
        == period_counts.list_differences(session, today.replace(day=1))
        == []
    )


def test_figures_that_changed_since_somebody_looked_are_not_released(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        seen = examination.prepare_release(session, IN_SEPTEMBER).fingerprint
        tally_services.add_to_tallies(session, invent_counts(50, SEPTEMBER, seed=9))
        with pytest.raises(Conflict):
            services.release_period(session, OFFICE, IN_SEPTEMBER, fingerprint=seen)


def test_a_period_whose_counts_changed_since_its_examination_is_examined_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER, is_quarter_whole=True):
        monkeypatch.setattr(examination, "build_audited_content", content_building.build_provisional_content)
        examined = examination.examine_period(session, IN_SEPTEMBER)
        tally_services.add_to_tallies(session, invent_counts(50, SEPTEMBER, seed=9))
        content = queries.load_content(services.release_period(session, OFFICE, IN_SEPTEMBER, examined=examined))
        assert content.totals == content_building.build_provisional_content(session, IN_SEPTEMBER).totals
        assert content.totals != examined.prepared.content.totals
        # Quarter and year are left to transactions of their own.
        assert session.scalars(select(Release.period)).all() == ["2017-09"]
