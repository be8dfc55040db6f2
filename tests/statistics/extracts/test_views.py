"""The office's pages of extracts."""

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.database import Database
from attention_point.statistics.extracts.models import Extract, LogEntry
from tests.statistics.conftest import Office
from tests.statistics.extracts.adversary import read_rows
from tests.statistics.extracts.people import record_consenting_people
from tests.support.pages import PageClient, read

FORM = {
    "period": "2017-07-to-2017-12",
    "recipient": "Universidad Industrial de Santander",
    "agreement": "Convenio 012 de 2018",
    "confirmed": "y",
}


def post(client: PageClient, address: str, data: Mapping[str, str] = MappingProxyType({})) -> TestResponse:
    """Send a form as a browser does, with the token of the page."""
    page = read(client.get("/statistics/extracts/new").text)
    token = next(element.get("value") for element in page if element.get("name") == "csrf_token")
    return client.post(address, data={"csrf_token": token, **data})


def test_without_figures_the_pages_say_what_comes_next(office: Office) -> None:
    assert "Todavía no se ha hecho ningún extracto" in office.client.get("/statistics/extracts").text
    assert "Todavía no ha terminado ningún semestre" in office.client.get("/statistics/extracts/new").text


def test_only_periods_with_people_and_published_months_are_offered(office: Office, database: Database) -> None:
    record_consenting_people(database, 3, is_published=False)
    form = office.client.get("/statistics/extracts/new").text
    assert "<option" not in form
    assert "julio de 2017 a diciembre de 2017: publique antes agosto de 2017" in form
    record_consenting_people(database, 55)
    form = office.client.get("/statistics/extracts/new").text
    assert "julio de 2017 a diciembre de 2017</option>" in form
    assert "enero de 2017 a junio de 2017" not in form
    assert post(office.client, "/statistics/extracts/new", FORM).status_code == 303
    # The year shares days with the semester that was handed over; the semester may be handed over again.
    form = office.client.get("/statistics/extracts/new").text
    assert "enero de 2017 a diciembre de 2017</option>" not in form
    assert "julio de 2017 a diciembre de 2017</option>" in form


def test_the_page_says_how_far_each_column_is_from_what_was_published(office: Office, database: Database) -> None:
    record_consenting_people(database, 60)
    made = post(office.client, "/statistics/extracts/new", FORM)
    shown = read(office.client.get(made.headers["Location"]).text)
    rows = [element.text for element in shown if element.tag == "tr"]
    sex = next(row for row in rows if "Sexo" in row)
    assert "cada respuesta" in sex
    assert "publicado" in sex
    assert any("No se muestra, para proteger a las personas" in element.text for element in shown)
    assert office.client.get(f"/statistics/extracts/{'0' * 8}-0000-7000-8000-{'0' * 12}").status_code == 404
    with database.write_session() as session:
        report = session.scalars(select(Extract)).one().report
    assert '"compared_with": ["2017-08"]' in report


def test_an_extract_is_made_listed_and_taken_once(office: Office, database: Database) -> None:
    record_consenting_people(database, 55)
    client = office.client
    form = client.get("/statistics/extracts/new").text
    assert "julio de 2017 a diciembre de 2017" in form
    assert post(client, "/statistics/extracts/new", FORM).status_code == 303
    listed = client.get("/statistics/extracts").text
    assert "Convenio 012 de 2018" in listed
    assert "sin descargar" in listed
    with database.read_session() as session:
        line = session.scalars(select(LogEntry)).one()
    assert "Descargar el archivo" in client.get(f"/statistics/extracts/{line.id}").text
    reply = post(client, f"/statistics/extracts/{line.id}/take")
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="extract-2017-07-to-2017-12.zip"'
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        assert len(read_rows(archive.read("extract-2017-07-to-2017-12.csv"))) == line.rows
        assert "Universidad Industrial de Santander" in archive.read("method-es.md").decode()
    again = post(client, f"/statistics/extracts/{line.id}/take")
    assert again.status_code == 409
    assert "ya se descargó" in again.text
    assert "Entregado el" in client.get("/statistics/extracts").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"agreement": " "}, "Este dato es obligatorio"),
        ({"recipient": ""}, "Este dato es obligatorio"),
        ({"confirmed": ""}, "sin un convenio no se entrega nada"),
        ({"period": "2017-08-to-2017-09"}, "semestre completo"),
        ({"period": "2099-01-to-2099-06"}, "todavía no ha terminado"),
        ({"period": ""}, "Escriba el año y el mes"),
        ({}, "Muy pocas personas"),
    ],
)
def test_a_refused_form_comes_back_with_all_that_was_typed(
    office: Office, database: Database, changed: dict[str, str], told: str
) -> None:
    record_consenting_people(database, 3)
    reply = post(office.client, "/statistics/extracts/new", {**FORM, **changed})
    assert reply.status_code == 422
    assert told in reply.text
    for name in {"recipient", "agreement"} - set(changed):
        assert FORM[name] in reply.text
    with database.read_session() as session:
        assert session.scalars(select(LogEntry)).all() == []


@pytest.mark.parametrize(
    ("role", "status"),
    [("office", 200), ("supervisor", 200), ("auditor", 403), ("admin", 403), ("agent", 403), ("entity", 403),
     (None, 401)],
)  # fmt: skip
def test_who_may_make_extracts(office: Office, role: str | None, status: int) -> None:
    office.role = role
    client = office.client
    assert client.get("/statistics/extracts").status_code == status
    assert client.get("/statistics/extracts/new").status_code == status
    if status != 200:
        assert client.post("/statistics/extracts/new", data=FORM).status_code == status
        assert client.post(f"/statistics/extracts/{'0' * 8}-0000-7000-8000-{'0' * 12}/take").status_code == status
