"""What waits for a person: who sees it, what becomes of it, and that nothing of it stays afterwards."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from attention_point.accounts.models import LoginSession
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal.models import JournalEntry
from attention_point.intake.models import ReservedReference, Visit
from attention_point.sync.outbox import contents
from attention_point.sync.outbox.review import settle_captures
from tests.accounts.support import token_of
from tests.intake.desk import decided, sent, text
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import draft
from tests.sync.support import Device, captures, form_fields, send_from, states


@pytest.fixture
def device(app: Flask) -> Device:
    """An enrolled tablet."""
    return Device(app)


def leave_waiting(device: Device, database: Database, browser: PageClient, **changes: str) -> str:
    """A form of this agent whose session has ended; the id of its capture."""
    browser = device.enrolled(browser)
    kit = browser.get("/offline/kit").get_json()
    content = {"form": form_fields(**changes), "reference": kit["references"][0]}
    envelope = device.envelope(content, ticket=kit["ticket"])
    with database.write_session() as session:
        sessions = session.execute(select(LoginSession.token_hash)).scalars().all()
        session.execute(update(LoginSession).values(ended_at=clock.now()))
    anybody = device.enrolled(PageClient(device.app, device.app.response_class))
    assert send_from(anybody, envelope).get_json()["state"] == "review"
    with database.write_session() as session:
        session.execute(update(LoginSession).where(LoginSession.token_hash.in_(sessions)).values(ended_at=None))
    return str(envelope["id"])


def post(browser: PageClient, path: str, **fields: str) -> str:
    """Send a form of one button; the address that it leads to."""
    reply = browser.post(path, data={"csrf_token": token_of(browser.get("/captures")), **fields})
    assert reply.status_code in {303, 404, 422}, reply.status_code
    return reply.location or ""


def actions(database: Database) -> list[str]:
    with database.read_session() as session:
        found = session.scalars(select(JournalEntry.action).where(JournalEntry.action.startswith("capture.")))
        return [action for action in found if action not in {"capture.key", "capture.receive"}]


def test_an_agent_sees_her_own_and_a_supervisor_everything(device: Device, database: Database, as_role: SignIn) -> None:
    agent, other, supervisor = as_role("agent"), as_role("agent", number=2), as_role("supervisor")
    capture = leave_waiting(device, database, agent)
    device.send(device.envelope(draft(needs=["NO-SUCH"])))  # of no person
    for browser, count in ((agent, 1), (other, 0), (supervisor, 2)):
        assert text(browser.get("/captures")).count("/captures/0") == count
        assert ("sin red" in text(browser.get("/desk")).split("<main")[1]) is (count > 0)
    assert other.get(f"/captures/{capture}").status_code == 404
    page = agent.get(f"/captures/{capture}")
    assert "Yohana Patricia" in text(page)
    assert "Yohana" not in text(agent.get("/captures"))
    assert actions(database) == ["capture.view"]


def test_what_is_confirmed_is_recorded_and_destroyed(device: Device, database: Database, as_role: SignIn) -> None:
    agent = as_role("agent")
    capture = leave_waiting(device, database, agent)
    page = text(agent.get(f"/captures/{capture}"))
    assert "Autoriza guardar sus datos" in page  # whoever confirms it sends the data to the entity
    assert re.search("Los datos se envían a</dt>\\s*<dd[^>]*>SENA<", page)
    assert post(agent, f"/captures/{capture}/confirm").startswith("/visits/")
    (row,) = captures(database)
    assert (row.state, row.sealed, row.decided_by is not None) == ("recorded", None, True)
    with database.read_session() as session:
        visit = session.scalars(select(Visit)).one()
        used = session.scalars(select(ReservedReference.reference).where(ReservedReference.used_at.is_not(None))).all()
    assert [visit.reference] == used
    assert post(agent, f"/captures/{capture}/discard", reason="trial") == ""  # no longer there
    assert sorted(actions(database)) == ["capture.confirm", "capture.view"]


def test_a_number_that_was_reserved_for_somebody_else_is_given_to_nobody(
    device: Device, database: Database, as_role: SignIn
) -> None:
    agent, other = as_role("agent"), as_role("agent", number=2)
    theirs = device.enrolled(other).get("/offline/kit").get_json()["references"][0]
    kit = device.enrolled(agent).get("/offline/kit").get_json()
    content = {"form": form_fields(), "reference": theirs}
    receipt = send_from(agent, device.envelope(content, ticket=kit["ticket"])).get_json()
    assert receipt["state"] == "recorded"
    # A form with network says a number too.
    fields = sent(agent.get("/visits/new", follow_redirects=True), "/visits/check")
    typed = dict(form_fields(reference=theirs, id=fields["id"][0], surname_1="Quimbayo"))
    checked = agent.post("/visits/check", data={**fields, **typed}, follow_redirects=True)
    assert agent.post("/visits", data=decided(checked)).location.endswith("?print=1")
    with database.read_session() as session:
        references = session.scalars(select(Visit.reference)).all()
        used = session.scalars(select(ReservedReference.reference).where(ReservedReference.used_at.is_not(None))).all()
    assert (len(references), theirs in references, used) == (2, False, [])


def test_what_cannot_be_recorded_is_opened_as_a_form_and_corrected(
    device: Device, database: Database, as_role: SignIn
) -> None:
    agent = as_role("agent")
    capture = leave_waiting(device, database, agent, birth_date="31/02/1991")
    assert post(agent, f"/captures/{capture}/confirm").endswith(f"/captures/{capture}")
    assert states(database) == ["refused"]
    form_path = post(agent, f"/captures/{capture}/correct")
    fields = sent(agent.get(form_path), "/visits/check")
    assert fields["given_names"] == ["Yohana Patricia"]
    assert states(database) == ["refused"]  # kept, for an unfinished form lives a day
    checked = agent.post(
        "/visits/check", data={**fields, "birth_date": "17/03/1991", "csrf_token": fields["csrf_token"]}
    )
    decided = sent(agent.get(checked.location), "/visits")
    reply = agent.post("/visits", data=decided)
    assert reply.location.startswith("/visits/"), text(reply)
    assert "/captures/0" not in text(agent.get("/captures"))
    settle_captures(database, device.app.extensions["settings"], "")
    (row,) = captures(database)
    assert (row.state, row.sealed, row.opened_visit_id) == ("recorded", None, None)
    with database.read_session() as session:
        references = session.scalars(select(Visit.reference)).all()
        used = session.scalars(select(ReservedReference.reference).where(ReservedReference.used_at.is_not(None))).all()
    assert references == used  # the slip that was printed without network stays true
    with database.read_session() as session:  # what the tablet gets when it asks again
        receipt = contents.open_receipt(session, row.id, row.sealed_receipt)
    assert (receipt["state"], receipt["visit"], [receipt["reference"]]) == ("recorded", fields["id"][0], references)


def test_what_is_discarded_needs_a_reason_and_is_destroyed(device: Device, database: Database, as_role: SignIn) -> None:
    agent = as_role("agent")
    capture = leave_waiting(device, database, agent)
    for reason in ("", "boredom"):
        assert post(agent, f"/captures/{capture}/discard", reason=reason) == ""
    assert states(database) == ["review"]
    assert post(agent, f"/captures/{capture}/discard", reason="unwanted") == "/captures"
    (row,) = captures(database)
    assert (row.state, row.sealed) == ("discarded", None)
    with database.read_session() as session:
        assert contents.open_receipt(session, row.id, row.sealed_receipt)["state"] == "discarded"
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "capture.discard")).one()
    assert '"unwanted"' in entry.detail


def test_a_damaged_one_is_shown_and_cannot_be_recorded(device: Device, database: Database, as_role: SignIn) -> None:
    envelope = device.envelope(draft())
    device.send({**envelope, "sealed": envelope["sealed"][:-8]})
    supervisor = as_role("supervisor")
    page = text(supervisor.get(f"/captures/{envelope['id']}"))
    assert '/confirm"' not in page
    assert supervisor.post(
        f"/captures/{envelope['id']}/confirm", data={"csrf_token": token_of(supervisor.get("/captures"))}
    ).location.endswith(envelope["id"])
    assert states(database) == ["damaged"]


def test_a_refused_draft_of_a_program_can_be_recorded_once_it_can_be(
    device: Device, database: Database, as_role: SignIn
) -> None:
    envelope = device.envelope(draft(needs=["NO-SUCH"]))
    device.send(envelope)
    supervisor = as_role("supervisor")
    page = supervisor.get(f"/captures/{envelope['id']}")
    assert "Yohana Patricia" in text(page)
    assert '/correct"' not in text(page)
    assert post(supervisor, f"/captures/{envelope['id']}/confirm").endswith(envelope["id"])


def test_two_copies_of_the_database_tell_nothing_of_what_waits(
    device: Device, database: Database, as_role: SignIn
) -> None:
    agent = as_role("agent")
    leave_waiting(device, database, agent, needs="VBG", notes="corto")
    leave_waiting(device, database, agent, needs="EMP-SENA", notes="mucho más largo " * 60)
    rows = captures(database)
    assert len({len(row.sealed or b"") for row in rows}) == 1
    assert len({len(row.sealed_receipt) for row in rows}) == 1
    clear = repr([{key: value for key, value in vars(row).items() if key != "_sa_instance_state"} for row in rows])
    assert not any(word in clear for word in ("VBG", "EMP-SENA", "Yohana", "corto"))
