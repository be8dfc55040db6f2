"""The desk's form as an agent uses it: what is typed is found again, and what is wrong is told beside its field."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

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
    recorded,
    sent,
    text,
    told_beside,
    typed,
)
from tests.support.pages import PageClient, read, title_of


@pytest.fixture
def agent(as_role: SignIn) -> PageClient:
    """An agent at the desk."""
    return as_role("agent")


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
    with app.extensions["database"].reading() as session:
        person = session.scalars(select(Visit.person_id)).one()
    for address in ("/desk", "/visits", f"/people/{person}"):
        assert reference[0] in text(agent.get(address))
    assert "17 de marzo de 1991" in text(agent.get(f"/people/{person}"))

    slip = agent.get(f"{done.headers['Location']}/slip.pdf")
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
    [
        {"document_type": "DE", "document_number": "12345678"},
        {"document_type": "PA", "document_number": "045678123"},
        {"name": "Yohana Belasques"},
        {"name": "johana velazquez", "birth_year": "1991"},
    ],
)
def test_a_person_is_found_by_document_and_by_sound(app: Flask, agent: PageClient, asked: dict[str, str]) -> None:
    recorded(agent, given_names=["Yohana"])
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    found = agent.post("/desk/search", data={"csrf_token": token, **asked})
    assert found.status_code == 200
    assert "Yohana Velásquez" in text(found)
    assert actions(app)[-1] == "people.search"
    known = next(
        one.get("href")
        for one in read(text(found))
        if one.get("href").endswith("/visits/new") and "people" in one.get("href")
    )
    form = typed(agent.get(known))
    again = {
        name: form.get(name) for name in ("given_names", "surname_1", "birth_date", "documents-1-number", "seeing")
    }
    assert again == {
        "given_names": ["Yohana"], "surname_1": ["Velásquez"], "birth_date": ["17/03/1991"],
        "documents-1-number": ["045678123"], "seeing": ["some"],
    }  # fmt: skip
    assert actions(app)[-1] == "person.view"
    recorded(agent, given_names=["Yohana"], person_id=form["person_id"])
    assert (count(app, Visit), count(app, Person)) == (2, 1)


@pytest.mark.parametrize(
    ("address", "line"),
    [("/desk", "/desk"), ("/visits/new", "/desk"), ("/visits", "/visits"), ("/account", "/account")],
)
def test_the_menu_says_where_one_is(agent: PageClient, address: str, line: str) -> None:
    page = text(agent.get(address))
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [line]


def test_nobody_found_leads_to_the_form(agent: PageClient) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    found = agent.post("/desk/search", data={"csrf_token": token, "name": "Nadie Conocida"})
    assert "No hay nadie registrado que coincida." in text(found)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "document_number"),
        ({"document_type": "DE", "document_number": "1.2E+09"}, "document_number"),
        ({"name": "ñ" * 121}, "name"),
        ({"name": "Ana", "birth_year": "91"}, "birth_year"),
    ],
)
def test_a_search_that_cannot_be_made_says_why(agent: PageClient, asked: dict[str, str], field: str) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    refused = agent.post("/desk/search", data={"csrf_token": token, **asked})
    assert refused.status_code == 422
    told_beside(refused, field, field)
    assert {name: [value] for name, value in asked.items()}.items() <= typed(refused, "/desk/search").items()


TOMORROW = f"{clock.local(clock.now()) + timedelta(days=3):%d/%m/%Y}"


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


@pytest.mark.parametrize(
    ("database_url", "address"), [("sqlite", CHECK), ("postgresql", RECORD)], indirect=["database_url"]
)
def test_a_bad_value_is_told_beside_its_field_and_nothing_is_lost(app: Flask, agent: PageClient, address: str) -> None:
    whole = filled(agent)
    for field, value, told in BAD:
        fields = {**whole, field: [value]}
        refused = agent.post(address, data=fields)
        assert refused.status_code == 422, field
        told_beside(refused, told or field, told or field)
        assert typed(refused) == {name: each for name, each in fields.items() if name != "csrf_token" and each != [""]}
        assert "<script>alert" not in text(refused)
    assert count(app) == 0


def test_no_need_is_told_and_nothing_is_lost(agent: PageClient) -> None:
    refused = agent.post(CHECK, data=filled(agent, needs=[]))
    assert refused.status_code == 422
    told_beside(refused, "needs", "needs")
    assert typed(refused)["notes"] == TYPED["notes"]


TAMPERED = {
    "needs": "NOT-THERE", "sex": "Q", "nationality": "Venezuela", "municipality": "99999", "origin": "ZZ",
    "population": "x", "education": "77", "ethnicity": "A", "accompanied_by": "uncle", "seeing": "bad",
    "vulnerabilities": "rich", "complained_of": "nobody", "point": "cucuta", "documents-0-type": "ZZ",
}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("field", ["given_names", "birth_date", "phone", "documents-0-number"])
def test_a_pasted_sign_that_cannot_be_seen_is_told_once_and_nothing_is_lost(agent: PageClient, field: str) -> None:
    fields = filled(agent, phone=["+57 300 7654321"])
    seen = fields[field][0]
    refused = agent.post(CHECK, data={**fields, field: [f"\u202a{seen}\u202c"]})
    assert refused.status_code == 422
    told_beside(refused, field, field)
    assert "Borre cada � y revise lo escrito." in text(refused)
    assert sent(refused, CHECK)[field] == [f"�{seen}�"]


def test_a_code_of_no_list_is_told_beside_its_field(app: Flask, agent: PageClient) -> None:
    whole = filled(agent)
    for field, value in TAMPERED.items():
        refused = agent.post(CHECK, data={**whole, field: [value]})
        assert refused.status_code == 422, field
        assert f'id="{field}-error"' in text(refused)
        assert typed(refused)["given_names"] == [NAME]
    assert count(app) == 0


@pytest.mark.parametrize(("field", "value"), [("id", "zz"), ("person_id", "1"), ("text_version", "1999")])
def test_what_nobody_types_is_told_at_the_head(app: Flask, agent: PageClient, field: str, value: str) -> None:
    refused = agent.post(RECORD, data=filled(agent, **{field: [value]}))
    assert refused.status_code == 422
    assert 'role="alert"' in text(refused)
    assert typed(refused)["given_names"] == [NAME]
    assert count(app) == 0


@pytest.mark.parametrize("address", [CHECK, RECORD])
def test_an_expired_session_loses_nothing(
    app: Flask, agent: PageClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    fields, time = filled(agent), Clock()
    monkeypatch.setattr(clock, "now", time)
    time.pass_by(minutes=21)
    asked = agent.post(address, data=fields)
    assert asked.status_code == 401
    again = {**sent(asked, "/sign-in/resume"), "_email": ["agent.desk.1@example.org"], "_password": [PASSWORD]}
    back = agent.post("/sign-in/resume", data=again)
    assert back.status_code == 200
    form = agent.post(address, data=sent(back, address))
    assert form.status_code == 200
    assert typed(form) == {name: values for name, values in fields.items() if name != "csrf_token"}
    assert "Lo que escribió no se perdió" in text(form)
    assert count(app) == 0
    assert agent.post(CHECK, data=sent(form, CHECK)).status_code == 200


def test_correcting_brings_the_whole_form_back(app: Flask, agent: PageClient) -> None:
    fields = filled(agent)
    page = agent.post(CHECK, data=fields)
    form = agent.post(CHECK, data={**sent(page, RECORD), "action": ["edit"]})
    assert form.status_code == 200
    assert typed(form) == {name: values for name, values in fields.items() if name != "csrf_token"}
    assert count(app) == 0


def test_the_search_begins_at_the_number_and_ends_at_what_was_found(agent: PageClient) -> None:
    home = agent.get("/desk")
    assert [one.get("id") for one in read(text(home)) if "autofocus" in one.attributes] == ["document_number"]
    token = sent(home, "/desk/search")["csrf_token"]
    found = agent.post("/desk/search", data={"csrf_token": token, "name": "Nadie Conocida"})
    assert [one.get("id") for one in read(text(found)) if "autofocus" in one.attributes] == ["results"]


def test_of_who_gave_nothing_the_page_says_so(app: Flask, agent: PageClient) -> None:
    form = sent(agent.get("/visits/new"), CHECK)
    page = agent.post(CHECK, data={**form, "point": ["bucaramanga"], "needs": ["HUMAN"]})
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    with app.extensions["database"].reading() as session:
        person = session.scalars(select(Visit.person_id)).one()
    assert "No se anotó nada." in text(agent.get(f"/people/{person}"))
