"""A quarter and a year are released with their last month, from their own counts, and corrected with a month."""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.dates import Period, parse_period_code
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.statistics.releases import period_counts, queries, services
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.models import DueRecount
from attention_point.tallies.rules import SEX_AND_AGE
from tests.statistics.conftest import Office
from tests.statistics.invented_month import invent_counts
from tests.support.counts import rebuild
from tests.support.directory import load_shipped
from tests.support.visits import acting, draft, person, recorded

pytestmark = pytest.mark.usefixtures("unaudited")
OFFICE = acting("office")
MONTHS = tuple(date(2017, number, 1) for number in (10, 11, 12))


def release(session: Session, month: date, note: str | None = None) -> None:
    services.release_period(session, OFFICE, Period("month", month), note)


def load(session: Session, code: str) -> ReleaseContent | None:
    found = queries.find_current_release(session, parse_period_code(code))
    return queries.load_content(found) if found else None


@pytest.fixture
def invented(session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The last quarter of 2017 with invented counts, taken for recounted: the recount has tests of its own."""
    load_shipped(session)
    for month in MONTHS:
        tally_services.add_to_tallies(session, invent_counts(120, month))
    monkeypatch.setattr(period_counts, "list_differences", lambda _session, _month: [])
    return session


def test_a_quarter_and_a_year_come_with_their_last_month(invented: Session) -> None:
    for month in (MONTHS[0], MONTHS[2]):
        release(invented, month)
    assert load(invented, "2017-Q4") is None
    release(invented, MONTHS[1])
    for code in ("2017-Q4", "2017"):
        content = load(invented, code)
        assert content is not None
        counts = tally_queries.sum_period_tables(invented, parse_period_code(code))
        true_people = sum(counts[SEX_AND_AGE].values())
        assert abs((content.totals["people"] or 0) - true_people) < 5
        table = content.find_table("people-by-sex")
        assert table is not None
        for (sex,), count in table.cells.items():
            true = sum(n for cell, n in counts[SEX_AND_AGE].items() if sex in ("*", cell.split("|")[0]))
            assert abs((count or 0) - true) < table.get_base((sex,))
        assert content.find_table("attentions-by-day") is None
    assert load(invented, "2017-Q3") is None
    quarters = queries.list_current_releases(invented, date(2018, 1, 1), 9, "quarter")
    assert [one.period for one in quarters] == ["2017-Q4"]
    months = queries.list_current_releases(invented, date(2018, 1, 1), 9)
    assert [one.period for one in months] == ["2017-12", "2017-11", "2017-10"]


def test_a_correction_of_a_month_corrects_its_quarter_and_year(invented: Session) -> None:
    for month in MONTHS:
        release(invented, month)
    tally_services.add_to_tallies(invented, invent_counts(60, MONTHS[1], 9))
    release(invented, MONTHS[1], "Faltaban atenciones")
    for code in ("2017-11", "2017-Q4", "2017"):
        content = load(invented, code)
        assert content is not None
        assert (content.version, content.note) == (2, "Faltaban atenciones")


def test_a_person_of_three_months_is_one_of_the_quarter(session: Session) -> None:
    who_came = [person(birth_date=f"19{60 + number}-03-17", documents=[{"type": "PA", "number": f"90000{number:03}"}])
              for number in range(24)]  # fmt: skip
    for month in MONTHS:
        for who in who_came:
            recorded(session, **{**draft(person=who), "attended_at": f"{month:%Y-%m}-08T10:00:00-05:00"})
    for month in MONTHS:
        release(session, month)
    contents = {code: load(session, code) for code in ("2017-10", "2017-12", "2017-Q4", "2017")}
    people = [content.totals["people"] or 0 for content in contents.values() if content]
    assert [abs(count - 24) < 5 for count in people] == [True] * 4
    attentions = [content.totals["attentions"] or 0 for content in contents.values() if content]
    assert [abs(count - true) < 5 for count, true in zip(attentions, (24, 24, 72, 72), strict=True)] == [True] * 4


def test_without_a_recount_of_older_visits_no_year_is_released(invented: Session) -> None:
    invented.execute(insert(DueRecount).values(what="repeats"))
    for month in MONTHS:
        release(invented, month)
    assert load(invented, "2017-12") is not None
    assert load(invented, "2017") is None
    with pytest.raises(AppError, match="rebuild"):
        services.release_period(invented, OFFICE, parse_period_code("2017"))
    rebuild(invented, {key: n for month in MONTHS for key, n in invent_counts(120, month).items()})
    services.release_period(invented, OFFICE, parse_period_code("2017"))
    assert load(invented, "2017") is not None


def test_a_year_has_its_page_and_its_files(office: Office, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(period_counts, "list_differences", lambda _session, _month: [])
    with database.write_session() as session:
        load_shipped(session)
        for month in MONTHS:
            tally_services.add_to_tallies(session, invent_counts(120, month))
        for month in MONTHS:
            release(session, month)
    assert "octubre–diciembre de 2017" in office.client.get("/statistics").text
    for code in ("2017", "2017-Q4"):
        assert "Publicado, versión 1" in office.client.get(f"/statistics/{code}").text
        assert office.client.get(f"/statistics/{code}.csv").status_code == 200
        assert "Provisional" in office.client.get(f"/statistics/{code}?provisional=1").text
    assert office.client.get("/statistics/2017-Q5").status_code == 404
    assert "2017" in office.client.get("/statistics/trends?kind=year").text
