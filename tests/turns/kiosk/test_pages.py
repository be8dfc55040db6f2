"""The kiosk's pages: who reaches them, the way to the turn without scripts, and what is left of a visitor."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.directory.models import DirectoryState, Point
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.turns.kiosk.answers_cookie import ABANDONED_AFTER, COOKIE_NAMES
from tests.accounts.devices.support import add_device, browser_of, enrol, revoke
from tests.accounts.support import Clock, token_of
from tests.support.pages import PageClient, read
from tests.turns.kiosk.support import OWN_PAGE, list_given, open_kiosk, press, send, switch_on, title_of

COOKIE = COOKIE_NAMES[False]
CANARY = "Yohanacanaria"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test moves."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved


def give_turn(browser: PageClient, turn_id: object = None, headers: Any = OWN_PAGE, **details: Any) -> Any:
    """Ask for a turn as the script does."""
    return browser.post("/kiosk/turns", json={"id": str(turn_id or new_id()), "details": details}, headers=headers)


def walk_to(browser: PageClient, step: str) -> Any:
    """Answer the questions of a first visit until one of them, without scripts."""
    taps = {
        "needs": {"language": "es"}, "first_time": {"need": "EDU"}, "companions": {"first_time": "yes"},
        "preferential": {"action": "next"}, "intake": {"preferential": "none"}, "consent": {"intake": "yes"},
        "given_names": {"attention": "yes"},
    }  # fmt: skip
    reply: Any = None
    for name, fields in taps.items():
        reply = press(browser, **fields)
        if name == step:
            break
    return reply


def test_only_an_enrolled_kiosk_or_tablet_opens_it(app: Flask, client: PageClient, database: Database) -> None:
    assert client.get("/kiosk").location == "/devices/enrol"
    assert browser_of(app, enrol(database, "Pantalla", "screen")).get("/kiosk").status_code == 403
    assert browser_of(app, enrol(database, "Tableta", "tablet")).get("/kiosk").status_code == 200
    kiosk = open_kiosk(app)
    assert kiosk.get("/kiosk").status_code == 200
    revoke(database, "Quiosco 1")
    assert kiosk.get("/kiosk").status_code == 401
    assert give_turn(kiosk).status_code == 401


def test_the_first_page_keeps_nothing_leads_nowhere_and_names_nobody(app: Flask) -> None:
    reply = open_kiosk(app, self_intake=True).get("/kiosk")
    assert reply.headers["Cache-Control"] == "no-store"
    elements = read(reply.text)
    assert {element.get("href") for element in elements if element.tag == "a"} == {"/kiosk/leave"}
    boxes = [element for element in elements if element.tag in {"form", "input", "select"}]
    assert len(boxes) > 20
    assert [str(box) for box in boxes if box.get("type") != "hidden" and box.get("autocomplete") != "off"] == []
    assert all(element.get("maxlength") == "" for element in boxes)


def test_both_languages_have_the_same_questions(app: Flask) -> None:
    elements = read(open_kiosk(app, self_intake=True).get("/kiosk").text)
    forms = [element for element in elements if element.get("data-language")]
    questions = [[part.get("data-step") for part in form.inside if part.get("data-step")] for form in forms]
    buttons = [
        [(part.get("name"), part.get("value")) for part in form.inside if part.tag == "button"] for form in forms
    ]
    assert questions[0] == questions[1]
    assert buttons[0] == buttons[1]
    assert len(questions[0]) > 12


def test_a_turn_without_scripts_in_five_presses(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app)
    for fields, title in (
        ({"language": "en"}, "What do you need today?"),
        ({"need": "VBG"}, "Is it your first time here?"),
        ({"first_time": "yes"}, "Who comes with you?"),
        ({"action": "next"}, "Is one of these your case?"),
        ({"preferential": "pregnant"}, "Your turn is"),
    ):
        reply = press(kiosk, **fields)
        assert title_of(reply) == title
        assert reply.headers["Cache-Control"] == "no-store"
        assert "url=/kiosk" in reply.headers["Refresh"]
        assert "VBG" not in reply.request.url
    [(turn, details)] = list_given(database)
    assert turn.code in reply.text
    assert "Nobody is before you." in reply.text
    assert (turn.channel, details.language, details.needs, details.preferential) == (
        "kiosk", "en", ("VBG",), ("pregnant",),
    )  # fmt: skip
    assert "pregnant" not in reply.text
    # Going back shows the turn, never the answers; the first screen forgets both.
    assert kiosk.get("/kiosk/steps").location == "/kiosk/turn"
    kiosk.get("/kiosk")
    assert kiosk.get("/kiosk/turn").location == "/kiosk"
    assert kiosk.get("/kiosk/steps").location == "/kiosk"


def test_a_second_press_on_the_last_button_gives_no_second_turn(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app)
    shown = walk_to(kiosk, "preferential")
    fields = {"csrf_token": token_of(shown), "step": "preferential", "preferential": "none"}
    cookie = kiosk.get_cookie(COOKIE)
    assert cookie
    assert title_of(send(kiosk, fields)) == "Su turno es"
    assert title_of(send(kiosk, fields)) == "Su turno es"
    kiosk.set_cookie(COOKIE, cookie.value)  # the second of two taps, sent before the first one's reply came
    assert title_of(send(kiosk, fields)) == "Su turno es"
    assert len(list_given(database)) == 1


def test_a_page_that_going_back_has_shown_again_changes_nothing(app: Flask) -> None:
    kiosk = open_kiosk(app)
    old_page = walk_to(kiosk, "needs")
    walk = press(kiosk, need="EDU")
    reply = send(kiosk, {"csrf_token": token_of(old_page), "step": "needs", "need": "VBG"})
    assert title_of(reply) == title_of(walk)


def test_going_back_starting_again_and_larger_letters_without_scripts(app: Flask) -> None:
    kiosk = open_kiosk(app)
    assert title_of(walk_to(kiosk, "companions")) == "¿Quién viene con usted?"
    larger = press(kiosk, action="text_size")
    assert 'data-text-size="1"' in larger.text
    assert 'data-contrast="high"' in press(kiosk, action="contrast").text
    assert title_of(press(kiosk, action="back")) == "¿Es su primera vez aquí?"
    first_screen = press(kiosk, action="restart")
    assert title_of(first_screen) == "Tome su turno Take your turn"
    assert 'data-contrast="high"' not in first_screen.text
    assert kiosk.get_cookie(COOKIE) is None


def test_a_code_that_is_none_stays_as_typed_beside_its_message(app: Flask) -> None:
    kiosk = open_kiosk(app)
    walk_to(kiosk, "first_time")
    press(kiosk, first_time="no")
    reply = press(kiosk, slip_code="mi hoja", action="next")
    assert reply.status_code == 422
    assert 'value="mi hoja"' in reply.text
    assert "Este código no parece" in reply.text
    assert title_of(press(kiosk, slip_code="mi hoja", action="skip")) == "¿Quién viene con usted?"


def test_what_is_typed_travels_sealed_and_waits_sealed(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app, self_intake=True)
    assert title_of(walk_to(kiosk, "given_names")) == "¿Cuáles son sus nombres?"
    reply = press(kiosk, given_names="x" * 81)
    assert reply.status_code == 422
    assert "x" * 81 in reply.text
    for fields in (
        {"given_names": CANARY}, {"surname_1": "Pérez", "surname_2": ""}, {"birth_date": "17031991"},
        {"documents-0-type": "DE", "documents-0-number": "V-12345678"}, {"phone": "300 1234567"},
    ):  # fmt: skip
        press(kiosk, **fields)
        cookie = kiosk.get_cookie(COOKIE)
        assert cookie
        assert CANARY.encode() not in urlsafe_b64decode(cookie.value)
        assert len(cookie.value) < 4000
    assert title_of(press(kiosk, origin="VE-S")) == "Su turno es"
    [(turn, details)] = list_given(database)
    assert details.self_intake == {
        "attention": "yes", "text_version": "2026-11", "text_language": "es", "given_names": CANARY,
        "surname_1": "Pérez", "birth_date": "17031991", "documents-0-type": "DE", "documents-0-number": "V-12345678",
        "phone": "300 1234567", "origin": "VE-S",
    }  # fmt: skip
    assert turn.sealed
    assert CANARY.encode() not in turn.sealed


def test_the_consent_text_in_force_is_read_first_and_a_no_gives_the_turn(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app, self_intake=True)
    page = walk_to(kiosk, "consent")
    assert 'data-text-version="2026-11"' in page.text
    assert "Nada de lo que diga aquí sirve para multas" in page.text
    assert title_of(press(kiosk, attention="no")) == "Su turno es"
    assert list_given(database)[0][1].self_intake is None


def _of_another_device(app: Flask, kiosk: PageClient, cookie: str) -> str:
    token = enrol(app.extensions["database"], "Quiosco 2", "kiosk")
    kiosk.set_cookie(DEVICE_COOKIE_NAMES[False], token)
    return cookie


def _changed(_app: Flask, _kiosk: PageClient, cookie: str) -> str:
    content = bytearray(urlsafe_b64decode(cookie))
    content[-1] ^= 1
    return urlsafe_b64encode(bytes(content)).decode()


@pytest.mark.parametrize("spoil", [_of_another_device, _changed, lambda *_: "x", lambda *_: "", lambda *_: "ñ"])
def test_answers_that_are_not_this_kiosk_s_open_nothing(
    app: Flask, spoil: Callable[[Flask, PageClient, str], str]
) -> None:
    kiosk = open_kiosk(app)
    walk_to(kiosk, "companions")
    cookie = kiosk.get_cookie(COOKIE)
    assert cookie
    kiosk.set_cookie(COOKIE, spoil(app, kiosk, cookie.value))
    assert kiosk.get("/kiosk/steps").location == "/kiosk"
    assert kiosk.get("/kiosk/turn").location == "/kiosk"


@pytest.mark.parametrize("seconds", [ABANDONED_AFTER.total_seconds() + 1, -ABANDONED_AFTER.total_seconds() - 1])
def test_answers_end_when_nobody_touches_the_kiosk(app: Flask, time: Clock, seconds: float) -> None:
    kiosk = open_kiosk(app)
    shown = walk_to(kiosk, "companions")
    time.pass_by(seconds=seconds)
    assert kiosk.get("/kiosk/steps").location == "/kiosk"
    fields = {"csrf_token": token_of(shown), "step": "companions", "action": "next"}
    assert kiosk.post("/kiosk/steps", data=fields).location == "/kiosk"


def test_the_script_gets_code_place_and_qr_code(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app)
    turn_id = new_id()
    details: dict[str, Any] = {
        "needs": ["EDU", "HUMAN"], "language": "en", "companions": {"adults": 1, "children": 3}, "first_time": False,
        "slip_code": "BGA-2026-000124", "preferential": ["small_children"],
    }  # fmt: skip
    reply = give_turn(kiosk, turn_id, **details)
    assert reply.status_code == 201
    body = reply.get_json()
    assert set(body) == {"code", "ahead", "issued_at", "qr"}
    assert (body["code"], body["ahead"]) == ("A-001", 0)
    assert re.fullmatch(r"[Mmh0-9. ]+", body["qr"]["path"])
    again = give_turn(kiosk, turn_id, **details)
    assert (again.status_code, again.get_json()["code"]) == (200, "A-001")
    assert give_turn(kiosk, turn_id, needs=["VBG"]).status_code == 409
    assert give_turn(kiosk).get_json()["ahead"] == 1
    [(_turn, said), _second] = list_given(database)
    assert said.model_dump(mode="json", exclude_defaults=True) == details | {"companions": {"adults": 1, "children": 3}}


def test_a_reason_that_only_staff_record_is_left_out(app: Flask, database: Database) -> None:
    assert give_turn(open_kiosk(app), preferential=["other", "pregnant", "other"]).status_code == 201
    assert list_given(database)[0][1].preferential == ("pregnant",)


def test_the_reasons_are_those_of_the_policy_with_its_age(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app)
    assert "Tengo 60 años o más" in kiosk.get("/kiosk").text
    switch_on(database, older_adult_age=65, preferential_groups=["older_adult", "disability"])
    for page in (kiosk.get("/kiosk"), walk_to(kiosk, "preferential")):
        assert "Tengo 65 años o más" in page.text
        assert "Tengo una discapacidad" in page.text
        assert "Estoy embarazada" not in page.text


@pytest.mark.parametrize("content", [{"preferential_calls": 0}, {"preferential_groups": ["other"]}])
def test_where_nobody_is_preferred_nobody_is_asked(app: Flask, database: Database, content: dict[str, object]) -> None:
    kiosk = open_kiosk(app)
    switch_on(database, **content)
    assert 'data-step="preferential"' not in kiosk.get("/kiosk").text
    assert "Su turno es" in walk_to(kiosk, "preferential").text


@pytest.mark.parametrize(
    "self_intake",
    [
        {"given_names": CANARY},
        {"attention": "no", "text_version": "2026-11", "given_names": CANARY},
        {"attention": "yes", "given_names": CANARY},
    ],
)
def test_without_the_yes_to_a_text_no_name_is_kept(app: Flask, database: Database, self_intake: dict[str, str]) -> None:
    assert give_turn(open_kiosk(app, self_intake=True), self_intake=self_intake).status_code == 201
    assert list_given(database)[0][1].self_intake is None


def test_a_page_of_before_the_change_gets_its_turn_without_what_is_no_longer_asked(
    app: Flask, database: Database
) -> None:
    self_intake = {"attention": "yes", "text_version": "2026-11", "given_names": CANARY, "notes": "x", "x": "y"}
    kiosk = open_kiosk(app)
    details: dict[str, Any] = {"needs": ["EDU", "GONE", "EDU"], "slip_code": "no code", "self_intake": self_intake}
    assert give_turn(kiosk, **details).status_code == 201
    assert list_given(database)[0][1].model_dump(exclude_defaults=True) == {"needs": ("EDU",)}
    open_kiosk_setting(database)
    assert give_turn(kiosk, **details).status_code == 201
    assert list_given(database)[1][1].self_intake == {
        "attention": "yes", "text_version": "2026-11", "given_names": CANARY,
    }  # fmt: skip


def open_kiosk_setting(database: Database, **values: Any) -> None:
    """Change the point while the kiosk stands open."""
    with database.write_session() as session:
        session.execute(update(Point).values(values or {"self_intake": True}))
        session.execute(update(DirectoryState).values(revision=DirectoryState.revision + 1))


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"id": "x", "details": {}}, {"id": str(new_id()), "details": {"name": CANARY}},
        {"id": str(new_id()), "details": {"companions": {"adults": -1}}},
        {"id": str(new_id()), "details": {"self_intake": {"given_names": CANARY * 500}}},
    ],
)  # fmt: skip
def test_what_is_no_turn_is_refused_and_repeats_nothing(app: Flask, body: Any) -> None:
    reply = open_kiosk(app).post("/kiosk/turns", json=body, headers=OWN_PAGE)
    assert reply.status_code == 422
    assert CANARY not in reply.text


def test_another_site_gets_no_turn(app: Flask) -> None:
    kiosk = open_kiosk(app)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        assert give_turn(kiosk, headers=headers).status_code == 403


def test_a_point_that_is_closed_gives_no_turns(app: Flask, database: Database) -> None:
    kiosk = open_kiosk(app)
    open_kiosk_setting(database, valid_to=clock.today().replace(year=2020))
    assert kiosk.get("/kiosk").status_code == 404
    assert give_turn(kiosk).status_code == 404


def test_staff_leave_with_the_code_of_this_kiosk(app: Flask, database: Database) -> None:
    codes = add_device(database, "Quiosco 3", "kiosk")
    kiosk = PageClient(app, app.response_class)
    enrolment = kiosk.get("/devices/enrol")
    kiosk.post("/devices/enrol", data={"csrf_token": token_of(enrolment), "code": codes.enrolment_code})
    page = kiosk.get("/kiosk/leave")
    assert page.headers["Refresh"].endswith("url=/kiosk")
    wrong = kiosk.post("/kiosk/leave", data={"csrf_token": token_of(page), "code": "000000"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    right = kiosk.post("/kiosk/leave", data={"csrf_token": token_of(page), "code": codes.staff_code or ""})
    assert (right.status_code, right.location) == (303, "/")


def test_guesses_of_the_staff_code_are_counted(app: Flask) -> None:
    kiosk = open_kiosk(app)
    page = kiosk.get("/kiosk/leave")
    statuses = [
        kiosk.post("/kiosk/leave", data={"csrf_token": token_of(page), "code": f"{guess:06d}"}).status_code
        for guess in range(12)
    ]
    assert statuses[0] == 422
    assert statuses[-1] == 429
