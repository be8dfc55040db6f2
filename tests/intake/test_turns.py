"""A form that begins from a turn, and the visit that finishes it."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict
from attention_point.intake import queries, services
from attention_point.intake.draft import read_draft
from attention_point.intake.models import FormDraft, Visit
from attention_point.turns import services as turn_services
from attention_point.turns import steps
from tests.intake.desk import CHECK, RECORD, count, decided, sent
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.turns.kiosk.support import switch_on
from tests.turns.pages.room import (
    QUEUE,
    give,
    list_buttons,
    open_desks,
    press,
    read_fields,
    read_turn,
    send,
    take_desk,
    text,
    words,
)
from tests.turns.support import POINT, agent, open_room
from tests.turns.support import give as give_in_session

CALL_NEXT, START = "Llamar el siguiente", "Comenzar la atención"


@pytest.fixture
def desk_agent(app: Flask, as_role: SignIn) -> PageClient:
    """An agent at desk 1."""
    client = as_role("agent")
    open_desks(app)
    take_desk(client)
    return client


def begin(client: PageClient) -> tuple[str, str]:
    """Call the next and start: the address and the HTML of the form."""
    reply = send(client, press(client, client.get(QUEUE), CALL_NEXT), START)
    address = reply.headers["Location"]
    return address, text(client.get(address))


def save(client: PageClient, address: str, **changes: list[str]) -> str:
    """Check and record the form as it stands; the address of the page to which that leads."""
    fields = {name: values for name, values in sent(client.get(address), CHECK).items() if values}
    reply = client.post(CHECK, data={**fields, **changes})
    page = client.get(reply.headers["Location"])
    assert page.request.path.endswith("/check"), words(page)
    decisions = sent(page, RECORD)
    for name in [name for name in decisions if name.startswith("suggested-")]:
        number = name.removeprefix("suggested-")
        decisions |= {f"decision-{number}-{service}": ["decline"] for service in decisions[name]}
    reply = client.post(RECORD, data=decisions)
    assert reply.status_code == 303
    return str(reply.headers["Location"])


def read_typed(client: PageClient, address: str) -> dict[str, list[str]]:
    """What stands in the form of an address; blank fields are left out."""
    return sent(client.get(address), CHECK)


def test_the_form_begins_with_what_is_known(app: Flask, desk_agent: PageClient) -> None:
    turn = give(
        app,
        needs=("MIG-REG", "HUMAN"),
        language="en",
        companions={"adults": 1, "children": 1},
        preferential=("pregnant",),
        self_intake={
            "given_names": "Yohana",
            "surname_1": "Velásquez",
            "documents-0-number": "V-12.345.678",
            "id": "x",
        },
    )
    address, html = begin(desk_agent)
    typed = read_typed(desk_agent, address)
    given_at = clock.to_local_time(read_turn(app, turn).issued_at)
    assert set(typed["needs"]) == {"MIG-REG", "HUMAN"}
    assert typed["given_names"] == ["Yohana"]
    assert typed["documents-0-number"] == ["V-12.345.678"]
    assert typed["turn"] == [str(turn)]
    assert typed["id"] == [address.rpartition("/")[2]]
    assert (typed["adults"], typed["children"]) == (["1"], ["1"])
    assert typed["arrived_time"] == [f"{given_at:%H:%M}"]
    assert 'id="companions-1"' in html
    # The reason of the preference is for whoever attends, once she attends.
    for expected in ("A-001", "embarazo", "Habla inglés", "escribió algunos datos en el quiosco"):
        assert expected in html
    assert read_turn(app, turn).state == "started"


def test_the_age_of_older_adults_is_that_of_the_turns_policy(app: Flask, desk_agent: PageClient) -> None:
    switch_on(app.extensions["database"], older_adult_age=65)
    give(app, preferential=("older_adult",))
    assert "65 años o más" in begin(desk_agent)[1]


def test_recording_the_visit_finishes_the_turn_and_leads_to_the_next(app: Flask, desk_agent: PageClient) -> None:
    turn, _following = give(app, needs=("HUMAN",), language="en"), give(app)
    address, _html = begin(desk_agent)
    saved = save(desk_agent, address)
    assert "language=both" in saved  # she speaks English: her slip too
    row = read_turn(app, turn)
    assert (row.state, row.sealed) == ("finished", None)
    with app.extensions["database"].read_session() as session:
        visit = queries.find_visit(session, session.scalars(select(Visit.id)).one())
    assert visit
    assert visit.record["turn"] == str(turn)
    assert visit.record["arrived_at"]
    assert count(app, FormDraft) == 0
    page = desk_agent.get(saved)
    page = press(desk_agent, page, CALL_NEXT)
    assert "A-002" in words(page)


def test_starting_twice_leads_to_the_same_form(app: Flask, desk_agent: PageClient) -> None:
    give(app, needs=("MIG-REG",))
    page = press(desk_agent, desk_agent.get(QUEUE), CALL_NEXT)
    addresses = {send(desk_agent, page, START).headers["Location"] for _tap in range(2)}
    addresses.add(send(desk_agent, desk_agent.get(QUEUE), "Seguir con el registro").headers["Location"])
    assert len(addresses) == 1
    assert count(app, FormDraft) == 1


def test_a_form_that_is_abandoned_leads_back_to_its_turn(app: Flask, desk_agent: PageClient) -> None:
    turn = give(app, needs=("MIG-REG",))
    begin(desk_agent)
    page = desk_agent.get("/desk")
    label = next(label for label in list_buttons(page) if label.startswith("Descartar"))
    reply = send(desk_agent, page, label)
    assert reply.headers["Location"] == QUEUE
    page = desk_agent.get(QUEUE)
    assert "En atención" in words(page)
    # It begins anew, or ends for a reason.
    address = send(desk_agent, page, "Seguir con el registro").headers["Location"]
    assert read_typed(desk_agent, address)["needs"] == ["MIG-REG"]
    press(desk_agent, desk_agent.get(f"/turns/{turn}"), "Terminar el turno", reason="information")
    assert (read_turn(app, turn).state, count(app)) == ("closed", 0)


def test_somebody_who_came_before_keeps_the_turn(app: Flask, desk_agent: PageClient) -> None:
    give(app)
    address, _html = begin(desk_agent)
    named = {"given_names": ["Yohana"], "surname_1": ["Velásquez"], "attention": ["yes"], "sex": ["F"]}
    save(desk_agent, address, needs=["HUMAN"], birth_date=["17/03/1991"], **named)
    turn = give(app, needs=("EDU",), first_time=False)
    _address, html = begin(desk_agent)
    assert "Ya vino antes: busque primero" in html
    with app.extensions["database"].read_session() as session:
        person = session.scalars(select(Visit.person_id)).one()
    page = desk_agent.get(f"/people/{person}/visits/new", follow_redirects=True)
    typed = sent(page, CHECK)
    assert (typed["turn"], typed["needs"]) == ([str(turn)], ["EDU"])
    save(desk_agent, page.request.path)
    assert read_turn(app, turn).state == "finished"
    assert count(app, FormDraft) == 0  # the form that was begun first went too
    assert count(app) == 2


def test_an_attention_that_is_not_of_the_turn_leaves_it_open(app: Flask, desk_agent: PageClient) -> None:
    turn = give(app)
    address, _html = begin(desk_agent)
    fields = {name: values for name, values in sent(desk_agent.get(address), CHECK).items() if values}
    fields.pop("turn")
    page = desk_agent.get(desk_agent.post(CHECK, data={**fields, "needs": ["HUMAN"]}).headers["Location"])
    desk_agent.post(RECORD, data=decided(page, default="decline"))
    assert (count(app), read_turn(app, turn).state) == (1, "started")


def test_a_visit_is_saved_though_its_turn_went_to_another_desk(app: Flask, desk_agent: PageClient) -> None:
    turn = give(app)
    address, _html = begin(desk_agent)
    page = desk_agent.get(f"/turns/{turn}")
    press(desk_agent, page, "Pasar", target="any")
    assert "Este turno ya no está en su módulo" in text(desk_agent.get(address))
    save(desk_agent, address, needs=["HUMAN"])
    assert (count(app), read_turn(app, turn).state) == (1, "waiting")


def test_two_taps_on_save_record_one_visit_and_finish_the_turn_once(app: Flask, desk_agent: PageClient) -> None:
    give(app)
    address, _html = begin(desk_agent)
    fields = {name: values for name, values in sent(desk_agent.get(address), CHECK).items() if values}
    page = desk_agent.get(desk_agent.post(CHECK, data={**fields, "needs": ["HUMAN"]}).headers["Location"])
    replies = [desk_agent.post(RECORD, data=decided(page, default="decline")) for _tap in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert count(app) == 1


def test_the_family_of_a_turn_is_recorded_with_it(app: Flask, desk_agent: PageClient) -> None:
    turn = give(app, needs=("HUMAN",), companions={"adults": 0, "children": 1})
    address, _html = begin(desk_agent)
    child = {"companions-0-kin": ["daughter"], "companions-0-given_names": ["Lucía"], "companions-0-birth_date": ["5"]}
    save(desk_agent, address, **child, **{"companions-0-same_needs": ["y"], "attention": ["yes"]})
    assert count(app) == 2
    assert read_turn(app, turn).state == "finished"
    with app.extensions["database"].read_session() as session:
        visits = [queries.find_visit(session, visit) for visit in session.scalars(select(Visit.id))]
    assert {visit.record["turn"] for visit in visits if visit} == {str(turn)}
    assert all(visit and visit.record["arrived_at"] for visit in visits)


def test_the_desks_first_page_says_what_the_room_needs_now(app: Flask, as_role: SignIn) -> None:
    client = as_role("agent")
    open_desks(app)
    assert "turno" not in words(client.get("/desk"))  # a point without turns is not told of them
    give(app)
    assert "Espera 1 turno" in words(client.get("/desk"))
    assert "Escoger mi módulo" in words(client.get("/desk"))
    take_desk(client)
    press(client, client.get("/desk"), CALL_NEXT)
    page = client.get("/desk")
    assert "A-001 Llamado a su módulo" in words(page)
    assert "/visits/drafts/" in send(client, page, START).headers["Location"]


def test_nobody_starts_the_turn_of_another_desk(app: Flask, as_role: SignIn) -> None:
    first, second = as_role("agent"), as_role("agent", number=2)
    open_desks(app)
    turn = give(app)
    page = press(first, take_desk(first, 1), CALL_NEXT)
    form = list_buttons(page)[START].within("form")
    assert form
    token = {"csrf_token": read_fields(list_buttons(take_desk(second, 2))[CALL_NEXT].within("form"))["csrf_token"]}  # type: ignore[arg-type]
    assert second.post(form.get("action"), data=token).headers["Location"] == QUEUE
    assert (read_turn(app, turn).state, count(app, FormDraft)) == ("called", 0)


def payload(turn: UUID, **changes: object) -> dict[str, object]:
    """A visit as a program sends it."""
    now = clock.to_local_time(clock.now()).isoformat()
    return {"id": str(new_id()), "point": POINT, "attended_at": now, "needs": ["HUMAN"], "turn": str(turn), **changes}


def test_the_arrival_is_that_of_the_turn_unless_the_visit_states_one(session: Session) -> None:
    desk, *_ = open_room(session)
    turn = give_in_session(session)
    turn.issued_at -= timedelta(minutes=20)
    turn_services.call_next_turn(session, agent(), desk)
    draft = read_draft(payload(turn.id))
    first = services.record_visit(session, SYSTEM, draft)
    visit = queries.find_visit(session, draft.id)
    assert visit
    assert visit.record["arrived_at"] == turn.issued_at.isoformat().replace("+00:00", "Z")
    assert turn.state == "finished"
    # What a tablet sends again is the same draft, without the arrival that the server added.
    assert services.record_visit(session, SYSTEM, draft).response == first.response
    with pytest.raises(Conflict):
        services.record_visit(session, SYSTEM, read_draft({**payload(turn.id), "id": str(draft.id)}))


@pytest.mark.parametrize("minutes", [-90, 60 * 25])
def test_an_arrival_that_cannot_be_is_left_out(session: Session, minutes: int) -> None:
    open_room(session)
    turn = give_in_session(session)
    turn.issued_at -= timedelta(minutes=minutes)
    draft = read_draft(payload(turn.id))
    services.record_visit(session, SYSTEM, draft)
    visit = queries.find_visit(session, draft.id)
    assert visit
    assert "arrived_at" not in visit.record


def test_a_turn_that_does_not_exist_costs_no_visit(session: Session) -> None:
    open_room(session)
    draft = read_draft(payload(new_id()))
    assert services.record_visit(session, SYSTEM, draft).created
    turn = give_in_session(session)
    turn_services.close_turn(session, SYSTEM, turn.id, "left")
    assert services.record_visit(session, SYSTEM, read_draft(payload(turn.id))).created
    assert steps.lock_turn(session, turn.id).state == "closed"


def test_whoever_was_referred_goes_on_to_the_entitys_desk_in_the_room(app: Flask, as_role: SignIn) -> None:
    supervisor, client, entity = as_role("supervisor"), as_role("agent"), as_role("entity", "sena")
    open_desks(app)
    press(supervisor, supervisor.get("/turns/desks/new"), "Guardar", name="SENA", entity="sena", point=POINT)
    take_desk(client)
    give(app, needs=("EMP-SENA",))
    address, _html = begin(client)
    fields = {name: values for name, values in sent(client.get(address), CHECK).items() if values}
    page = client.get(client.post(CHECK, data={**fields, "attention": ["yes"]}).headers["Location"])
    page = client.get(client.post(RECORD, data=decided(page)).headers["Location"])
    slips = [send(client, page, "Turno para SENA").headers["Location"] for _tap in range(2)]
    assert slips[0] == slips[1]
    paper = client.get(slips[0])
    assert "A-002" in words(paper)
    assert "SENA" not in words(paper)
    press(entity, entity.get(QUEUE), "Módulo SENA")
    assert "A-002" in words(press(entity, entity.get(QUEUE), CALL_NEXT))
