"""The queue as agents at several desks work from it."""

from flask import Flask

from tests.support.staff import SignIn
from tests.turns.pages.room import QUEUE, give, list_buttons, open_desks, press, read_turn, send, take_desk, words

CALL_NEXT = "Llamar el siguiente"


def test_a_shift_begins_with_the_choice_of_a_desk(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    page = agent.get(QUEUE)
    assert "¿En qué módulo atiende hoy?" in words(page)
    page = press(agent, page, "Módulo 3")
    assert "Turnos · Módulo 3" in words(page)
    assert CALL_NEXT in list_buttons(page)


def test_a_point_without_desks_says_who_adds_them(as_role: SignIn) -> None:
    assert "Quien supervisa lo agrega" in words(as_role("agent").get(QUEUE))
    assert 'href="/turns/desks/new"' in as_role("supervisor").get(QUEUE).get_data(as_text=True)


def test_a_desk_where_somebody_works_cannot_be_chosen(app: Flask, as_role: SignIn) -> None:
    first, second = as_role("agent"), as_role("agent", number=2)
    open_desks(app)
    old_page = second.get(QUEUE)
    take_desk(first)
    assert "Módulo 1" not in list_buttons(second.get(QUEUE))
    # The page was older than the choice of the other one.
    page = press(second, old_page, "Módulo 1")
    assert "1." in words(page).partition("Turnos")[0]  # the plain sentence
    assert "¿En qué módulo atiende hoy?" in words(page)


def test_whoever_is_next_is_called_and_the_queue_shows_needs_and_language(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    give(app, needs=("MIG-REG", "VBG"), language="en", companions={"adults": 1, "children": 2})
    give(app)
    page = take_desk(agent)
    assert "violencia" not in words(page)  # whoever sits at a desk may read the list, and know whose code it is
    assert "Esperan 2 turnos" in words(page)
    assert "Permisos para vivir en Colombia" in words(page)
    assert "Habla inglés" in words(page)
    assert "Viene con 1 adulto y 2 menores" in words(page)
    page = press(agent, page, CALL_NEXT)
    assert "Se llamó el turno A-001" in words(page)
    assert "violencia" in words(page)
    assert "Espera 1 turno" in words(page)
    assert CALL_NEXT not in list_buttons(page)


def test_the_queue_marks_who_is_preferential_and_never_why(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    give(app, preferential=("pregnant", "disability"))
    page = take_desk(agent)
    assert "Preferencial" in words(page)
    page = press(agent, page, CALL_NEXT)
    for word in ("embaraz", "discapacidad", "pregnant"):
        assert word not in page.get_data(as_text=True).lower()


def test_a_second_tap_calls_nobody_else(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    first, second = give(app), give(app)
    page = take_desk(agent)
    press(agent, page, CALL_NEXT)
    page = press(agent, page, CALL_NEXT)  # the same page again: without a script, or by the button "back"
    assert (read_turn(app, first).state, read_turn(app, second).state) == ("called", "waiting")
    assert "A-001" in words(page)


def test_a_turn_that_two_desks_want_goes_to_the_faster_one_and_the_other_gets_the_next(
    app: Flask, as_role: SignIn
) -> None:
    first, second = as_role("agent"), as_role("agent", number=2)
    open_desks(app)
    wanted, following = give(app), give(app)
    first_page, second_page = take_desk(first, 1), take_desk(second, 2)
    first_page, second_page = first.get(QUEUE), second.get(QUEUE)
    press(first, first_page, "Llamar A-001")
    page = press(second, second_page, "Llamar A-001")
    assert "A-001" in words(page).partition("Turnos ·")[0]  # the plain sentence
    assert "Se llamó el turno A-002" in words(page)
    desks = [read_turn(app, turn).desk_id for turn in (wanted, following)]
    assert len(set(desks)) == 2
    assert read_turn(app, wanted).calls == 1


def test_who_did_not_come_can_be_brought_back(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    absent, following = give(app), give(app)
    page = press(agent, take_desk(agent), CALL_NEXT)
    page = press(agent, page, "Llamar otra vez")
    assert read_turn(app, absent).calls == 2
    page = press(agent, page, "No vino: llamar el siguiente")
    assert (read_turn(app, absent).state, read_turn(app, following).state) == ("absent", "called")
    assert "Llamados que no vinieron" in words(page)
    page = press(agent, page, "Volver a la fila A-001")
    assert read_turn(app, absent).state == "waiting"
    # The old page of a turn that is nobody's any more.
    page = press(agent, page, "No vino")
    assert read_turn(app, following).state == "absent"


def test_a_turn_is_transferred_to_another_desk(app: Flask, as_role: SignIn) -> None:
    first, second = as_role("agent"), as_role("agent", number=2)
    desks = open_desks(app)
    turn = give(app)
    take_desk(second, 2)
    press(first, take_desk(first, 1), CALL_NEXT)
    page = first.get(f"/turns/{turn}")
    nowhere = first.post(f"/turns/{turn}/transfer", data={"csrf_token": _token(page)})
    assert nowhere.status_code == 422
    page = press(first, page, "Pasar", target=f"desk:{desks[1]}")
    assert "espera ahora para: Módulo 2" in words(page)
    # It waits for the second desk alone.
    assert "Nadie espera" in words(page)
    assert "A-001" in words(second.get(QUEUE))
    assert "Se llamó el turno A-001" in words(press(second, second.get(QUEUE), CALL_NEXT))


def test_a_turn_ends_without_an_attention_for_a_reason(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    turn = give(app, needs=("MIG-REG",))
    press(agent, take_desk(agent), CALL_NEXT)
    page = agent.get(f"/turns/{turn}")
    assert agent.post(f"/turns/{turn}/close", data={"csrf_token": _token(page)}).status_code == 422
    assert read_turn(app, turn).state == "called"
    press(agent, page, "Terminar el turno", reason="left")
    row = read_turn(app, turn)
    assert (row.state, row.closing_reason, row.sealed) == ("closed", "left", None)
    assert "La persona se fue" in words(agent.get(f"/turns/{turn}"))


def test_the_turn_of_another_desk_is_left_to_it(app: Flask, as_role: SignIn) -> None:
    first, second = as_role("agent"), as_role("agent", number=2)
    open_desks(app)
    turn = give(app)
    page = press(first, take_desk(first, 1), CALL_NEXT)
    take_desk(second, 2)
    for label in ("Llamar otra vez", "No vino", "Comenzar la atención"):
        form = list_buttons(page)[label].within("form")
        assert form
        reply = second.post(form.get("action"), data={"csrf_token": _token(second.get(QUEUE))})
        assert reply.status_code == 303
        assert "A-001" in words(second.get(QUEUE)).partition("Turnos ·")[0]
    assert (read_turn(app, turn).state, read_turn(app, turn).calls) == ("called", 1)
    assert "Terminar el turno" not in list_buttons(second.get(f"/turns/{turn}"))


def test_an_entity_sees_and_calls_only_what_was_transferred_to_it(app: Flask, as_role: SignIn) -> None:
    supervisor, agent, entity = as_role("supervisor"), as_role("agent"), as_role("entity", "icbf")
    open_desks(app)
    turn, other = give(app, needs=("MIG-REG", "VBG", "NNA-PROT")), give(app)
    page = supervisor.get("/turns/desks/new")
    press(supervisor, page, "Guardar", name="ICBF", entity="icbf", point="bucaramanga")
    assert "Nadie espera" in words(entity.get(QUEUE))
    assert "los turnos que le pasa el punto" in words(entity.get(QUEUE))
    page = press(entity, entity.get(QUEUE), "Módulo ICBF")
    assert entity.get(f"/turns/{turn}").status_code == 404
    press(agent, take_desk(agent), CALL_NEXT)
    press(agent, agent.get(f"/turns/{turn}"), "Pasar", target="entity:icbf")
    assert "Espera 1 turno" in words(agent.get(QUEUE))
    page = press(entity, entity.get(QUEUE), CALL_NEXT)
    assert "A-001" in words(page)
    assert "A-002" not in words(page)
    # What the person said to the point stays with the point.
    for shown in (page, entity.get(f"/turns/{turn}")):
        assert "Protección de niñas, niños y adolescentes" in words(shown)
        assert "violencia" not in words(shown)
        assert "Permisos para vivir" not in words(shown)
    page = press(entity, press(entity, page, "Comenzar la atención"), "Terminar")
    assert read_turn(app, turn).state == "finished"
    assert read_turn(app, other).state == "waiting"


def test_leaving_the_desk_puts_the_called_turn_back(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    turn = give(app)
    page = press(agent, take_desk(agent), CALL_NEXT)
    page = press(agent, page, "Dejar el módulo 1")
    assert read_turn(app, turn).state == "waiting"
    assert "¿En qué módulo atiende hoy?" in words(page)


def test_a_small_reply_says_that_something_changed_and_opens_nothing(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    take_desk(agent)
    first = agent.get("/turns/queue.json")
    assert len(first.data) < 60
    give(app, needs=("MIG-REG",))
    second = agent.get("/turns/queue.json")
    assert first.get_json()["tag"] != second.get_json()["tag"]
    assert 'data-tag="' + second.get_json()["tag"] in agent.get(QUEUE).get_data(as_text=True)


def test_a_button_of_a_session_that_had_ended_is_not_pressed_by_itself(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    open_desks(app)
    turn = give(app)
    page = take_desk(agent)
    send(agent, page, CALL_NEXT, _resumed="1")
    assert read_turn(app, turn).state == "waiting"
    assert "Ingresó de nuevo" in words(agent.get(QUEUE))


def _token(page: object) -> str:
    form = next(iter(list_buttons(page).values())).within("form")  # type: ignore[arg-type]
    assert form
    return next(element.get("value") for element in form.inside if element.get("name") == "csrf_token")
