"""The pages and commands of devices: added with a code that is shown once, listed with their last contact, revoked."""

import re

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from attention_point.accounts.devices.commands import device_commands
from attention_point.accounts.devices.models import Device
from attention_point.foundation.database import Database
from attention_point.foundation.journal.models import JournalEntry
from tests.accounts.devices.support import browser_of, enrol
from tests.accounts.support import token_of
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.staff import SignIn

CODE = re.compile(r"(?<![-\w])[A-Z0-9]{4}-[A-Z0-9]{4}(?![-\w])")  # no part of an id


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_a_device_is_added_enrolled_listed_and_revoked(
    app: Flask, client: PageClient, database: Database, as_role: SignIn, role: str
) -> None:
    keeper = as_role(role)
    fields = {"csrf_token": token_of(keeper.get("/devices/new")), "name": "Tableta 1", "point": "bucaramanga"}
    page = keeper.post("/devices/new", data={**fields, "kind": "tablet"})
    assert page.status_code == 201
    code = CODE.findall(page.get_data(as_text=True))[0]
    assert '<svg class="qr"' in page.get_data(as_text=True)
    assert "Otro dispositivo no llega a esta dirección" in page.get_data(as_text=True)  # the tests' is 127.0.0.1
    listing = keeper.get("/devices").get_data(as_text=True)
    assert "Espera su código" in listing
    assert code not in listing
    reply = client.post("/devices/enrol", data={"csrf_token": token_of(client.get("/devices/enrol")), "code": code})
    assert (reply.status_code, reply.location) == (302, "/")
    (cookie,) = [text for text in reply.headers.getlist("Set-Cookie") if text.startswith("device=apb_")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Este dispositivo está inscrito: Tableta 1" in client.get("/devices/enrol").get_data(as_text=True)
    assert "Inscrito" in keeper.get("/devices").get_data(as_text=True)
    with database.read_session() as session:
        device_id = session.scalars(select(Device.id)).one()
    reply = keeper.post(f"/devices/{device_id}/revoke", data={"csrf_token": token_of(keeper.get("/devices"))})
    assert reply.location == "/devices"
    assert "Revocado" in keeper.get("/devices").get_data(as_text=True)
    with database.read_session() as session:
        actions = session.scalars(
            select(JournalEntry.action).where(JournalEntry.action.startswith("device.")).order_by(JournalEntry.seq)
        ).all()
    assert actions == ["device.add", "device.enrol", "device.revoke"]


def test_a_wrong_code_says_what_to_do(client: PageClient, database: Database) -> None:
    fields = {"csrf_token": token_of(client.get("/devices/enrol"))}
    for code in ("", "AAAA-AAAA", "\x00", "<script>"):
        reply = client.post("/devices/enrol", data={**fields, "code": code})
        assert reply.status_code == 422
    assert "Pida uno nuevo" in reply.get_data(as_text=True)


def test_a_kiosk_shows_its_staff_code_and_a_new_code_keeps_the_device(
    app: Flask, database: Database, as_role: SignIn
) -> None:
    token = enrol(database, "Quiosco", "kiosk")
    keeper = as_role("supervisor")
    with database.read_session() as session:
        device_id = session.scalars(select(Device.id)).one()
    page = keeper.post(f"/devices/{device_id}/code", data={"csrf_token": token_of(keeper.get("/devices"))})
    assert re.search(r"\b[0-9]{6}\b", page.get_data(as_text=True))
    assert "Quiosco" in browser_of(app, token).get("/devices/enrol").get_data(as_text=True)


def test_who_keeps_no_devices_sees_none(as_role: SignIn) -> None:
    assert as_role("agent").get("/devices").status_code == 403


def test_the_commands_add_list_and_revoke(client: PageClient, database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    url, info = database.url.render_as_string(hide_password=False), database.info

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(device_commands, arguments, obj=lambda: Database(url, info))

    code = run("add", "Tableta 1", "--point", "bucaramanga").stdout.strip()
    assert CODE.fullmatch(code)
    assert client.post("/api/v1/devices/enrol", json={"code": code}).status_code == 201
    assert "Tableta 1\tbucaramanga\ttablet\tinscrito\t" in run("list").stdout
    for refused in (("add", "Tableta 1", "--point", "bucaramanga"), ("add", "Otra", "--point", "nowhere")):
        result = run(*refused)
        assert (result.exit_code, result.stdout, bool(result.stderr)) == (1, "", True)
    assert run("revoke", "Tableta 1").exit_code == 0
    assert run("revoke", "Tableta 1").exit_code == 1
    assert "quiosco" in run("add", "Quiosco", "--point", "bucaramanga", "--kind", "kiosk").stderr
