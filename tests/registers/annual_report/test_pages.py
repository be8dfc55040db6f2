"""The pages of the report, as the office uses them."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from tests.registers.support import fields_of as every_field
from tests.registers.support import submit as submit_form
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
POSITIONING = "/report/2019/positioning"


def fields_of(page: TestResponse) -> dict[str, Any]:
    """What the form would send by its first button."""
    found = {name: value for name, value in every_field(page).items() if name != "take"}
    return {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}


def submit(client: PageClient, address: str, **typed: str) -> TestResponse:
    """Open a section's form, type into it and save it."""
    return client.post(address, data={**fields_of(client.get(address)), **typed})


@pytest.fixture
def known(app: Flask) -> Flask:
    """An app with a year of few records."""
    with app.extensions["database"].write_session() as session:
        services.add_record(
            session, SYSTEM, OFFICE_YEARS, {"name": "Oficina de Prueba", "acronym": "OPR", "year": 2019}
        )
        services.add_record(
            session, SYSTEM, EVENTS,
            {"name": "Foro del agua", "state": "done", "date": "2019-03", "countries": ["NL"],
             "participants": {"number": "120", "mark": "approximate"}},
        )  # fmt: skip
        services.add_record(
            session, SYSTEM, AGREEMENTS,
            {"name": "Convenio del río", "state": "signed", "signed": "2019-05",
             "contributions": [{"side": "municipality", "amount": {"amount": "0"}},
                               {"side": "partners", "amount": {"amount": "12500,50", "currency": "EUR"}}]},
        )  # fmt: skip
    return app


def test_a_year_shows_its_figures_with_the_way_to_the_records(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    assert "2019" in office.get("/report").get_data(as_text=True)
    page = office.get("/report/2019").get_data(as_text=True).replace("\xa0", " ")
    for text in (
        "cerca de 120",
        "12.500,50",
        "no consta",
        'href="/registers/events?year=2019"',
        "Según los registros",
    ):
        assert text in page, text
    assert office.get("/registers/events?year=2019").status_code == 200


def test_the_draft_is_taken_changed_and_kept_in_versions(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get(POSITIONING)
    assert "Realizado en marzo de 2019." in page.get_data(as_text=True)
    taken = office.post(POSITIONING, data={**fields_of(page), "take": "draft"})
    text = fields_of(taken)["account"]
    assert "# Foro del agua" in text
    assert "Participantes: cerca de 120." in text
    written = {**fields_of(taken), "account": f"{text}\n\nLo contamos nosotros.", "introduction": "Un año distinto."}
    assert office.post(POSITIONING, data=written).status_code == 303
    preview = office.get("/report/2019/preview").get_data(as_text=True)
    for said in ("Un año distinto.", "Lo contamos nosotros.", "<h3>Foro del agua</h3>"):
        assert said in preview, said
    assert submit(office, POSITIONING, introduction="Otro comienzo.").status_code == 303
    with known.extensions["database"].read_session() as session:
        kept = queries.list_text_versions(session, 2019, "positioning", 9)
        assert [(each.version, each.introduction) for each in kept] == [(2, "Otro comienzo."), (1, "Un año distinto.")]
    assert "Versión 2" in office.get("/report/2019").get_data(as_text=True)
    assert "Un año distinto." in office.get(POSITIONING).get_data(as_text=True)


def test_saving_the_same_makes_no_version(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    submit(office, POSITIONING, introduction="Igual.")
    assert submit(office, POSITIONING, introduction="Igual.").status_code == 303
    with known.extensions["database"].read_session() as session:
        assert [each.version for each in queries.list_text_versions(session, 2019, "positioning", 9)] == [1]


def test_the_second_writer_is_told_what_differs_and_loses_nothing(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    opened = fields_of(office.get(POSITIONING))
    assert submit(as_role("office", number=2), POSITIONING, introduction="De la otra.").status_code == 303
    reply = office.post(POSITIONING, data={**opened, "introduction": "De esta."})
    assert reply.status_code == 409
    assert "De la otra." in reply.get_data(as_text=True)
    assert fields_of(reply)["introduction"] == "De esta."
    assert office.post(POSITIONING, data=fields_of(reply)).status_code == 303
    with known.extensions["database"].read_session() as session:
        assert queries.list_newest_texts(session, 2019)["positioning"].introduction == "De esta."


def test_a_text_that_is_too_long_comes_back(known: Flask, as_role: SignIn) -> None:
    reply = submit(as_role("office"), POSITIONING, introduction="a" * 20_001)
    assert reply.status_code == 422
    assert len(fields_of(reply)["introduction"]) == 20_001


def test_a_text_stays_when_records_change_and_says_so(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    submit(office, POSITIONING, account="Texto nuestro.")
    note = "Hubo cambios en los registros"
    assert note not in office.get(POSITIONING).get_data(as_text=True)
    with known.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro nuevo", "state": "done", "year": 2019})
    page = office.get(POSITIONING).get_data(as_text=True)
    assert note in page
    assert "Foro nuevo" in page


@pytest.mark.parametrize("kind", ["pdf", "html", "docx"])
def test_the_report_is_downloaded(known: Flask, as_role: SignIn, kind: str) -> None:
    office = as_role("office")
    reply = office.get(f"/report/2019.{kind}")
    assert reply.status_code == 200
    assert f"informe-de-gestion-2019.{kind}" in reply.headers["Content-Disposition"]
    assert reply.data == office.get(f"/report/2019.{kind}").data
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
            assert "Foro del agua" in archive.read("word/document.xml").decode()


def test_charts_are_pictures(known: Flask, as_role: SignIn) -> None:
    with known.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro aplazado", "state": "postponed", "year": 2019})
    office = as_role("office")
    reply = office.get("/report/2019/charts/events-by-state-chart.svg")
    assert reply.mimetype == "image/svg+xml"
    assert "events-by-state-chart.svg" in office.get("/report/2019/preview").get_data(as_text=True)
    assert office.get("/report/2019/charts/nothing.svg").status_code == 404


def test_an_empty_year_says_the_next_step_and_has_no_file(app: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    assert "Todavía no hay años" in office.get("/report").get_data(as_text=True)
    page = office.get("/report/2031").get_data(as_text=True)
    assert "Todavía no hay registros" in page
    assert office.get("/report/2031/preview").status_code == 200
    assert office.get("/report/2031/migration").status_code == 200
    for address in ("/report/2031.pdf", "/report/2019.xlsx", "/report/99999", "/report/2019/weather"):
        assert office.get(address).status_code == 404, address


def test_an_auditor_reads_and_writes_nothing(known: Flask, as_role: SignIn) -> None:
    auditor = as_role("auditor")
    assert "Escribir" not in auditor.get("/report/2019").get_data(as_text=True)
    assert auditor.get("/report/2019/preview").status_code == 200
    assert auditor.get(POSITIONING).status_code == 403
    assert auditor.get("/report/2019.pdf").status_code == 403


def test_a_year_is_kept_once(known: Flask, as_role: SignIn) -> None:
    reply = submit_form(as_role("office"), "/registers/years/new", name="Otra", year="2019")
    assert reply.status_code == 422
    assert "Este año ya tiene su registro" in reply.get_data(as_text=True)
