"""What a tablet takes along: the key, the ticket, the references, for one agent on one device."""

from base64 import b64encode

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation.database import Database
from attention_point.intake.models import VisitCounter
from attention_point.intake.records.reserved_references import BLOCK_SIZE
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.sync.support import Device, form_fields, send_from

KIT = "/offline/kit"


@pytest.fixture
def device(app: Flask) -> Device:
    """An enrolled tablet."""
    return Device(app)


def test_the_kit_is_for_an_enrolled_device_and_a_signed_in_agent(
    app: Flask, device: Device, as_role: SignIn, client: PageClient
) -> None:
    agent = as_role("agent")
    assert agent.get(KIT, headers={"Accept": "application/json"}).status_code == 401  # no device
    reply = device.enrolled(client).get(KIT)
    assert (reply.status_code, reply.get_json()["error"]) == (401, "unauthenticated")
    assert device.enrolled(as_role("office")).get(KIT).status_code == 403
    kit = device.enrolled(agent).get(KIT).get_json()
    assert kit["device"]["name"] == "Tableta 1"
    assert (kit["point"]["code"], kit["point"]["prefix"], kit["initials"]) == ("bucaramanga", "BGA", "AR")
    assert kit["key"] == {"id": device.key_id, "public": b64encode(device.public).decode()}
    assert "Ana" not in kit["ticket"]
    assert agent.get(KIT).headers["Cache-Control"] == "no-store"


def test_references_are_taken_once_and_given_to_one_agent_of_one_device(
    app: Flask, device: Device, database: Database, as_role: SignIn
) -> None:
    first, second = device.enrolled(as_role("agent")), device.enrolled(as_role("agent", number=2))
    own = first.get(KIT).get_json()["references"]
    assert len(own) == BLOCK_SIZE == len(set(own))
    assert first.get(KIT).get_json()["references"] == own
    others = second.get(KIT).get_json()["references"]
    elsewhere = Device(app, name="Tableta 2").enrolled(as_role("agent", number=3)).get(KIT).get_json()["references"]
    assert len({*own, *others, *elsewhere}) == 3 * BLOCK_SIZE
    with database.read_session() as session:
        assert session.scalars(select(VisitCounter.last)).one() == 3 * BLOCK_SIZE


def test_a_used_reference_is_replaced_and_the_unused_are_told(device: Device, as_role: SignIn) -> None:
    agent, supervisor = as_role("agent"), as_role("supervisor")
    kit = device.enrolled(agent).get(KIT).get_json()
    content = {"form": form_fields(), "reference": kit["references"][0]}
    assert send_from(agent, device.envelope(content, ticket=kit["ticket"])).status_code == 201
    assert f"{BLOCK_SIZE - 1} referencias sin atención" in supervisor.get("/devices").get_data(as_text=True)
    references = agent.get(KIT).get_json()["references"]
    assert len(references) == BLOCK_SIZE
    assert set(references) & set(kit["references"]) == set(kit["references"][1:])


def test_a_reference_of_nobody_is_not_taken(device: Device, as_role: SignIn) -> None:
    agent = device.enrolled(as_role("agent"))
    ticket = agent.get(KIT).get_json()["ticket"]
    content = {"form": form_fields(), "reference": "BGA-2026-999999"}
    receipt = send_from(agent, device.envelope(content, ticket=ticket)).get_json()
    assert (receipt["state"], receipt["reference"] == content["reference"]) == ("recorded", False)
