"""The trend of a row over the released months, on its page."""

import re
from datetime import date

import pytest

from attention_point.foundation.database import Database
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


@pytest.mark.usefixtures("published")
def test_the_page_shows_the_trend_of_any_row(office: Office) -> None:
    page = office.client.get("/statistics/trends").text
    assert "Personas por sexo: Total" in page
    assert page.index("enero de 2018") < page.index("agosto de 2017")
    row = office.client.get("/statistics/trends?table=needs-by-sex&row=VBG&column=F").text
    assert re.search(r"Personas por necesidad y sexo: [^,]+, Mujer", row)
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
    series = office.client.get("/statistics/series.csv").data.decode("utf-8-sig")
    assert {line[:7] for line in series.splitlines()[1:]} == {"2017-08", "2017-09", "2018-01"}
    office.role = "auditor"
    assert office.client.get("/statistics/series.csv").status_code == 403
    assert office.client.get("/statistics/trends").status_code == 200
