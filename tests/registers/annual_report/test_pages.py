"""The pages of the report, as the office uses them."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from tests.registers.support import fields_of as every_field
from tests.registers.support import only
from tests.registers.support import submit as submit_form
from tests.support.pages import PageClient, read

SignIn = Callable[..., PageClient]
POSITIONING = "/report/2019/positioning"


def parts_of(page: TestResponse) -> list[dict[str, Any]]:
    """The parts on a story's page, each with its place, its fields and the drafted text."""
    found = read(page.get_data(as_text=True))
    sections = [each for each in found if each.tag == "section" and each.get("class") == "card stack"]
    return [
        {
            "place": place,
            **{
                field.get("name"): (field.get("value") or "") if field.tag == "input" else field.text.strip("\n")
                for field in found
                if field.tag in {"input", "textarea"} and field.within("section") is section
                if field.get("type") != "checkbox"
            },
        }
        for place, section in enumerate(sections)
        if any(field.get("name") == "kind" for field in section.inside)
    ]


def send(client: PageClient, address: str, page: TestResponse, action: str = "save", **more: Any) -> TestResponse:
    """Send a story's page as a browser would, with some fields changed: ``text_2`` is that of the third part."""
    sent = MultiDict[str, Any]()
    for part in parts_of(page):
        for name in ("kind", "key", "draft"):
            sent.add(name, part[name])
        sent.add("text", more.pop(f"text_{part['place']}", part["text"]))
        sent.add(f"seen-{part['place']}", part[f"seen-{part['place']}"])
    every = every_field(page)
    sent.add("csrf_token", every["csrf_token"])
    sent.add("version", every["version"])
    sent.add("action", action)
    for name, value in more.items():
        sent.add(name.replace("_", "-"), value)
    return client.post(address, data=sent)


def keep_text(client: PageClient, address: str, **typed: str) -> TestResponse:
    """Open one of the kept texts, type it and save it."""
    return client.post(address, data={**every_field(client.get(address)), **typed})


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
             "notes": "Ďakujem, 水 y «más»", "participants": {"number": "120", "mark": "approximate"}},
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
    for text in ("cerca de 120", "12.500,50", 'href="/registers/events?year=2019"', "Según los registros"):
        assert text in page, text
    assert office.get("/registers/events?year=2019").status_code == 200


