"""The desk's form as an agent uses it: what is typed is found again, and what is wrong is told beside its field."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation import clock
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from tests.accounts.support import PASSWORD, Clock
from tests.intake.desk import (
    CHECK,
    NAME,
    RECORD,
    TYPED,
    SignIn,
    actions,
    checked,
    count,
    decided,
    filled,
    posted,
    recorded,
    sent,
    text,
    told_beside,
    typed,
)
from tests.support.pages import PageClient, read, title_of


def test_from_the_empty_form_to_the_slip(app: Flask, agent: PageClient) -> None:
    assert "Nadie" not in text(agent.get("/desk"))
    page = checked(agent)
    assert count(app) == 0
    assert "María «Ñáñez» &lt;b&gt;O&#39;Neil&lt;/b&gt; &amp; cía Velásquez" in text(page)
    done = agent.post(RECORD, data=decided(page))
    assert done.status_code == 303
    receipt = agent.get(done.headers["Location"])
    reference = re.search(r"BGA-\d{4}-\d{6}", text(receipt))
    assert reference
    assert "Guardado" in text(receipt) or "Se guardó" in text(receipt) or reference[0] in title_of(text(receipt))
    with app.extensions["database"].read_session() as session:
        person = session.scalars(select(Visit.person_id)).one()
    for address in ("/desk", "/visits", f"/people/{person}"):
        assert reference[0] in text(agent.get(address))
    assert "17 de marzo de 1991" in text(agent.get(f"/people/{person}"))

    assert done.headers["Location"].endswith("?print=1")
    slip = agent.get(f"{done.headers['Location'].removesuffix('?print=1')}/slip.pdf")
    assert (slip.status_code, slip.mimetype) == (200, "application/pdf")
    assert f"{reference[0]}.pdf" in slip.headers["Content-Disposition"]
    paper = " ".join(page.extract_text() for page in PdfReader(BytesIO(slip.get_data())).pages)
    assert reference[0] in paper
    assert not [
        word for word in ("María", "Ñáñez", "Neil", "Velásquez", "12345678", "12.345.678", "1991") if word in paper
    ]
    assert {"visit.record", "visit.view", "visit.slip", "person.view"} <= set(actions(app))


@pytest.mark.parametrize(
    "asked",
    ["12345678", "pasaporte 045678123", "Yohana Belasques", "velazquez johana 1991", "Velas", "Yohna Velásquez"],
)
def test_a_person_is_found_by_document_and_by_sound(app: Flask, agent: PageClient, asked: str) -> None:
    recorded(agent, given_names=["Yohana"])
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    found = posted(agent, "/desk/search", {"csrf_token": token, "q": [asked]})
    assert found.request.path.startswith("/desk/search/")
    assert "Yohana Velásquez" in text(found)
    assert actions(app)[-1] == "people.search"
    known = next(
        one.get("href")
        for one in read(text(found))
        if "/visits/new/" in one.get("href") and "people" in one.get("href")
    )
    form = typed(agent.get(known, follow_redirects=True))
    again = {
        name: form.get(name) for name in ("given_names", "surname_1", "birth_date", "documents-1-number", "seeing")
    }
    assert again == {
        "given_names": ["Yohana"], "surname_1": ["Velásquez"], "birth_date": ["17/03/1991"],
        "documents-1-number": ["045678123"], "seeing": ["some"],
    }  # fmt: skip
    # The record, and then what became of her referrals.
    assert actions(app)[-2:] == ["person.view", "referral.list"]
    recorded(agent, given_names=["Yohana"], person_id=form["person_id"])
    assert (count(app, Visit), count(app, Person)) == (2, 1)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("/desk", "/desk"),
        ("/visits/new/00000000-0000-7000-8000-000000000007", "/desk"),
        ("/visits", "/visits"),
        ("/account", "/account"),
    ],
)
def test_the_menu_says_where_one_is(agent: PageClient, address: str, line: str) -> None:
    page = text(agent.get(address))
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [line]


def test_nobody_found_leads_to_the_form_with_what_was_typed(agent: PageClient) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    found = posted(agent, "/desk/search", {"csrf_token": token, "q": ["nadie maría conocida de la peña"]})
    assert "No hay nadie registrado que coincida." in text(found)
    form = posted(agent, "/visits/drafts", sent(found, "/visits/drafts"))
    names = {name: typed(form).get(name) for name in ("given_names", "surname_1", "surname_2")}
    assert names == {"given_names": ["Nadie María"], "surname_1": ["Conocida"], "surname_2": ["de la Peña"]}
    assert typed(form)["attended_on"]


@pytest.mark.parametrize("asked", ["", "1.2E+09", "ñ" * 201, "a\u200bb"])
def test_a_search_that_cannot_be_made_says_why(agent: PageClient, asked: str) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    refused = agent.post("/desk/search", data={"csrf_token": token, "q": asked, "at_once": "yes"})
    assert refused.status_code == 422
    told_beside(refused, "q", "q")
    refused = agent.post("/desk/search", data={"csrf_token": token, "q": asked}, follow_redirects=True)
    assert refused.status_code == 200
    told_beside(refused, "q", "q")


TOMORROW = f"{clock.to_local_time(clock.now()) + timedelta(days=3):%d/%m/%Y}"


BAD: list[tuple[str, str, str]] = [
    ("given_names", "x" * 81, ""),
    ("given_names", "a\ufffdb", ""),
    ("surname_1", "y" * 61, ""),
    ("birth_date", "31/02/1991", ""),
    ("birth_date", "mañana", ""),
    ("birth_date", "17/03/1850", ""),
    ("birth_date", TOMORROW, ""),
    ("phone", "3" * 26, ""),
    ("documents-0-number", "1.2E+09", ""),
    ("documents-0-number", "9" * 33, ""),
    ("documents-1-expires", "01/13/2019", ""),
    ("documents-2-number", "77", "documents-2-type"),
    ("adults", "-1", ""),
    ("adults", "51", ""),
    ("children", "dos", ""),
    ("attended_on", "32/13/2017", ""),
    ("attended_on", TOMORROW, ""),
    ("attended_on", "01/01/1999", ""),
    ("attended_on", "", ""),
    ("attended_time", "25:99", "attended_on"),
    ("notes", "z" * 2001, ""),
]


def test_a_bad_value_is_told_beside_its_field_and_nothing_is_lost(app: Flask, agent: PageClient) -> None:
    whole = filled(agent)
    for field, value, told in BAD:
        fields = {**whole, field: [value]}
        refused = posted(agent, CHECK, fields)
        told_beside(refused, told or field, told or field)
        assert typed(refused) == {name: each for name, each in fields.items() if name != "csrf_token" and each != [""]}
        assert text(agent.get(f"{refused.request.path}?sent=1")).count(f'id="{told or field}-error"') == 1
        assert "<script>alert" not in text(refused)
    assert count(app) == 0


def test_no_need_is_told_and_nothing_is_lost(agent: PageClient) -> None:
    refused = posted(agent, CHECK, filled(agent, needs=[]))
    told_beside(refused, "needs", "needs")
    assert typed(refused)["notes"] == TYPED["notes"]


TAMPERED = {
    "needs": "NOT-THERE", "sex": "Q", "nationality": "Atlantis", "municipality": "99999", "origin": "ZZ",
    "population": "x", "education": "77", "ethnicity": "A", "accompanied_by": "uncle", "seeing": "bad",
    "vulnerabilities": "rich", "complained_of": "nobody", "point": "cucuta", "documents-0-type": "ZZ",
}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("field", ["given_names", "birth_date", "phone", "documents-0-number"])
def test_a_pasted_sign_that_cannot_be_seen_is_told_once_and_nothing_is_lost(agent: PageClient, field: str) -> None:
    fields = filled(agent, phone=["+57 300 7654321"])
    seen = fields[field][0]
    refused = posted(agent, CHECK, {**fields, field: [f"\u202a{seen}\u202c"]})
    told_beside(refused, field, field)
    assert "Borre cada � y revise lo escrito." in text(refused)
    assert sent(refused, CHECK)[field] == [f"�{seen}�"]


def test_a_code_of_no_list_is_told_beside_its_field(app: Flask, agent: PageClient) -> None:
    whole = filled(agent)
    for field, value in TAMPERED.items():
        refused = posted(agent, CHECK, {**whole, field: [value]})
        assert f'id="{field}-error"' in text(refused)
        assert typed(refused)["given_names"] == [NAME]
    assert count(app) == 0


@pytest.mark.parametrize(("field", "value"), [("person_id", "1"), ("text_version", "x" * 30)])
def test_what_nobody_types_is_told_at_the_head(app: Flask, agent: PageClient, field: str, value: str) -> None:
    refused = posted(agent, CHECK, filled(agent, **{field: [value]}))
    assert 'role="alert"' in text(refused)
    assert typed(refused)["given_names"] == [NAME]
    assert count(app) == 0


@pytest.mark.parametrize("invented", ["zz", "", "00000000-0000-7000-8000-000000000007"])
def test_a_form_under_an_invented_id_is_not_recorded(app: Flask, agent: PageClient, invented: str) -> None:
    assert agent.post(RECORD, data=filled(agent, id=[invented])).status_code == 404
    assert count(app) == 0


def sign_in_again(agent: PageClient, asked: TestResponse, address: str) -> TestResponse:
    """The page to which the form leads that waited while its session had ended."""
    assert asked.status_code == 401
    again = {**sent(asked, "/sign-in/resume"), "_email": ["agent.desk.1@example.org"], "_password": [PASSWORD]}
    back = agent.post("/sign-in/resume", data=again)
    assert back.status_code == 200
    return posted(agent, address, sent(back, address))


def test_an_expired_session_loses_nothing(app: Flask, agent: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fields, time = filled(agent), Clock()
    monkeypatch.setattr(clock, "now", time)
    time.pass_by(minutes=21)
    form = sign_in_again(agent, agent.post(CHECK, data=fields), CHECK)
    # Past midnight the form also says of which day it asked.
    kept = {name: values for name, values in typed(form).items() if name != "asked_on"}
    assert kept == {name: values for name, values in fields.items() if name != "csrf_token"}
    assert "Lo que escribió no se perdió" in text(form)
    assert count(app) == 0
    assert posted(agent, CHECK, sent(form, CHECK)).request.path.endswith("/check")


def test_a_session_that_ends_at_the_check_page_loses_no_decision(
    app: Flask, agent: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields, time = decided(checked(agent), MIG_REG="decline"), Clock()
    monkeypatch.setattr(clock, "now", time)
    time.pass_by(minutes=21)
    asked = agent.post(RECORD, data=fields)
    # What was typed is on the server: the page on which one signs in holds no name.
    assert "Ñáñez" not in text(asked)
    page = sign_in_again(agent, asked, RECORD)
    assert "Lo que escribió no se perdió" in text(page)
    assert count(app) == 0
    decisions = {name: sent(page, RECORD)[name] for name in ("decision-0-MIG-REG", "decision-0-EMP-SENA")}
    assert decisions == {"decision-0-MIG-REG": ["decline"], "decision-0-EMP-SENA": ["refer"]}
    assert agent.post(RECORD, data=sent(page, RECORD)).status_code == 303
    assert count(app) == 1


def test_correcting_brings_the_whole_form_back(app: Flask, agent: PageClient) -> None:
    fields = filled(agent)
    page = posted(agent, CHECK, fields)
    form = posted(agent, page.request.path, {**decided(page, "decline"), "action": ["edit"]})
    assert typed(form) == {name: values for name, values in fields.items() if name != "csrf_token"}
    # What was decided before the correction stays decided.
    assert sent(posted(agent, CHECK, sent(form, CHECK)), RECORD)["decision-0-MIG-REG"] == ["decline"]
    assert count(app) == 0


def test_the_search_begins_in_its_box_and_ends_at_what_was_found(agent: PageClient) -> None:
    home = agent.get("/desk")
    assert [one.get("id") for one in read(text(home)) if "autofocus" in one.attributes] == ["q"]
    token = sent(home, "/desk/search")["csrf_token"]
    found = posted(agent, "/desk/search", {"csrf_token": token, "q": ["Nadie Conocida"]})
    assert [one.get("id") for one in read(text(found)) if "autofocus" in one.attributes] == ["results-status"]
    assert typed(found, "/desk/search")["q"] == ["Nadie Conocida"]


def test_a_search_is_found_again_by_its_agent_alone(agent: PageClient, as_role: SignIn, app: Flask) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    address = posted(agent, "/desk/search", {"csrf_token": token, "q": ["Nadie Conocida"]}).request.path
    assert typed(agent.get(address), "/desk/search")["q"] == ["Nadie Conocida"]
    assert as_role("supervisor").get(address).headers["Location"] == "/desk"
    assert actions(app).count("people.search") == 2


def test_a_search_that_a_script_answered_is_kept_for_its_agent_alone(agent: PageClient, as_role: SignIn) -> None:
    home = agent.get("/desk")
    address = next(str(part.get("data-kept")) for part in read(text(home)) if "data-kept" in part.attributes)
    form = {**sent(home, "/desk/search"), "q": ["Nadie Conocida"]}
    assert agent.get(address).headers["Location"] == "/desk"
    assert agent.post(address, data=form).status_code == 204
    assert typed(agent.get(address), "/desk/search")["q"] == ["Nadie Conocida"]
    other = as_role("supervisor")
    form = {**sent(other.get("/desk"), "/desk/search"), "q": ["Otra Cosa"]}
    assert other.post(address, data=form).status_code == 404
    assert typed(agent.get(address), "/desk/search")["q"] == ["Nadie Conocida"]


def test_every_page_has_the_search_for_those_who_may_search(as_role: SignIn) -> None:
    for role, has_search in (("agent", True), ("supervisor", True), ("office", False), ("admin", False)):
        page = text(as_role(role).get("/account"))
        assert ('action="/desk/search"' in page) is has_search, role


def test_of_who_gave_nothing_the_page_says_so(app: Flask, agent: PageClient) -> None:
    form = sent(agent.get("/visits/new", follow_redirects=True), CHECK)
    page = posted(agent, CHECK, {**form, "municipality": [], "needs": ["HUMAN"]})
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    with app.extensions["database"].read_session() as session:
        person = session.scalars(select(Visit.person_id)).one()
    assert "No se anotó nada." in text(agent.get(f"/people/{person}"))


def test_the_text_comes_with_its_questions_and_asks_nothing_about_figures(agent: PageClient) -> None:
    page = agent.get("/visits/new", follow_redirects=True)
    fields = [one for one in read(text(page)) if one.tag == "input" and one.get("type") == "radio"]
    names = {one.get("name") for one in fields}
    assert {"attention", "contact", "research"} < names
    assert "statistics" not in names
    assert not [one for one in fields if "checked" in one.attributes]
    assert "multas, detenciones" in text(page)


def test_who_said_yes_before_is_not_asked_again(app: Flask, agent: PageClient) -> None:
    recorded(agent, attention=["yes"], contact=["no"], research=[])
    with app.extensions["database"].read_session() as session:
        visit = session.execute(select(Visit)).scalar_one()
    page = agent.get(f"/people/{visit.person_id}/visits/new", follow_redirects=True)
    assert "Dijo sí el" in text(page)
    assert "Sí a las dos" in text(page)
