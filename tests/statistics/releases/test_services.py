"""A month is released once, whole, and stays; what comes late counts today; a correction tells no more than it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal import queries as journal_queries
from attention_point.statistics.releases import month_counts, queries, services
from attention_point.statistics.releases.content import compute_content_hash, parse_content_json
from attention_point.statistics.releases.corrections import can_correct_table
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.models import Tally
from tests.statistics.invented_month import invent_counts
from tests.support.directory import load_shipped
from tests.support.visits import acting, person, recorded

AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)
OFFICE = acting("office")


@contextmanager
def _trusted(monkeypatch: pytest.MonkeyPatch, session: Session, visits: int, month: date) -> Iterator[None]:
    """A month of invented counts, taken for recounted: the recount has tests of its own."""
    load_shipped(session)
    tally_services.add_to_tallies(session, invent_counts(visits, month))
    monkeypatch.setattr(month_counts, "list_differences", lambda _session, _month: [])
    yield


def test_a_recorded_month_is_recounted_and_released(session: Session) -> None:
    for number in range(12):
        recorded(session, person=person(sex="FM"[number % 2], birth_date=f"19{60 + number}-03-17"))
    _seq, before = journal_queries.get_head(session)
    made = services.release_month(session, OFFICE, AUGUST)
    found = queries.read_content_json(made)
    assert (made.version, found["totals"]["people"], found["totals"]["attentions"]) == (1, 12, 12)
    assert made.journal_head == found["journal_head"] == before
    assert found["hash"] == compute_content_hash(found) == made.hash
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "statistics.release")).one()
    assert made.hash in entry.detail
    assert parse_content_json(found).version == 1


def test_the_totals_are_those_of_the_recount(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 300, SEPTEMBER):
        kept = tally_queries.sum_month_tables(session, SEPTEMBER)
        totals = queries.read_content_json(services.release_month(session, OFFICE, SEPTEMBER))["totals"]
        assert totals["people"] == sum(kept["people-by-origin"].values())
        assert totals["attentions"] == sum(kept["attentions-by-hour"].values())
        assert totals["referrals"] == sum(kept["referrals-by-service-and-state"].values())


def test_a_tampered_count_stops_the_release(session: Session) -> None:
    for _each in range(3):
        recorded(session)
    wrong = update(Tally).where(Tally.table == "needs-by-sex-and-age").values(count=Tally.count + 1)
    session.execute(wrong)
    with pytest.raises(AppError) as refused:
        services.release_month(session, OFFICE, AUGUST)
    assert refused.value.code == "unreconciled"
    assert queries.find_current_release(session, AUGUST) is None


def test_a_month_that_is_not_over_is_refused(session: Session) -> None:
    with pytest.raises(AppError):
        services.release_month(session, OFFICE, clock.today().replace(day=1))


def test_a_month_without_anything_is_refused(session: Session) -> None:
    with pytest.raises(AppError):
        services.release_month(session, OFFICE, AUGUST)


def test_a_second_release_needs_a_note(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_month(session, OFFICE, SEPTEMBER)
        for note, field in ((None, "note"), ("  ", "note"), ("x" * 501, "note")):
            with pytest.raises(Invalid) as refused:
                services.release_month(session, OFFICE, SEPTEMBER, note)
            assert refused.value.field_errors[0].field == field


def test_a_correction_that_changes_nothing_or_too_little_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_month(session, OFFICE, SEPTEMBER)
        with pytest.raises(AppError):
            services.release_month(session, OFFICE, SEPTEMBER, "Nothing changed.")
        tally_services.add_to_tallies(session, {(SEPTEMBER, "bucaramanga", "attentions-by-hour", "08"): 2})
        with pytest.raises(AppError):
            services.release_month(session, OFFICE, SEPTEMBER, "Two attentions more.")
        assert len(queries.list_versions(session, SEPTEMBER)) == 1


def test_a_correction_is_a_new_version_and_the_other_tables_stand(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trusted(monkeypatch, session, 300, SEPTEMBER):
        first = queries.load_content(services.release_month(session, OFFICE, SEPTEMBER))
        hours = ("08", "09")
        moved = {
            (SEPTEMBER, "bucaramanga", "attentions-by-hour", hour): n for hour, n in zip(hours, (9, -9), strict=True)
        }
        tally_services.add_to_tallies(session, moved)
        second = queries.load_content(services.release_month(session, OFFICE, SEPTEMBER, "Nine had the wrong hour."))
        assert (second.version, second.note) == (2, "Nine had the wrong hour.")
        before, after = (content.find_table("attentions-by-hour") for content in (first, second))
        assert before is not None
        assert after is not None
        assert after.cells["08",] == (before.cells["08",] or 0) + 9
        assert after.as_of_version is None
        others = [
            table
            for table in second.tables
            if table.id not in {"attentions-by-hour"} and "month" not in table.dimensions
        ]
        assert {table.as_of_version for table in others} == {1}
        assert queries.find_version(session, SEPTEMBER, 1) is not None


def test_a_release_never_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write_session() as session, _trusted(monkeypatch, session, 100, SEPTEMBER):
        services.release_month(session, OFFICE, SEPTEMBER)
    for statement in ("UPDATE release SET content = '{}'", "DELETE FROM release"):
        with pytest.raises(DBAPIError), database.write_session() as session:
            session.execute(text(statement))
    with database.read_session() as session:
        assert session.scalars(select(Release.version)).all() == [1]


def test_what_comes_late_counts_today(session: Session) -> None:
    for _each in range(10):
        recorded(session)
    services.release_month(session, OFFICE, AUGUST)
    before = tally_queries.sum_month_tables(session, AUGUST)
    recorded(session, attended_at="2017-08-30T09:00:00-05:00")
    assert tally_queries.sum_month_tables(session, AUGUST) == before
    today = clock.today()
    assert tally_queries.sum_month_table(session, "attentions-by-day", today.replace(day=1)) == {today.isoformat(): 1}
    assert (
        month_counts.list_differences(session, AUGUST)
        == month_counts.list_differences(session, today.replace(day=1))
        == []
    )


def test_figures_that_changed_since_somebody_looked_are_not_released(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trusted(monkeypatch, session, 100, SEPTEMBER):
        seen = services.prepare_release(session, SEPTEMBER).fingerprint
        tally_services.add_to_tallies(session, invent_counts(50, SEPTEMBER, seed=9))
        with pytest.raises(Conflict):
            services.release_month(session, OFFICE, SEPTEMBER, fingerprint=seen)


def test_the_year_so_far_is_the_sum_of_what_is_released(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 200, AUGUST):
        tally_services.add_to_tallies(session, invent_counts(300, SEPTEMBER))
        august = queries.load_content(services.release_month(session, OFFICE, AUGUST))
        september = queries.load_content(services.release_month(session, OFFICE, SEPTEMBER))
        table = september.find_table("attentions-by-month")
        assert table is not None
        parts = [content.totals["attentions"] or 0 for content in (august, september)]
        assert table.cells == {("2017-08",): parts[0], ("2017-09",): parts[1], ("*",): sum(parts)}


def test_a_table_is_corrected_only_by_enough(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with _trusted(monkeypatch, session, 200, SEPTEMBER):
        table = month_counts.build_provisional_month(session, SEPTEMBER).find_table("people-by-origin")
    assert table is not None
    shown = [place for place, count in table.cells.items() if count and place != ("*",)]
    hidden = [place for place, count in table.cells.items() if count is None]
    assert hidden

    def moved(**steps: int) -> dict[tuple[str, ...], int | None]:
        cells = dict(table.cells)
        for name, step in steps.items():
            place = {"one": shown[0], "total": ("*",)}[name]
            cells[place] = (cells[place] or 0) + step
        return cells

    assert can_correct_table(table, replace(table, cells=moved(one=6, total=6)))
    assert not can_correct_table(table, replace(table, cells=moved(one=3, total=3)))
    assert not can_correct_table(table, replace(table, cells=moved(one=8, total=12)))  # 4 more among those held back
    assert can_correct_table(table, replace(table, cells=moved(one=8, total=20)))
    assert not can_correct_table(table, replace(table, cells={**table.cells, hidden[0]: 20}))  # no longer held back
