"""The desk's pages of referrals."""

from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from tests.portal.support import browser, referral_of, send, visit
from tests.support.openings import open_page
from tests.support.visits import person

ALONE = {
    "person": person(birth_date="2006-02-01"),
    "household": {"accompanied_by": "alone"},
    "guardian": {"name": "Rosa Peña", "relation": "custodian"},
}


def text(page: TestResponse) -> str:
    return page.get_data(as_text=True)


def test_open_referrals_are_listed_without_those_of_a_confidential_visit(app: Flask) -> None:
    agent = browser(app, "agent")
    assert "No hay remisiones abiertas." in text(agent.get("/referrals"))
    answer = visit(app, needs=["VBG", "EMP-SENA"])
    page = text(agent.get("/referrals"))
    # The ordinary one too: beside it, its visit would be missed.
    assert str(referral_of(answer, "sena")) not in page
    assert "Comisaría" not in page
    supervisor, ordinary = browser(app, "supervisor"), referral_of(answer, "sena")
    assert str(ordinary) not in text(supervisor.get("/referrals"))
    open_page(supervisor, f"/referrals/{ordinary}")  # for a reason
    listed = text(supervisor.get("/referrals"))
    assert str(ordinary) in listed
    assert str(referral_of(answer, "comisaria-familia")) not in listed


def test_a_referral_is_withdrawn_with_a_reason(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    agent, address = browser(app, "agent"), f"/referrals/{referral}"
    page = agent.get(address)
    refused = send(agent, page, f"{address}/answer", state="withdrawn", note="Una nota escrita")
    assert refused.status_code == 422
    assert "Escriba el motivo." in text(refused)
    assert "Una nota escrita" in text(refused)
    assert send(agent, refused, f"{address}/answer", state="withdrawn", reason="Se fue").status_code == 303
    closed = text(agent.get(address))
    assert "Se fue" in closed
    assert "Por ahora no hay más respuestas posibles." in closed
    assert str(referral) not in text(agent.get("/referrals"))


def test_the_mandatory_path_says_what_it_asks_for(app: Flask) -> None:
    answer = visit(app, **ALONE, needs=["EDU"])
    agent = browser(app, "agent")
    assert "Ruta obligatoria" in text(agent.get(f"/referrals/{referral_of(answer, 'icbf')}"))
    assert "Ruta obligatoria" not in text(agent.get(f"/referrals/{referral_of(answer, 'secretaria-educacion')}"))


def test_a_restricted_referral_is_the_supervisor_s(app: Flask) -> None:
    referral = referral_of(visit(app, needs=["VBG"]), "comisaria-familia")
    agent = browser(app, "agent")
    hidden, missing = agent.get(f"/referrals/{referral}"), agent.get(f"/referrals/{UUID(int=7)}")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert open_page(browser(app, "supervisor"), f"/referrals/{referral}")


def test_an_answer_that_the_entity_gave_meanwhile_is_shown(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    agent, sena = browser(app, "agent"), browser(app, entity="sena")
    page = agent.get(f"/referrals/{referral}")
    own = sena.get(f"/portal/referrals/{referral}")
    send(sena, own, f"/portal/referrals/{referral}/answer", state="accepted", note="Lunes")
    late = send(agent, page, f"/referrals/{referral}/answer", state="withdrawn", reason="Se fue")
    assert late.status_code == 409
    assert "Aceptada" in text(late)
    assert "La entidad" in text(agent.get(f"/referrals/{referral}"))


def test_entities_do_not_reach_the_desk_s_pages(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    sena = browser(app, entity="sena")
    assert sena.get("/referrals").status_code == 403
    assert sena.get(f"/referrals/{referral}").status_code == 403
