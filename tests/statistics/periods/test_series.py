"""The series of all released months, and the trend of a row on its page."""

import csv
import io
from datetime import date

import pytest

from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.statistics.periods.series import COLUMNS, load_released, write_series
from tests.statistics.conftest import Office
from tests.statistics.releases.publishing import publish_month

MONTHS = (date(2017, 8, 1), date(2017, 9, 1), date(2018, 1, 1))


@pytest.fixture
def published(database: Database) -> None:
    """Three released months, one of them corrected."""
    with database.write_session() as session:
        for number, month in enumerate(MONTHS):
            publish_month(session, 200 + 50 * number, month, seed=number)
        publish_month(session, 260, MONTHS[1], seed=7, note="Faltaba un día")


def read_lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("published")
def test_the_series_has_each_count_of_each_month_once(database: Database) -> None:
    with database.read_session() as session, in_language("es"):
        lines = read_lines(write_series(session))
        contents = load_released(session)
    assert tuple(lines[0]) == COLUMNS
    assert [content.period for content in contents] == ["2017-08", "2017-09", "2018-01"]
    places = [tuple(line[name] for name in COLUMNS[:7] if not name.endswith("label")) for line in lines]
    assert len(places) == len(set(places))
    for content in contents:
        of_month = [line for line in lines if line["month"] == content.period]
        assert len(of_month) == len(content.totals) + sum(len(table.cells) for table in content.tables)
        for table in content.tables:
            counts = {
                tuple(line[name] for name in ("row_code", "column_code", "third_code") if line[name]): line
                for line in of_month
                if line["table"] == table.id
            }
            for cell, count in table.cells.items():
                assert counts[cell]["count"] == str(count)
                assert int(counts[cell]["count"]) % int(counts[cell]["base"]) == 0
    women = next(line for line in lines if line["table"] == "people-by-sex" and line["row_code"] == "F")
    assert women["row_label"] == "Mujer"
    # The same rows every month: a spreadsheet can draw each of them over time.
    rows = [
        {place[1:] for place in places if place[0] == content.period and place[1] != "attentions-by-day"}
        for content in contents
    ]
    assert rows[0] == rows[1] == rows[2]


def test_without_a_released_month_the_series_is_its_head(database: Database) -> None:
    with database.read_session() as session:
        assert write_series(session).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"


@pytest.mark.usefixtures("published")
def test_each_line_of_a_demonstration_says_so(database: Database) -> None:
    with database.read_session() as session:
        lines = read_lines(write_series(session, "Personas inventadas"))
    assert {line["demonstration"] for line in lines} == {"Personas inventadas"}


@pytest.mark.usefixtures("published")
def test_the_page_shows_the_trend_of_any_row(office: Office) -> None:
    page = office.client.get("/statistics/trends").text
    assert "Personas por sexo: Total" in page
    assert page.index("enero de 2018") < page.index("agosto de 2017")
    row = office.client.get("/statistics/trends?table=needs-by-sex&row=VBG&column=F").text
    assert "Violencia" in row
    # What another table has is no fault: the nearest that is there is shown.
    assert "Personas por necesidad" in office.client.get("/statistics/trends?table=people-by-need&row=F&column=x").text
    assert office.client.get("/statistics/trends?table=none&kind=century").status_code == 200
    assert "todavía" in office.client.get("/statistics/trends?kind=year").text.lower()
    chart = office.client.get("/statistics/trends/chart.svg?table=people-by-sex&row=F")
    assert chart.mimetype == "image/svg+xml"


def test_before_the_first_release_there_is_no_trend(office: Office) -> None:
    assert "Todavía no se ha publicado" in office.client.get("/statistics/trends").text
    assert office.client.get("/statistics/trends/chart.svg").status_code == 404


@pytest.mark.usefixtures("published")
def test_the_file_is_for_those_who_may_take_figures(office: Office) -> None:
    assert read_lines(office.client.get("/statistics/series.csv").data)
    office.role = "auditor"
    assert office.client.get("/statistics/series.csv").status_code == 403
    assert office.client.get("/statistics/trends").status_code == 200
