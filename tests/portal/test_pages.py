"""The entity's pages as a browser gets them."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.journal.partner_entries import EntryRow
from attention_point.foundation.journal.queries import EntrySearch, list_newest_entries
from attention_point.foundation.language import gettext
from attention_point.intake.models import Visit
from attention_point.referrals.models import Referral
from tests.portal.support import browser, hidden, referral_of, send, visit
from tests.support.openings import open_file
from tests.support.pages import read
from tests.support.visits import person

ALONE = {"person": person(birth_date="2006-02-01"), "household": {"accompanied_by": "alone"}}


def text(page: TestResponse) -> str:
    return page.get_data(as_text=True)


def state_of(app: Flask, referral: UUID) -> tuple[str, int]:
    with app.extensions["database"].read_session() as session:
        found = session.get_one(Referral, referral)
        return found.state, found.version


def journaled(app: Flask, action: str) -> list[EntryRow]:
    with app.extensions["database"].read_session() as session:
        return list_newest_entries(session, None, 100, EntrySearch(action=action))[::-1]


def code_of(app: Flask, answer: dict) -> str:
    with app.extensions["database"].read_session() as session:
        return session.get_one(Visit, UUID(answer["id"])).code


def test_the_inbox_shows_the_entity_s_own_and_says_when_it_is_empty(app: Flask) -> None:
    answer = visit(app, person=person(surname_1="Canarioamarillo", phone="+57 300 7654321"))
    sena, icbf = browser(app, entity="sena"), browser(app, entity="icbf")
    page = text(sena.get("/portal"))
    assert answer["reference"] in page
    assert "Canarioamarillo" in page
    assert "36 años" not in page
    assert "26 años" in page  # on the day of the attention
    other = text(icbf.get("/portal"))
    assert "Aquí no hay remisiones." in other
    for secret in (answer["reference"], "Canarioamarillo", "7654321", str(referral_of(answer, "sena"))):
        assert secret not in other
    assert "Aquí no hay remisiones." in text(sena.get("/portal?show=accepted"))
    assert answer["reference"] in text(sena.get("/portal?show=nothing&before=nothing"))


def test_an_entity_s_account_opens_on_its_referrals(app: Flask) -> None:
    assert browser(app, entity="sena").get("/").headers["Location"].endswith("/portal")


def test_opening_a_referral_marks_it_seen_and_is_kept_in_the_journal(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    client.get("/portal")
    assert state_of(app, referral) == ("created", 1)
    first = client.get(f"/portal/referrals/{referral}")
    assert state_of(app, referral) == ("seen", 1)
    assert hidden(first, "version") == "1"
    client.get(f"/portal/referrals/{referral}")
    assert len(journaled(app, "referral.view")) == 2
    assert len(journaled(app, "referral.answer")) == 1
    assert gettext("Seen") in text(client.get("/portal"))


def test_the_page_tells_of_the_person_what_the_service_needs(app: Flask) -> None:
    answer = visit(
        app, person=person(surname_2="Canarioazul", phone="+57 300 7654321"), notes="Canarioverde",
        vulnerabilities=["gender_violence", "pregnant"], household={"adults": 7}, needs=["HUMAN", "SALUD-URG"],
        facts={"violence_within_72_hours": False},
    )  # fmt: skip
    shelter = text(
        browser(app, entity="pastoral-social").get(f"/portal/referrals/{referral_of(answer, 'pastoral-social')}")
    )
    assert "+57 300 7654321" in shelter
    assert gettext("Adults who came along") in shelter
    for secret in ("Canarioazul", "Canarioverde", "1991", "iolencia", "mbaraz"):
        assert secret not in shelter
    hospital = text(browser(app, entity="salud").get(f"/portal/referrals/{referral_of(answer, 'salud')}"))
    assert "Canarioazul" in hospital
    for secret in ("7654321", "Canarioverde", "1991", "iolencia", "mbaraz", gettext("Adults who came along")):
        assert secret not in hospital


def test_an_answer_is_saved_and_shown_in_the_history(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    page = client.get(f"/portal/referrals/{referral}")
    reply = send(client, page, f"/portal/referrals/{referral}/answer", state="accepted", note="Lunes a las 8")
    assert reply.status_code == 303
    assert state_of(app, referral) == ("accepted", 2)
    assert "Lunes a las 8" in text(client.get(reply.location))
    repeated = send(client, page, f"/portal/referrals/{referral}/answer", state="accepted", note="Lunes a las 8")
    assert repeated.status_code == 303
    assert state_of(app, referral) == ("accepted", 2)


def test_a_missing_reason_is_told_beside_its_field_and_nothing_typed_is_lost(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    page = client.get(f"/portal/referrals/{referral}")
    reply = send(client, page, f"/portal/referrals/{referral}/answer", state="rejected", note="Una nota escrita")
    assert reply.status_code == 422
    assert "Elija la razón o escríbala." in text(reply)
    assert "Una nota escrita" in text(reply)
    assert re.search(r'value="rejected"[^>]*checked', text(reply))
    assert state_of(app, referral) == ("seen", 1)
    assert len(journaled(app, "referral.view")) == 2  # the page that came back shows the person again
    corrected = send(client, reply, f"/portal/referrals/{referral}/answer", state="rejected", reason="No hay cupos")
    assert corrected.status_code == 303


def test_an_invalid_answer_to_an_unopened_referral_reads_nothing_in_secret(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    page = client.get("/portal")
    fields = {"csrf_token": hidden(page, "csrf_token"), "version": "1", "state": "closed"}
    assert client.post(f"/portal/referrals/{referral}/answer", data=fields).status_code == 422
    assert len(journaled(app, "referral.view")) == 1


def test_the_second_of_two_answers_is_shown_the_difference(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    one, two = browser(app, entity="sena"), browser(app, entity="sena")
    address = f"/portal/referrals/{referral}"
    first, second = one.get(address), two.get(address)
    assert send(one, first, f"{address}/answer", state="accepted", note="Lunes").status_code == 303
    reply = send(two, second, f"{address}/answer", state="rejected", reason="No hay cupos", note="Viernes")
    assert reply.status_code == 409
    for words in ("Rechazada", "Aceptada", "Viernes", "Lunes", "No hay cupos"):
        assert words in text(reply)
    assert state_of(app, referral) == ("accepted", 2)
    links = [
        element.get("href")
        for element in read(reply.get_data(as_text=True))
        if element.tag == "a" and element.within("main")
    ]
    assert links == [address, "/"]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "²"])
def test_a_version_that_is_none_is_late(app: Flask, version: str) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    page = client.get(f"/portal/referrals/{referral}")
    fields = {"csrf_token": hidden(page, "csrf_token"), "version": version, "state": "accepted"}
    assert client.post(f"/portal/referrals/{referral}/answer", data=fields).status_code == 409


def _body(page: TestResponse, named: object) -> str:
    """A page without what differs from one request to the next."""
    plain = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", text(page))
    return plain.replace(str(named), "")


def test_another_entity_s_referral_is_the_page_of_one_that_is_not_there(app: Flask) -> None:
    referral, missing = referral_of(visit(app), "sena"), new_id()
    client = browser(app, entity="icbf")
    pages = [client.get(f"/portal/referrals/{named}") for named in (referral, missing)]
    assert [page.status_code for page in pages] == [404, 404]
    assert _body(pages[0], referral) == _body(pages[1], missing)
    token = hidden(client.get("/portal"), "csrf_token")
    sent = [
        client.post(
            f"/portal/referrals/{named}/answer", data={"csrf_token": token, "version": "1", "state": "accepted"}
        )
        for named in (referral, missing)
    ]
    assert [page.status_code for page in sent] == [404, 404]
    assert _body(sent[0], referral) == _body(sent[1], missing)
    assert state_of(app, referral) == ("created", 1)


def test_a_restricted_referral_stands_on_its_own_page_alone(app: Flask) -> None:
    answer = visit(app, needs=["VBG", "EDU"], person=person(surname_1="Canariorojo"))
    client = browser(app, entity="comisaria-familia")
    for show in ("waiting", "accepted", "answered"):
        assert "Canariorojo" not in text(client.get(f"/portal?show={show}"))
    assert not journaled(app, "referral.list")[0].detail.count(str(referral_of(answer, "comisaria-familia")))
    page = text(client.get("/portal/restricted"))
    assert "Canariorojo" in page
    # Whether it is confidential is sealed in the referral: the journal, which stands in clear, does not say it.
    referral = referral_of(answer, "comisaria-familia")
    assert str(referral) in journaled(app, "referral.list")[-1].detail
    # What its reason asks of the agent is not asked of the entity.
    assert "No se sabe si pasó en las últimas 72 horas" in text(client.get(f"/portal/referrals/{referral}"))
    client.get("/portal/list.xlsx?restricted=1")
    client.get("/portal/print?restricted=1")
    sent = {"csrf_token": hidden(client.get("/portal/restricted"), "csrf_token"), "q": "Canariorojo", "restricted": "1"}
    client.get(client.post("/portal/search", data=sent).headers["Location"])
    for action in ("referral.list", "referral.view", "referral.export", "referral.search"):
        entries = journaled(app, action)
        assert entries, action
        assert not [entry for entry in entries if "restricted" in entry.detail], action
    for entity in ("secretaria-educacion", "fiscalia"):
        other = browser(app, entity=entity)
        assert "Canariorojo" not in text(other.get("/portal/restricted"))
        assert other.get(f"/portal/referrals/{referral_of(answer, 'comisaria-familia')}").status_code == 404


def test_a_mandatory_and_urgent_path_says_so(app: Flask) -> None:
    visit(app, **ALONE, needs=["EDU"])
    page = text(browser(app, entity="icbf").get("/portal"))
    assert gettext("Urgent") in page
    assert gettext("Mandatory") in page


def test_a_slip_s_code_leads_to_the_entity_s_referral(app: Flask) -> None:
    answer = visit(app)
    code = code_of(app, dict(answer))
    client = browser(app, entity="sena")
    reply = client.get(f"/portal/slips/{code}")
    assert reply.status_code == 302
    assert reply.location == f"/portal/referrals/{referral_of(answer, 'sena')}"
    assert client.get(f"/portal/slips/{code.lower()}").status_code == 302
    assert browser(app, entity="icbf").get(f"/portal/slips/{code}").status_code == 404
    assert client.get("/portal/slips/OOOOOOOOOOOOOOOO").status_code == 404
    assert client.get("/portal/slips/ABC").status_code == 404


def test_another_s_slip_at_the_window_finds_nobody_and_keeps_the_box(app: Flask) -> None:
    code = code_of(app, dict(visit(app, needs=["EMP-SENA"], person=person(surname_1="Canarioazul"))))
    for entity, found in (("sena", True), ("icbf", False)):
        client = browser(app, entity=entity)
        token = hidden(client.get("/portal"), "csrf_token")
        reply = client.post("/portal/search", data={"csrf_token": token, "q": code})
        assert ("/portal/slips/" in reply.headers["Location"]) is found
        page = client.get(reply.headers["Location"], follow_redirects=True)
        assert page.status_code == 200
        assert ("Canarioazul" in text(page)) is found
        assert ("En sus remisiones no hay nadie así." in text(page)) is not found


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_a_slip_s_code_leads_the_desk_to_the_attention(app: Flask, role: str) -> None:
    answer = visit(app)
    client = browser(app, role)
    if role == "supervisor":
        with app.extensions["database"].read_session() as session:
            open_file(client, session.get_one(Visit, UUID(answer["id"])).person_id)
    reply = client.get(f"/portal/slips/{code_of(app, dict(answer))}")
    assert reply.status_code == 302
    assert reply.location == f"/visits/{answer['id']}"
    assert client.get("/portal/slips/AAAAAAAAAAAAAAAA").status_code == 404


def test_a_slip_s_code_opens_a_restricted_attention_to_the_supervisor_alone(app: Flask) -> None:
    code = code_of(app, dict(visit(app, needs=["VBG"])))
    agent = browser(app, "agent")
    pages = [agent.get(f"/portal/slips/{slip_code}") for slip_code in (code, "AAAAAAAAAAAAAAAA")]
    assert [page.status_code for page in pages] == [404, 404]
    assert _body(pages[0], code) == _body(pages[1], "AAAAAAAAAAAAAAAA")
    asked = browser(app, "supervisor").get(f"/portal/slips/{code}")
    assert (asked.status_code, "/open?next=" in asked.headers["Location"]) == (303, True)
    assert "/people/" not in text(browser(app, "office").get(f"/portal/slips/{code}"))


def test_a_slip_with_several_services_of_one_entity_lets_choose(app: Flask) -> None:
    answer = visit(app, needs=["RC-CO", "ID-CO"])
    page = browser(app, entity="registraduria").get(f"/portal/slips/{code_of(app, dict(answer))}")
    assert page.status_code == 200
    for each in answer["referrals"]:
        assert each["id"] in text(page)


def test_who_is_not_signed_in_signs_in_and_comes_back(app: Flask) -> None:
    code = code_of(app, dict(visit(app)))
    page = app.test_client().get(f"/portal/slips/{code}")
    # It may be whoever was sent; staff whose session is over find their way from there.
    assert f'href="/sign-in?next=/portal/slips/{code}"' in text(page)


@pytest.mark.parametrize("role", ["agent", "office", "supervisor", "auditor", "admin"])
def test_the_portal_is_the_entities_own(app: Flask, role: str) -> None:
    assert browser(app, role).get("/portal").status_code == 403


def test_a_form_sent_without_a_session_comes_back_filled_in(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    client = browser(app, entity="sena")
    page = client.get(f"/portal/referrals/{referral}")
    reply = send(client, page, f"/portal/referrals/{referral}/answer", state="accepted", note="Una nota", _resumed="1")
    assert reply.status_code == 200
    assert "Una nota" in text(reply)
    assert state_of(app, referral) == ("seen", 1)


def test_pages_lead_on_without_repeating_or_losing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attention_point.portal.inbox.views.PAGE_SIZE", 2)
    references = {visit(app, needs=["EMP-SENA"])["reference"] for _each in range(5)}
    client, address, seen = browser(app, entity="sena"), "/portal", []
    while address:
        page = text(client.get(address))
        seen += sorted(set(re.findall(r"BGA-2017-\d{6}", page)))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(references)


def test_an_appointment_is_seen_by_the_desk_and_stands_on_the_slip(app: Flask) -> None:
    answer = visit(app)
    referral = referral_of(answer, "sena")
    sena, address = browser(app, entity="sena"), f"/portal/referrals/{referral}"
    day = (clock.today() + timedelta(days=5)).strftime("%d/%m/%Y")
    typed = {"appointment-on": day, "appointment-place": "Carrera 27 # 15-07", "appointment-bring": "El diploma"}
    page = send(sena, sena.get(address), f"{address}/answer", state="accepted", **typed)
    assert page.status_code == 422
    assert "Escriba el día y la hora de la cita." in text(page)
    assert day in text(page)
    page = send(sena, page, f"{address}/answer", state="accepted", **typed, **{"appointment-time": "14:30"})
    assert page.status_code == 303
    agent = browser(app, "agent")
    visit_page = text(agent.get(f"/visits/{answer['id']}"))
    assert visit_page.count("2:30") >= 2  # beside the referral, and on the slip
    assert visit_page.count("Carrera 27 # 15-07") >= 2
    for shown in (text(agent.get(f"/referrals/{referral}")), text(sena.get(address)), visit_page):
        assert "El diploma" in shown
    # Another one in its place.
    send(sena, sena.get(address), f"{address}/answer", state="accepted", **typed, **{"appointment-time": "08:00"})
    visit_page = text(agent.get(f"/visits/{answer['id']}"))
    assert "2:30" not in visit_page
    assert "8:00" in visit_page


def test_who_answers_the_same_need_stands_first_and_others_by_entity(app: Flask) -> None:
    client = browser(app, entity="sena")
    referral = referral_of(visit(app, needs=["EMP-SENA"]), "sena")
    page = text(client.get(f"/portal/referrals/{referral}/forward"))
    near, _select, others = page.partition('<select class="input" name="to"')
    assert near.count("?to=") == 1
    assert "?to=EMP-SENA:centro-integrate" in near
    assert others.index('<optgroup label="ACNUR">') < others.index('<optgroup label="Registraduría">')
    chosen = client.get(f"/portal/referrals/{referral}/forward?to=EDU:secretaria-educacion")
    assert "Enviar sus datos a Secretaría de Educación" in text(chosen)
