"""What a device kept reaches the server once, whatever happens on the way (SECURITY rows 26, 29, 35, 37)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from attention_point.accounts.models import Account, LoginSession
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.intake.models import Visit
from attention_point.people.duplicates import matching
from attention_point.people.erasure.services import erase_person
from attention_point.sync.outbox.point_keys import renew_old_keys
from attention_point.turns.models import Turn
from attention_point.turns.queries import read_turn_details
from tests.accounts.devices.support import revoke
from tests.accounts.support import Clock, sign_in
from tests.support.pages import PageClient
from tests.support.pairs import compare_pairs
from tests.support.staff import SignIn
from tests.support.visits import draft, person
from tests.sync.support import OUTBOX, Device, captures, form_fields, send_from, states


@pytest.fixture
def device(app: Flask) -> Device:
    """An enrolled tablet."""
    return Device(app)


def visits(database: Database) -> int:
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(Visit)) or 0


def test_a_programs_draft_is_recorded_once(device: Device, database: Database) -> None:
    envelope = device.envelope(sent := draft())
    first = device.send(envelope)
    receipt = first.get_json()
    assert (first.status_code, receipt["state"], receipt["visit"], receipt["sequence"]) == (
        201,
        "recorded",
        sent["id"],
        1,
    )
    assert receipt["reference"].startswith("BGA-2017-")
    again = device.send(envelope)
    assert (again.status_code, again.get_json()) == (200, receipt)
    other = device.send({**envelope, "sealed": device.envelope(draft())["sealed"]})
    assert (other.status_code, other.get_json()["error"]) == (409, "id_taken")
    (capture,) = captures(database)
    assert (capture.state, capture.sealed, visits(database)) == ("recorded", None, 1)


def test_of_several_together_each_has_its_own_answer(device: Device, database: Database) -> None:
    good, wrong, late = draft(), draft(needs=["NO-SUCH"]), draft()
    first, refused, last = (device.envelope(content) for content in (good, wrong, late))
    alone = device.send(known := device.envelope(draft())).get_json()
    sent = [
        known,
        first,
        refused,
        first,
        {**first, "sealed": refused["sealed"]},
        {"id": "x"},
        {**device.envelope({}), "key": "none"},
        last,
    ]
    reply = device.send_together(*sent)
    assert reply.status_code == 200
    results = reply.get_json()["results"]
    assert [result["status"] for result in results] == [200, 201, 422, 200, 409, 422, 422, 201]
    assert [result.get("error") for result in results] == [
        None,
        None,
        "invalid",
        None,
        "id_taken",
        "invalid",
        "damaged",
        None,
    ]
    assert (results[0]["receipt"], results[3]["receipt"]) == (alone, results[1]["receipt"])
    assert (results[2]["receipt"]["state"], results[2]["fields"][0]["field"]) == ("refused", "needs.0")
    assert not {"receipt"} & {*results[4], *results[5]}
    assert sorted(states(database)) == ["damaged", "recorded", "recorded", "recorded", "refused"]
    assert visits(database) == 3
    assert [result["status"] for result in device.send_together(*sent).get_json()["results"]].count(200) == 6
    assert device.send_together(*[known] * 11).status_code == 422


def test_fifty_equal_requests_at_once_record_one_visit(app: Flask, device: Device, database: Database) -> None:
    envelope = device.envelope(draft())

    def send(_number: int) -> tuple[int, str]:
        reply = PageClient(app, app.response_class).post(OUTBOX, json=envelope, headers=device.headers)
        return reply.status_code, str(reply.get_json())

    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(send, range(50)))
    assert sorted(status for status, _receipt in replies) == [200] * 49 + [201]
    assert len({receipt for _status, receipt in replies}) == 1
    assert (len(captures(database)), visits(database)) == (1, 1)


def test_a_refused_draft_is_kept_and_told(device: Device, database: Database) -> None:
    envelope = device.envelope(draft(needs=["NO-SUCH"]))
    reply = device.send(envelope).get_json()
    assert (reply["error"], reply["state"]) == ("invalid", "refused")
    assert reply["fields"][0]["field"] == "needs.0"
    again = device.send(envelope)
    assert (again.status_code, again.get_json()) == (200, reply["receipt"])
    (capture,) = captures(database)
    assert (capture.state, len(capture.sealed or b"") % 1024) == ("refused", 31)  # the format's own bytes
    assert visits(database) == 0


@pytest.mark.parametrize("damage", ["no key", "other key", "cut", "turned letters", "no base64", "a list", "bad form"])
def test_a_damaged_envelope_is_told_and_kept_for_a_person(device: Device, database: Database, damage: str) -> None:
    envelope = device.envelope({"a list": [1], "bad form": {"form": "x"}}.get(damage, draft()))
    sealed = envelope["sealed"]
    envelope |= {
        "no key": {"key": "nonsense"},
        "other key": {"key": str(new_id())},
        "cut": {"sealed": sealed[:-8]},
        "turned letters": {"sealed": f"{sealed[:80]}{'AAAA' if sealed[80:84] != 'AAAA' else 'BBBB'}{sealed[84:]}"},
        "no base64": {"sealed": "¿qué?"},
    }.get(damage, {})
    reply = device.send(envelope)
    assert (reply.status_code, reply.get_json()["error"]) == (422, "damaged")
    assert states(database) == ["damaged"]
    assert device.send(envelope).status_code == 200


def test_a_body_that_is_no_envelope_names_its_fields(device: Device, database: Database) -> None:
    reply = device.send({"id": "x", "sequence": -1})
    assert reply.status_code == 422
    assert {fault["field"] for fault in reply.get_json()["fields"]} >= {"id", "sequence", "captured_at", "key"}
    assert device.send(device.envelope({}, sealed="A" * 290_000)).status_code == 422
    assert device.send(device.envelope({}, sealed="A" * 400_000)).status_code == 413
    assert states(database) == []


def test_a_revoked_device_sends_nothing_more(device: Device, database: Database) -> None:
    envelope = device.envelope(draft())
    revoke(database)
    reply = device.send(envelope)
    assert (reply.status_code, reply.get_json()["error"]) == (401, "device_revoked")
    assert states(database) == []


def test_the_form_of_a_signed_in_agent_is_recorded_as_hers(device: Device, database: Database, as_role: SignIn) -> None:
    browser = device.enrolled(as_role("agent"))
    kit = browser.get("/offline/kit").get_json()
    fields = form_fields()
    content = {"form": fields, "reference": kit["references"][0], "version": "1"}
    reply = send_from(browser, device.envelope(content, ticket=kit["ticket"]))
    receipt = reply.get_json()
    assert (reply.status_code, receipt["state"], receipt["reference"]) == (201, "recorded", kit["references"][0])
    with database.read_session() as session:
        visit = session.scalars(select(Visit)).one()
    assert (str(visit.id), visit.channel, visit.actor) == (fields[0][1], "tablet", f"account:{kit['user']}")
    assert kit["references"][0] not in browser.get("/offline/kit").get_json()["references"]


def test_a_reference_that_was_used_gives_way_to_another(device: Device, as_role: SignIn) -> None:
    browser = device.enrolled(as_role("agent"))
    kit = browser.get("/offline/kit").get_json()
    content = {"reference": kit["references"][3]}
    first, second = (
        send_from(browser, device.envelope({**content, "form": form_fields()}, ticket=kit["ticket"])).get_json()
        for _time in range(2)
    )
    assert first["reference"] == kit["references"][3] != second["reference"]
    assert [warning["field"] for warning in second["warnings"]] == [""]


def test_a_family_is_recorded_together(device: Device, database: Database, as_role: SignIn) -> None:
    browser = device.enrolled(as_role("agent"))
    kit = browser.get("/offline/kit").get_json()
    companion = {
        "companions-0-kin": "daughter",
        "companions-0-given_names": "Sara",
        "companions-0-surname_1": "Velásquez",
        "companions-0-birth_date": "2015",
        "companions-0-same_needs": "y",
        "companions-0-has_custody": "y",
    }
    reply = send_from(browser, device.envelope({"form": form_fields(**companion)}, ticket=kit["ticket"]))
    assert reply.get_json()["state"] == "recorded", reply.get_json()
    assert visits(database) == 2


@pytest.mark.parametrize("end", ["session over", "disabled", "other device", "no ticket"])
def test_what_nobody_vouches_for_waits_for_a_person(
    app: Flask, device: Device, database: Database, as_role: SignIn, end: str
) -> None:
    browser = device.enrolled(as_role("agent"))
    ticket = browser.get("/offline/kit").get_json()["ticket"]
    if end == "session over":
        _end_sessions(database)
    if end == "disabled":
        with database.write_session() as session:
            session.execute(update(Account).values(active=False))
    sender = Device(app, name="Tableta 2") if end == "other device" else device
    sender.enrolled(browser)
    envelope = sender.envelope({"form": form_fields()}, **({} if end == "no ticket" else {"ticket": ticket}))
    reply = send_from(browser, envelope)
    assert (reply.status_code, reply.get_json()["state"]) == (201, "review")
    assert visits(database) == 0
    (capture,) = captures(database)
    assert (capture.state, capture.user_id is None) == ("review", end in {"other device", "no ticket"})


def _end_sessions(database: Database) -> None:
    with database.write_session() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))


def test_who_signs_in_again_sends_what_waited(device: Device, database: Database, as_role: SignIn, time: Clock) -> None:
    browser = device.enrolled(as_role("agent"))
    ticket = browser.get("/offline/kit").get_json()["ticket"]
    envelope = device.envelope({"form": form_fields()}, ticket=ticket)
    _end_sessions(database)
    assert sign_in(browser, "agent.desk.1@example.org").status_code in {302, 303}
    assert send_from(browser, envelope).get_json()["state"] == "recorded"


def test_a_kiosk_gives_turns_and_nothing_else(app: Flask, database: Database) -> None:
    kiosk = Device(app, kind="kiosk", name="Quiosco")
    turn = {
        "id": str(new_id()),
        "code": "K-001",
        "issued_at": clock.now().isoformat(),
        "details": {"needs": ["EMP-SENA"], "language": "en", "companions": {"adults": 1, "children": 2},
                    "preferential": ["other", "pregnant"]},
    }  # fmt: skip
    browser = kiosk.enrolled(PageClient(app, app.response_class))
    reply = send_from(browser, kiosk.envelope({"turn": turn}))
    assert (reply.get_json()["state"], reply.get_json()["code"]) == ("recorded", "K-001")
    with database.read_session() as session:
        given = session.scalars(select(Turn)).one()
        assert given.channel == "offline"
        # Anybody could claim "other"; only staff record it.
        assert read_turn_details(session, given).preferential == ("pregnant",)
    assert kiosk.send(kiosk.envelope(draft())).get_json()["state"] == "review"


@pytest.mark.parametrize("years", [-2, 2])
def test_a_clock_two_years_off_loses_nothing(device: Device, database: Database, as_role: SignIn, years: int) -> None:
    wrong = clock.now() + timedelta(days=365 * years)
    local = clock.to_local_time(wrong)
    browser = device.enrolled(as_role("agent"))
    ticket = browser.get("/offline/kit").get_json()["ticket"]
    form = form_fields(attended_on=f"{local:%d/%m/%Y}", attended_time=f"{local:%H:%M}", arrived_time="00:01")
    replies = [
        send_from(browser, device.envelope({"form": form}, wrong, ticket=ticket)),
        device.send(device.envelope(draft(attended_at=wrong.isoformat(), arrived_at=wrong.isoformat()), wrong)),
    ]
    for reply in replies:
        assert (reply.status_code, reply.get_json()["state"]) == (201, "recorded"), reply.get_json()
        assert "attended_at" in {warning["field"] for warning in reply.get_json()["warnings"]}
    with database.read_session() as session:
        assert {clock.local_day(moment) for moment in session.scalars(select(Visit.attended_at))} == {clock.today()}


def test_a_visit_noted_on_paper_last_week_keeps_its_day(device: Device) -> None:
    reply = device.send(device.envelope(draft())).get_json()
    assert "attended_at" not in {warning["field"] for warning in reply.get("warnings", [])}


def test_the_same_person_twice_comes_up_as_a_pair(device: Device, database: Database) -> None:
    for _time in range(2):
        sent = draft(person=person(new=True, documents=[], surname_1="Cárdenas"))
        assert device.send(device.envelope(sent)).get_json()["state"] == "recorded"
    with database.read_session() as session:
        assert list(compare_pairs(session).values()) == [matching.SAME_NAME_AND_BIRTH_DATE]


def test_an_old_key_opens_what_arrives_late(app: Flask, device: Device, time: Clock) -> None:
    late = device.envelope(draft())
    time.pass_by(days=91)
    renew_old_keys(app.extensions["database"], app.extensions["settings"], "")
    assert Device(app, name="Tableta 2").key_id != device.key_id
    assert device.send(late).get_json()["state"] == "recorded"


def test_the_key_of_another_point_is_not_told(device: Device) -> None:
    assert device.program.get("/api/v1/points/cucuta/key", headers=device.headers).status_code == 404
    assert device.program.get("/api/v1/points/bucaramanga/key").status_code == 401


def test_a_draft_for_another_point_is_refused(device: Device) -> None:
    reply = device.send(device.envelope(draft(point="elsewhere")))
    assert (reply.status_code, reply.get_json()["fields"][0]["field"]) == (422, "point")


def test_of_an_erased_visit_nothing_is_kept_of_its_capture(device: Device, database: Database) -> None:
    envelope = device.envelope(sent := draft())
    device.send(envelope)
    (before,) = captures(database)
    with database.write_session() as session:
        person_id = session.scalars(select(Visit.person_id).where(Visit.id == UUID(sent["id"]))).one()
        erase_person(session, SYSTEM, person_id, "claim")
    (after,) = captures(database)
    assert (after.state, after.sealed, after.opened_visit_id) == ("recorded", None, None)
    assert after.fingerprint != before.fingerprint
    # The tablet that asks again is told nothing new, and records nobody again.
    assert device.send(envelope).status_code == 409
    assert visits(database) == 1
