"""What a stolen tablet, or a program that speaks for one, may send: told plainly, kept, and of no use to the thief."""

from base64 import b64decode, b64encode
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.accounts.devices import services as device_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.vault import generate_envelope_key, seal_envelope
from attention_point.intake.models import Visit
from attention_point.sync import rules
from attention_point.sync.models import Capture, PointKey
from attention_point.turns import queries, services
from attention_point.turns.models import Turn
from tests.accounts.devices.support import add_device
from tests.accounts.support import token_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import draft, person
from tests.sync.support import OUTBOX, Device, captures, form_fields, send_from, states
from tests.turns.support import agent, give, open_room

ENDS_OF_THE_CALENDAR = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
NO_CHARACTER = b'"\\ud800"'
HOSTILE_CONTENTS = (
    b'{"person": {"given_names": %b}, "needs": [%b], "attended_at": %b}' % (NO_CHARACTER, NO_CHARACTER, NO_CHARACTER),
    b'{"person": {"given_names": "a\\u0000b", "age": 1e400}, "needs": ["\\u0000", {"a": 1}, null]}',
    b'{"person": [], "needs": {"a": 1}, "attended_at": []}',
    b'{%b: 1, "person": {%b: {"a": 1}}}' % (NO_CHARACTER, NO_CHARACTER),
    b'{"form": [["id", "no id"], ["companions-0-given_names", "x"]], "reference": "\\u0000"}',
    b'{"form": [["attended_on", "31/12/9999"], ["attended_time", "23:59"], ["point", "bucaramanga"]]}',
    b'{"form": [["", ""], ["companions-", "x"], ["turn", "\\u0000"]]}',
    b'{"turn": {"id": "%b", "code": "K-\\u0000", "issued_at": "2017-01-01T00:00:00Z"}}' % str(UUID(int=0)).encode(),
    b'{"turn": null}',
    b"\xff\xfe",
)


@pytest.fixture
def device(app: Flask) -> Device:
    """An enrolled tablet."""
    return Device(app)


def seal(device: Device, content: bytes) -> str:
    return b64encode(seal_envelope(device.public, content)).decode()


@pytest.mark.parametrize("moment", ENDS_OF_THE_CALENDAR)
def test_a_clock_at_the_end_of_the_calendar_loses_nothing(app: Flask, as_role: SignIn, moment: str) -> None:
    device, kiosk = Device(app), Device(app, "kiosk", "Quiosco")
    turn = {"turn": {"id": str(new_id()), "code": "K-001", "issued_at": moment}}
    for sender, content in ((device, draft()), (device, turn), (kiosk, draft(attended_at=moment))):
        reply = sender.send(sender.envelope(content) | {"captured_at": moment})
        assert reply.status_code == 201, reply.get_json()
    supervisor = as_role("supervisor")
    for capture in captures(device.database):
        assert supervisor.get(f"/captures/{capture.id}").status_code in {200, 404}  # not those that were recorded


@pytest.mark.parametrize("content", HOSTILE_CONTENTS)
def test_what_no_tablet_writes_is_kept_and_can_be_looked_at(app: Flask, as_role: SignIn, content: bytes) -> None:
    device, supervisor = Device(app), as_role("supervisor")
    browser = device.enrolled(as_role("agent"))
    ticket = browser.get("/offline/kit").get_json()["ticket"]
    assert device.send(device.envelope({}, sealed=seal(device, content))).status_code == 422
    assert send_from(browser, device.envelope({}, sealed=seal(device, content), ticket=ticket)).status_code == 422
    assert send_from(browser, device.envelope({}, sealed=seal(device, content))).status_code in {201, 422}
    assert len(captures(device.database)) == 3
    token = token_of(supervisor.get("/captures"))
    for capture in captures(device.database):
        for reply in (
            supervisor.get(f"/captures/{capture.id}"),
            supervisor.post(f"/captures/{capture.id}/confirm", data={"csrf_token": token}),
            supervisor.post(f"/captures/{capture.id}/correct", data={"csrf_token": token}),
        ):
            assert reply.status_code in {200, 303, 409}


def test_a_form_of_thousands_keeps_nobody_waiting(device: Device, as_role: SignIn) -> None:
    browser = device.enrolled(as_role("agent"))
    ticket = browser.get("/offline/kit").get_json()["ticket"]
    rows = [[f"companions-{number}-given_names", "x"] for number in range(2_900)]
    reply = send_from(browser, device.envelope({"form": form_fields() + rows}, ticket=ticket))
    assert (reply.status_code, reply.get_json()["error"]) == (422, "damaged")


