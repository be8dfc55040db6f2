"""The pages of the bench: cases in words, a change tried before it is published, the versions."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import update

from attention_point.directory import queries
from attention_point.directory.models import Entity, Service
from attention_point.directory.revision import increase_revision
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.routing.bench import case_store, version_history
from tests.directory.test_pages import fields
from tests.support.directory import load_shipped
from tests.support.openings import open_page
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import AGENT, draft

PAGES = ["/routing/cases", "/routing/cases/m1-sola", "/routing/versions"]
EDITS = ["/routing/cases/new", "/routing/cases/m1-sola/edit", "/routing/cases/load", "/routing/compare"]
SCHOOL = """
services:
  - code: EDU
    need: EDU
    name: {es: Cupo escolar, en: School place}
    description: {es: Un cupo., en: A place.}
    restricted: false
    documents_none: true
    fields: [age]
    valid_from: 2017-01-01
offers:
  - {service: EDU, entity: icbf, order: 1, valid_from: 2017-01-01}
"""


@pytest.fixture(autouse=True)
def installed(app: Flask, database: Database) -> Iterator[None]:
    """The shipped directory and cases, as after ``init``."""
    database.info["note_rule_set"] = version_history.note_rule_set
    with database.write_session() as session:
        load_shipped(session)
        case_store.load_shipped_cases(session)
    yield
    del database.info["note_rule_set"]


def token(client: PageClient, address: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def test_the_pages_are_for_who_keeps_the_directory(as_role: SignIn) -> None:
    for role, seen, edited in (("agent", 403, 403), ("supervisor", 200, 403), ("office", 200, 200)):
        client = as_role(role)
        assert {client.get(address).status_code for address in PAGES} == {seen}, role
        assert {client.get(address).status_code for address in EDITS} == {edited}, role


def test_cases_are_listed_in_words_those_that_fail_first(as_role: SignIn, database: Database) -> None:
    client = as_role("office")
    page = client.get("/routing/cases").get_data(as_text=True)
    assert "161 de 161 casos responden como se espera." in page
    assert "Enfermera de 34 años" in page
    assert not re.search(r">[^<]*(MIG-REG|migracion-colombia|None)[^<]*<", page.partition("<main")[2])
    assert 'rel="next"' in page
    with database.write_session() as session:
        content = {"date": "2022-06-01", "who": "Señor que pide un imposible", "s": {"needs": ["EDU"]}, "want": ["VBG"]}
        case_store.add_case(session, case_store.SYSTEM, content)
    page = client.get("/routing/cases").get_data(as_text=True)
    assert page.index("Señor que pide un imposible") < page.index("Enfermera de 34 años")
    only = client.get("/routing/cases?state=differ").get_data(as_text=True)
    assert "No se ofrece «Atención por violencia basada en género»." in only
    assert "Enfermera" not in only
    assert "Niño venezolano de 7 años" in client.get("/routing/cases?need=EDU").get_data(as_text=True)
    assert client.get("/routing/cases?need=NO&state=x&after=y").status_code == 200
    assert client.get("/routing/cases/nothing").status_code == 404


def test_a_case_is_read_without_knowing_a_code(as_role: SignIn) -> None:
    page = as_role("admin").get("/routing/cases/m1-con-la-abuela").get_data(as_text=True)
    for words in ("Responde como se espera", "Otro familiar", "obligatorio"):
        assert words in page
    assert "Reglas número 1" in page


def test_a_case_is_added_edited_and_removed(as_role: SignIn, database: Database) -> None:
    client = as_role("office")
    sent = {**fields(client.get("/routing/cases/new")), "who": "Señora que busca cupo", "date": "03/02/2023"}
    sent |= {"needs": "EDU", "expected-0-service": "EDU", "expected-0-papers": "complete", "excluded-0-code": "icbf"}
    reply = client.post("/routing/cases/new", data=sent)
    assert reply.status_code == 303
    address = reply.headers["Location"]
    assert "Responde como se espera" in client.get(address).get_data(as_text=True)
    edited = {**fields(client.get(f"{address}/edit")), "expected-0-papers": "missing"}
    assert client.post(f"{address}/edit", data=edited).status_code == 303
    assert "no se dice que falta un documento" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/edit", data={**edited, "who": "Otra"}).status_code == 409
    gone = {"csrf_token": token(client, address), "version": "2"}
    assert client.post(f"{address}/remove", data=gone).status_code == 303
    assert client.get(address).status_code == 404


def test_a_case_sent_as_it_stands_stays_the_same(as_role: SignIn, database: Database) -> None:
    client = as_role("office")
    entry = {"id": "papers", "date": date(2022, 6, 1), "who": "Señora", "s": {"needs": ["EDU"]}, "want": ["EDU"]}
    several = {"accept": {"EDU": ["RC", "PA"]}, "reject": {"EDU": ["CC", "TMF"]}, "tell": {"EDU": ["NES", "colegio"]}}
    with database.write_session() as session:
        case_store.load_cases(session, SYSTEM, {"cases": [entry | several]})
    for code in ("pep-ramv-dentro", "m2-violacion-reciente", "derechos-medida-notificada", "integrate-antes", "papers"):
        address = f"/routing/cases/{code}/edit"
        assert client.post(address, data=fields(client.get(address))).status_code == 303
        with database.read_session() as session:
            assert case_store.get_case(session, code).version == 1, code


@pytest.mark.parametrize(
    ("field", "value"), [("who", ""), ("date", "31/02/2023"), ("age", "many"), ("arrived_on", "ayer")]
)
def test_a_bad_case_comes_back_as_typed(as_role: SignIn, field: str, value: str) -> None:
    client = as_role("office")
    sent = {**fields(client.get("/routing/cases/new")), "who": "Señora que busca cupo", "date": "03/02/2023"}
    reply = client.post("/routing/cases/new", data={**sent, field: value})
    assert reply.status_code == 422
    if value:
        assert f'value="{value}"' in reply.get_data(as_text=True)


def test_a_changed_directory_is_tried_and_then_published_as_it_was_shown(as_role: SignIn, database: Database) -> None:
    client = as_role("office")
    secret = token(client, "/routing/compare")

    def upload(content: str) -> str:
        data = {"csrf_token": secret, "file": (BytesIO(content.encode()), "services.yaml")}
        return client.post("/routing/compare", data=data).get_data(as_text=True)

    page = upload(SCHOOL)
    assert re.search(r"Esto cambia la respuesta de \d+ de 161 casos", page)
    assert "Secretaría de Educación" in page
    with database.read_session() as session:
        assert queries.get_directory(session).services["EDU"].offers[0].entity == "secretaria-educacion"
        assert len(version_history.list_versions(session)) == 1
    wrong = upload(SCHOOL.replace("icbf", "nadie"))
    assert "línea 12" in wrong
    assert client.post("/routing/compare", data={"csrf_token": secret}).status_code == 422
    published = {"csrf_token": secret, "content": SCHOOL, "publish": "yes"}
    assert client.post("/routing/compare", data=published).headers["Location"] == "/routing/versions"
    versions = client.get("/routing/versions").get_data(as_text=True)
    assert "Cupo escolar" in versions
    with database.read_session() as session:
        assert queries.get_directory(session).services["EDU"].offers[0].entity == "icbf"


def test_the_days_of_a_window_are_moved_with_what_is_told_of_them(as_role: SignIn, database: Database) -> None:
    with database.write_session() as session:  # which receives another window: it is said, and keeps nobody from moving
        session.get_one(Entity, "cancilleria").valid_to = date(2030, 12, 31)
        increase_revision(session)
    client, address = as_role("office"), "/routing/windows/MIG-REG/PEP-TUTOR"
    sent = {**fields(client.get(address)), "valid_to": "31/12/2020"}
    wrong = client.post(address, data=sent)
    assert wrong.status_code == 422
    assert "El último día no puede ser anterior" in wrong.get_data(as_text=True)
    page = client.post(address, data={**sent, "valid_to": "31/12/2026"}).get_data(as_text=True)
    assert "Ya no responden como se espera: 1." in page  # the day after the last one, which is a case
    assert "Se pide hasta el 31/12/2026." in page
    assert "lleva a algo que ya terminó: Cancillería" in page
    content = re.search(r'name="content" value="([^"]*)"', page)
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    assert content
    assert shown
    published = {"csrf_token": sent["csrf_token"], "content": unescape(content[1]), "publish": "yes"}
    published["shown"] = shown[1]
    assert client.post("/routing/compare", data=published).status_code == 303
    # A second page of before, which would move back whatever a colleague moved.
    late = client.post("/routing/compare", data=published)
    assert "Alguien cambió este servicio mientras tanto" in late.get_data(as_text=True)
    with database.read_session() as session:
        services = queries.get_directory(session).services
    moved = services["MIG-REG"].find_instrument("PEP-TUTOR")
    assert moved
    assert moved.valid_to == date(2026, 12, 31)
    assert "31/12/2026" in moved.advice[0].text["en"]
    assert client.get("/routing/windows/MIG-REG/of-nobody").status_code == 404


def test_an_edited_service_shows_what_it_changes_before_it_is_saved(as_role: SignIn, database: Database) -> None:
    client = as_role("office")
    address = "/directory/services/EDU/edit"
    sent = {**fields(client.get(address)), "offers-0-valid_to": "31/12/2018"}
    reply = client.post(address, data={**sent, "preview": "yes"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert "Ya no responden como se espera: " in page
    assert 'value="31/12/2018"' in page
    with database.read_session() as session:
        assert queries.get_directory(session).services["EDU"].offers[0].valid_to is None
    bad = client.post(address, data={**sent, "preview": "yes", "offers-0-valid_to": "31/12/2016"})
    assert bad.status_code == 422
    assert client.post(address, data=sent).status_code == 303
    with database.read_session() as session:
        assert len(version_history.list_versions(session)) == 2


def test_cases_are_loaded_from_a_file(as_role: SignIn) -> None:
    client = as_role("admin")
    secret = token(client, "/routing/cases/load")
    good = "cases: [{id: x1, date: 2022-01-01, who: Señora inventada, s: {needs: [EDU]}, want: [EDU]}]"
    for content, status in ((good, 303), ("cases: [", 422), ("cases: [{id: x1}]", 422)):
        data = {"csrf_token": secret, "file": (BytesIO(content.encode()), "cases.yaml")}
        assert client.post("/routing/cases/load", data=data).status_code == status, content
    assert client.get("/routing/cases/x1").status_code == 200


def test_a_visit_says_by_which_rules_it_was_answered_to_who_may_see_it(as_role: SignIn, database: Database) -> None:
    with database.write_session() as session:
        answer = record_visit(session, AGENT, read_draft(draft()))
    address = f"/visits/{answer.response['id']}"
    assert "Reglas número 1, vigentes desde" in open_page(as_role("supervisor"), address)
    assert "Reglas número" not in as_role("agent").get(address).get_data(as_text=True)
    with database.write_session() as session:
        # A service changes; the visit keeps the rules that answered it.
        increase_revision(session)
        session.execute(update(Service).where(Service.code == "EDU").values(need="OTHER"))
    assert "Reglas número 1, " in open_page(as_role("supervisor", number=2), address)
    assert "Reglas número 2, " in as_role("office").get("/routing/cases").get_data(as_text=True)
