"""The door gives turns and their papers; a desk is configured; the day is closed."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation.database import new_id
from attention_point.turns import queries
from attention_point.turns.entity_queues import open_desk_entity
from attention_point.turns.models import Desk, Turn
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.turns.kiosk.support import switch_on
from tests.turns.pages.room import QUEUE, give, open_desks, press, read_turn, send, send_form, take_desk, text, words
from tests.turns.support import POINT

GIVE = "Dar el turno e imprimir"


@pytest.fixture
def door(app: Flask, as_role: SignIn) -> PageClient:
    """An agent at the door of a room with four desks."""
    agent = as_role("agent")
    open_desks(app)
    return agent


def list_turns(app: Flask) -> list[Turn]:
    """Every turn of the point, in the order of arrival."""
    with app.extensions["database"].read_session() as session:
        return list(session.scalars(select(Turn).order_by(Turn.issued_at, Turn.id)))


def test_one_tap_gives_a_turn_and_prints_its_paper(app: Flask, door: PageClient) -> None:
    reply = send(door, door.get("/turns/new"), GIVE)
    page = door.get(reply.headers["Location"])
    assert "print=1" in reply.headers["Location"]
    assert "data-print-now" in text(page)
    for expected in ("Su turno", "A-001", "Usted es el siguiente turno", "Nadie puede pedirle dinero"):
        assert expected in words(page)
    assert [turn.channel for turn in list_turns(app)] == ["door"]


def test_what_was_said_goes_along_sealed_and_is_not_on_the_paper(app: Flask, door: PageClient) -> None:
    page = press(
        door,
        door.get("/turns/new"),
        GIVE,
        needs=["MIG-REG", "no such need"],
        language="en",
        preferential=["pregnant"],
        adults="1",
        children="2",
        first_time="no",
    )
    (turn,) = list_turns(app)
    with app.extensions["database"].read_session() as session:
        details = queries.read_turn_details(session, turn)
    assert (details.needs, details.language, details.preferential) == (("MIG-REG",), "en", ("pregnant",))
    assert (details.companions.adults, details.companions.children, details.first_time) == (1, 2, False)
    paper = re.search(r"<article.*?</article>", text(page), re.DOTALL)
    assert paper
    assert "Your turn" in paper[0]  # in the language of the person
    for word in ("pregnan", "embaraz", "prefer", "Permisos"):
        assert word not in paper[0]


def test_the_age_of_older_adults_is_that_of_the_policy(app: Flask, door: PageClient) -> None:
    assert "60 años o más" in words(door.get("/turns/new"))
    switch_on(app.extensions["database"], older_adult_age=62)
    assert "62 años o más" in words(door.get("/turns/new"))


def test_the_paper_says_how_many_are_before(app: Flask, door: PageClient) -> None:
    give(app)
    give(app)
    page = press(door, door.get("/turns/new"), GIVE)
    assert "Antes de usted hay 2 turnos" in words(page)


@pytest.mark.parametrize("paper", ["a4", "half_letter", "ticket"])
def test_the_paper_is_chosen(app: Flask, door: PageClient, paper: str) -> None:
    page = text(door.get(f"/turns/{give(app)}/slip?paper={paper}"))
    assert f"page-{paper}.css" in page
    assert f"slip--{paper}" in page


def test_two_taps_give_one_turn_and_both_print_it(app: Flask, door: PageClient) -> None:
    page = door.get("/turns/new")
    replies = [send(door, page, GIVE), send(door, page, GIVE)]
    assert len(list_turns(app)) == 1
    assert replies[0].headers["Location"] == replies[1].headers["Location"]


def test_a_page_that_gave_a_turn_never_gives_it_to_a_second_person(app: Flask, door: PageClient) -> None:
    page = door.get("/turns/new")
    send(door, page, GIVE)
    again = send_form(door, page, GIVE, {"needs": ["MIG-REG"]})
    assert again.status_code == 409
    assert "Con esta página ya se dio un turno" in words(again)
    send(door, again, GIVE)
    assert [turn.code for turn in list_turns(app)] == ["A-001", "A-002"]


def test_a_number_that_is_none_is_told_and_nothing_is_lost(app: Flask, door: PageClient) -> None:
    page = send_form(door, door.get("/turns/new"), GIVE, {"children": "tres", "needs": ["MIG-REG"]})
    assert page.status_code == 422
    assert "Escriba un número de 0 a 50" in words(page)
    assert 'value="tres"' in text(page)
    assert re.search(r'value="MIG-REG"[^>]*checked', text(page))
    assert list_turns(app) == []


def test_whoever_scans_the_paper_sees_the_place_and_nothing_else(app: Flask, door: PageClient) -> None:
    anybody = PageClient(app, app.response_class)
    give(app)
    turn = give(app, needs=("MIG-REG",), preferential=("pregnant",), language="en")
    page = anybody.get(f"/turns/{turn}/place")
    assert "A-002 Antes de usted hay 1 turno" in words(page)
    for word in ("Permisos", "Preferencial", "inglés"):
        assert word not in words(page)
    press(door, take_desk(door, 2), "Llamar A-002")
    assert "Pase al módulo 2" in words(anybody.get(f"/turns/{turn}/place"))
    press(door, door.get(QUEUE), "No vino")
    assert "Vaya a la puerta" in words(anybody.get(f"/turns/{turn}/place"))
    press(door, door.get(f"/turns/{turn}"), "Terminar el turno", reason="left")
    assert "Este turno ya terminó" in words(anybody.get(f"/turns/{turn}/place"))
    assert anybody.get(f"/turns/{new_id()}/place").status_code == 404
    assert door.get(f"/turns/{turn}/slip").status_code == 303


def test_desks_are_configured(app: Flask, as_role: SignIn) -> None:
    supervisor = as_role("supervisor")
    open_desks(app)
    taken = send_form(supervisor, supervisor.get("/turns/desks/new"), "Guardar", {"name": " 3 ", "point": POINT})
    assert taken.status_code == 422
    assert "Ya hay un módulo con este número" in words(taken)
    unnamed = send_form(supervisor, supervisor.get("/turns/desks/new"), "Guardar", {"name": "", "point": POINT})
    assert "Escriba el número del módulo" in words(unnamed)
    long = send_form(supervisor, supervisor.get("/turns/desks/new"), "Guardar", {"name": "5" * 21, "point": POINT})
    assert "20 caracteres o menos" in words(long)
    page = press(supervisor, supervisor.get("/turns/desks/new"), "Guardar", name="5", point=POINT, entity="icbf")
    assert "Módulo 5" in words(page)
    with app.extensions["database"].read_session() as session:
        desk = session.scalars(select(Desk).where(Desk.name == "5")).one()
        assert (open_desk_entity(session, desk), desk.is_active) == ("icbf", True)
    page = press(supervisor, supervisor.get(f"/turns/desks/{desk.id}"), "Guardar", name="6", entity="", is_active=[])
    assert "Fuera de uso" in words(page)
    assert supervisor.get(f"/turns/desks/{new_id()}").status_code == 404


def test_a_desk_goes_out_of_use_only_when_nobody_is_attended_there(app: Flask, as_role: SignIn) -> None:
    supervisor, agent = as_role("supervisor"), as_role("agent")
    desk = open_desks(app)[0]
    turn = give(app)
    page = press(agent, press(agent, take_desk(agent), "Llamar el siguiente"), "Comenzar la atención")
    address = f"/turns/desks/{desk}"
    refused = send_form(supervisor, supervisor.get(address), "Guardar", {"is_active": []})
    assert refused.status_code == 409
    assert "A-001" in words(refused)
    press(agent, agent.get(f"/turns/{turn}"), "Terminar el turno", reason="other")
    page = press(supervisor, supervisor.get(address), "Guardar", is_active=[])
    assert "Fuera de uso" in words(page)
    assert "¿En qué módulo atiende hoy?" in words(agent.get(QUEUE))


def test_the_supervisor_frees_a_desk_that_somebody_forgot(app: Flask, as_role: SignIn) -> None:
    supervisor, agent = as_role("supervisor"), as_role("agent")
    open_desks(app)
    take_desk(agent)
    page = press(supervisor, supervisor.get("/turns/desks"), "Liberar 1")
    assert "Aquí ya atiende alguien" not in words(page)
    assert "¿En qué módulo atiende hoy?" in words(agent.get(QUEUE))


def test_closing_the_day_ends_every_turn_and_says_how_many(app: Flask, as_role: SignIn) -> None:
    supervisor, agent = as_role("supervisor"), as_role("agent")
    open_desks(app)
    absent, waiting = give(app), give(app, needs=("MIG-REG",))
    press(agent, press(agent, take_desk(agent), "Llamar el siguiente"), "No vino")
    page = supervisor.get("/turns/closing")
    assert "Cerrar el día con 2 turnos abiertos" in words(page)
    page = press(supervisor, page, "Cerrar el día con 2 turnos abiertos")
    assert "terminaron 2 turnos" in words(page)
    assert [read_turn(app, turn).closing_reason for turn in (absent, waiting)] == ["absent", "left_over"]
    assert read_turn(app, waiting).sealed is None
    assert "No hay turnos abiertos" in words(supervisor.get("/turns/closing"))
    assert agent.get("/turns/closing").status_code == 403


def test_who_keeps_the_accounts_configures_desks_and_calls_nobody(app: Flask, as_role: SignIn) -> None:
    admin = as_role("admin")
    open_desks(app)
    assert admin.get(QUEUE).status_code == 403
    page = press(admin, admin.get("/turns/desks/new"), "Guardar", name="9", point=POINT)
    assert "Módulo 9" in words(page)
    assert f'href="{QUEUE}"' not in text(page)
    assert f'href="{QUEUE}"' not in text(admin.get("/turns/closing"))