@pytest.mark.parametrize("column", ["public", "sealed_private"])
def test_a_key_that_somebody_changed_is_given_to_no_tablet(device: Device, database: Database, column: str) -> None:
    late = device.envelope(draft())
    with database.write_session() as session:
        setattr(session.get_one(PointKey, UUID(device.key_id)), column, generate_envelope_key()[1])
    key = device.program.get("/api/v1/points/bucaramanga/key", headers=device.headers).get_json()
    assert key["id"] != device.key_id
    device.key_id, device.public = key["id"], b64decode(key["public"])
    assert device.send(device.envelope(draft())).status_code == 201
    # What was sealed to the true key before somebody changed the other half of it opens all the same.
    assert device.send(late).status_code == (201 if column == "public" else 422)


def test_a_device_does_not_fill_the_disk(device: Device, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAXIMUM_WAITING", 2)
    damaged = [device.envelope({}, sealed="AAAA") for _capture in range(3)]
    assert [device.send(envelope).status_code for envelope in damaged] == [422, 422, 429]
    refused = device.send(damaged[2])
    assert (refused.get_json()["error"], refused.headers["Retry-After"]) == ("too_many", "600")
    assert device.send(damaged[0]).status_code == 200
    with database.write_session() as session:
        session.get_one(Capture, UUID(damaged[0]["id"])).state = "discarded"
    assert device.send(damaged[2]).status_code == 422


def test_what_was_sealed_to_another_point_is_not_opened(device: Device, database: Database) -> None:
    with database.write_session() as session:
        session.get_one(PointKey, UUID(device.key_id)).point = "elsewhere"
    reply = device.send(device.envelope(draft()))
    assert (reply.status_code, reply.get_json()["error"], states(database)) == (422, "damaged", ["damaged"])


def test_a_turn_without_network_says_no_more_than_one_with_it(device: Device, database: Database) -> None:
    turn_id = str(new_id())
    details = {"needs": ["EMP-SENA", "Yohana Velásquez"], "self_intake": {"given_names": "Yohana", "id": str(new_id())}}
    turn = {"id": turn_id, "code": "K-001", "issued_at": clock.now().isoformat(), "details": details}
    assert device.send(device.envelope({"turn": turn})).status_code == 201
    with database.read_session() as session:
        kept = queries.read_turn_details(session, session.get_one(Turn, UUID(turn_id)))
    assert (kept.needs, kept.self_intake) == (("EMP-SENA",), None)


def test_a_device_by_itself_ends_no_turn_and_changes_nobody(device: Device, database: Database) -> None:
    with database.write_session() as session:
        desks = open_room(session)
        turn_id, actor = give(session).id, agent()
        services.call_turn(session, actor, turn_id, desks[0])
    reply = device.send(device.envelope(draft(turn=str(turn_id))))
    assert (reply.status_code, reply.get_json()["state"]) == (201, "recorded")
    with database.read_session() as session:
        assert session.get_one(Turn, turn_id).state == "called"
        person_id = session.scalars(select(Visit.person_id)).one()
    reply = device.send(device.envelope(draft(person=person(id=str(person_id)))))
    assert (reply.status_code, reply.get_json()["fields"][0]["field"]) == (422, "person.id")


def test_the_cookie_of_a_tablet_is_no_token_of_a_program(app: Flask, database: Database) -> None:
    tablet, thief = (PageClient(app, app.response_class) for _client in range(2))
    code = add_device(database, "Tableta 2").enrolment_code
    tablet.post("/devices/enrol", data={"csrf_token": token_of(tablet.get("/devices/enrol")), "code": code})
    cookie = tablet.get_cookie("device")
    assert cookie is not None
    device = Device(app)
    headers = {"Authorization": f"Bearer {cookie.value}"}
    assert thief.post(OUTBOX, json=device.envelope(draft()), headers=headers).status_code == 401
    assert send_from(tablet, device.envelope(draft())).get_json()["state"] == "review"
    with database.write_session() as session:
        device_services.revoke_device(session, SYSTEM, "Tableta 2")
    assert send_from(tablet, device.envelope(draft())).status_code == 401