def test_what_is_missing_is_said_on_screen_with_who_can_fill_it_in(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get("/report/2019").get_data(as_text=True)
    for text in ("Antes de firmar", "Quién firma", "Foro del agua", "Lugar; Organizadores", "Convenio del río",
                 "El PDF dibuja cuadros en lugar de 水;"):  # fmt: skip
        assert text in page, text
    links = set(re.findall(r'href="([^"]+)">Completar', page))
    assert {"/registers/years?year=2019", "/report/2019/introduction"} < links
    assert all(office.get(link.replace("&amp;", "&")).status_code == 200 for link in links)
    # Who cannot fill it in sees who can.
    auditor = as_role("auditor").get("/report/2019").get_data(as_text=True)
    assert "Antes de firmar" in auditor
    assert "Completar" not in auditor
    assert "no consta" not in office.get("/report/2019/preview").get_data(as_text=True).casefold()


def test_a_story_is_written_around_the_drafts(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get(POSITIONING)
    drafts = [part["seen-" + str(part["place"])] for part in parts_of(page)]
    assert drafts[2].startswith("En marzo de 2019 se realizó el Foro del agua, con cerca de 120 participantes")
    # Insert a text, move the forum's paragraph up, save.
    inserted = send(office, POSITIONING, page, "add-1")
    assert inserted.status_code == 200
    assert "Todavía no se ha guardado nada" in inserted.get_data(as_text=True)
    typed = send(office, POSITIONING, inserted, "up-3", text_2="Lo contamos nosotros.")
    assert [part["text"] for part in parts_of(typed)] == ["", "", "", "Lo contamos nosotros."]
    assert send(office, POSITIONING, typed).status_code == 303
    preview = office.get("/report/2019/preview").get_data(as_text=True)
    assert preview.index("Foro del agua") < preview.index("Lo contamos nosotros.")
    assert "Versión 1" in office.get("/report/2019").get_data(as_text=True)


def test_writing_one_paragraph_loses_no_draft(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get(POSITIONING)
    assert send(office, POSITIONING, page, text_2="El foro fue un éxito.").status_code == 303
    preview = office.get("/report/2019/preview").get_data(as_text=True)
    assert "El foro fue un éxito." in preview
    assert "se realizó el Foro del agua" not in preview
    again = office.get(POSITIONING)
    assert "se realizó el Foro del agua" in again.get_data(as_text=True)
    # Without words of the office the draft stands again.
    assert send(office, POSITIONING, again, text_2="").status_code == 303
    assert "se realizó el Foro del agua" in office.get("/report/2019/preview").get_data(as_text=True)


def test_a_paragraph_is_left_out_and_taken_back(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    assert send(office, POSITIONING, office.get(POSITIONING), left_out="2").status_code == 303
    assert "se realizó el Foro del agua" not in office.get("/report/2019/preview").get_data(as_text=True)
    assert send(office, POSITIONING, office.get(POSITIONING)).status_code == 303
    assert "se realizó el Foro del agua" in office.get("/report/2019/preview").get_data(as_text=True)


def test_what_changed_in_the_records_is_shown(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    send(office, POSITIONING, office.get(POSITIONING), text_2="El foro fue un éxito.")
    with known.extensions["database"].write_session() as session:
        event = only(session, EVENTS)
        facts = {**event.data, "participants": {"number": 150}, "place": "Quito"}
        services.update_record(session, SYSTEM, EVENTS, event.id, event.version, facts, "typed")
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro nuevo", "state": "done", "date": "2019-05"})
    page = office.get(POSITIONING)
    text = page.get_data(as_text=True)
    for said in ("Cambió desde que se guardó", "Nuevo desde que se guardó", "<ins>", "<del>", "150", "Foro nuevo"):
        assert said in text, said
    assert "Hubo cambios en los registros" in office.get("/report/2019").get_data(as_text=True)
    # Saved without a word, the change is still there to be seen; read, it is not.
    send(office, POSITIONING, page)
    assert "Cambió desde que se guardó" in office.get(POSITIONING).get_data(as_text=True)
    send(office, POSITIONING, office.get(POSITIONING), reviewed="2")
    assert "Cambió desde que se guardó" not in office.get(POSITIONING).get_data(as_text=True)
    assert "El foro fue un éxito." in office.get("/report/2019/preview").get_data(as_text=True)


def test_saving_the_same_makes_no_version(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    send(office, POSITIONING, office.get(POSITIONING), text_2="Igual.")
    assert send(office, POSITIONING, office.get(POSITIONING)).status_code == 303
    with known.extensions["database"].read_session() as session:
        assert [each.version for each in queries.list_text_versions(session, 2019, "positioning", 9)] == [1]


def test_the_second_writer_is_told_what_differs_and_loses_nothing(known: Flask, as_role: SignIn) -> None:
    office, other = as_role("office"), as_role("office", number=2)
    opened = office.get(POSITIONING)
    assert send(other, POSITIONING, other.get(POSITIONING), text_2="De la otra.").status_code == 303
    reply = send(office, POSITIONING, opened, text_2="De esta.")
    assert reply.status_code == 409
    assert "De la otra." in reply.get_data(as_text=True)
    assert parts_of(reply)[2]["text"] == "De esta."
    assert send(office, POSITIONING, reply).status_code == 303
    with known.extensions["database"].read_session() as session:
        parts = queries.list_newest_texts(session, 2019)["positioning"].parts
        assert parts is not None
        assert parts[2]["text"] == "De esta."


@pytest.mark.parametrize("text", ["a" * 20_001, "a\u202eb"])
def test_a_text_that_is_refused_comes_back(known: Flask, as_role: SignIn, text: str) -> None:
    office = as_role("office")
    reply = send(office, POSITIONING, office.get(POSITIONING), text_2=text)
    assert reply.status_code == 422
    assert len(parts_of(reply)[2]["text"]) == len(text)
    assert keep_text(office, "/report/2019/strategy", text=text).status_code == 422


def test_the_office_s_texts_are_carried_until_they_are_changed(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    assert keep_text(office, "/report/2018/strategy", text="Tres ejes de acción.").status_code == 303
    assert "Tres ejes de acción." in office.get("/report/2019/preview").get_data(as_text=True)
    page = office.get("/report/2019/strategy")
    assert "viene del informe de 2018" in page.get_data(as_text=True)
    assert "Viene de 2018" in office.get("/report/2019").get_data(as_text=True)
    assert keep_text(office, "/report/2019/strategy", text="Cuatro ejes.").status_code == 303
    assert "Cuatro ejes." in office.get("/report/2019/preview").get_data(as_text=True)
    assert "Tres ejes de acción." in office.get("/report/2018/preview").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["pdf", "html", "docx"])
def test_the_report_is_downloaded(known: Flask, as_role: SignIn, kind: str) -> None:
    office = as_role("office")
    reply = office.get(f"/report/2019.{kind}")
    assert reply.status_code == 200
    assert f"informe-de-gestion-2019.{kind}" in reply.headers["Content-Disposition"]
    assert reply.data == office.get(f"/report/2019.{kind}").data
    internal = office.get(f"/report/2019.{kind}?version=internal")
    assert f"informe-de-gestion-2019-interno.{kind}" in internal.headers["Content-Disposition"]
    assert internal.data != reply.data
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
            assert "Foro del agua" in archive.read("word/document.xml").decode()


def test_charts_are_pictures(known: Flask, as_role: SignIn) -> None:
    with known.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, CALLS, {"name": "Ciudades", "year": 2019})
        for name in ("Una", "Otra"):
            services.add_record(
                session, SYSTEM, PROPOSALS,
                {"name": name, "call": "Ciudades", "state": "viable", "year": 2019, "total_value": {"amount": "900"},
                 "cofinancing_approved": {"amount": "600"}},
            )  # fmt: skip
    office = as_role("office")
    reply = office.get("/report/2019/charts/proposals-chart.svg")
    assert reply.mimetype == "image/svg+xml"
    assert "proposals-chart.svg" in office.get("/report/2019/preview").get_data(as_text=True)
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
    assert ">Escribir" not in auditor.get("/report/2019").get_data(as_text=True)
    assert auditor.get("/report/2019/preview").status_code == 200
    assert auditor.get(POSITIONING).status_code == 403
    assert auditor.get("/report/2019.pdf").status_code == 403


def test_a_year_is_kept_once(known: Flask, as_role: SignIn) -> None:
    reply = submit_form(as_role("office"), "/registers/years/new", name="Otra", year="2019")
    assert reply.status_code == 422
    assert "Este año ya tiene su registro" in reply.get_data(as_text=True)
