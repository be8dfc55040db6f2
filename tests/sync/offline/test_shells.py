"""The pages that a tablet keeps, as the server sends them: to whom, how large, and that nobody stands in them."""

import re
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.foundation.database import Database
from tests.accounts.devices.support import browser_of, enrol
from tests.support.pages import PageClient
from tests.support.staff import SignIn

MOST_BYTES = 120_000
FORM, OUTBOX, KIOSK, WORKER = "/offline/form", "/offline/outbox", "/offline/kiosk", "/service-worker.js"
FILES = re.compile(r'(?:src|href|data-list)="(/(?:static|lists)/[^"]+)"')
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def tablet(app: Flask, database: Database) -> PageClient:
    """The browser of an enrolled tablet."""
    return browser_of(app, enrol(database))


@pytest.mark.parametrize("path", [FORM, OUTBOX, KIOSK])
def test_a_stranger_gets_no_shell(client: PageClient, path: str) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.location) == (302, "/devices/enrol")


def test_a_kiosk_has_no_form_of_the_desk(app: Flask, database: Database) -> None:
    kiosk = browser_of(app, enrol(database, kind="kiosk"))
    assert [kiosk.get(path).status_code for path in (KIOSK, FORM, OUTBOX)] == [302, 404, 404]


@pytest.mark.parametrize("path", [FORM, OUTBOX])
def test_nobody_stands_in_a_shell(as_role: SignIn, database: Database, path: str) -> None:
    """The worker fetches it with the cookies of whoever is signed in."""
    client = as_role("agent")
    client.set_cookie("device", enrol(database))
    text = client.get(path).text
    for word in ("Ana Rojas", "csrf_token", "written_by", "data-session-owner", "agent.desk"):
        assert word not in text
    assert 'autocomplete="off"' in text or path == OUTBOX


def test_the_form_offers_what_the_desk_s_form_offers(as_role: SignIn, database: Database) -> None:
    client = as_role("agent")
    client.set_cookie("device", enrol(database))
    desk, shell = (
        set(re.findall(r'name="([a-z][a-z_0-9-]*)"', client.get(path, follow_redirects=True).text))
        for path in ("/visits/new", FORM)
    )
    left_out = {"csrf_token", "written_by", "q"}
    assert desk - left_out <= shell


def test_the_first_load_of_the_form_is_small(app: Flask, database: Database) -> None:
    headers = {"Accept-Encoding": "br"}
    client = FlaskClient(app, app.response_class)  # which reads no page, for these are compressed
    client.set_cookie(DEVICE_COOKIE_NAMES[False], enrol(database))
    page = client.get(FORM)
    replies = [client.get(path, headers=headers, buffered=True) for path in {FORM, *FILES.findall(page.text)}]
    assert {reply.status_code for reply in replies} == {200}
    size = sum(len(reply.data) + len(str(reply.headers)) for reply in replies)
    sys.stdout.write(f"{len(replies)} files, {size / 1000:.0f} kB on the wire with headers\n")
    assert size <= MOST_BYTES


def test_the_worker_changes_with_the_release(tablet: PageClient) -> None:
    reply = tablet.get(WORKER, buffered=True)
    assert reply.mimetype == "text/javascript"
    assert re.match(r'importScripts\("/static/js/outbox\.js\?v=[0-9a-f]{12}"\);', reply.text)
    assert "script-src 'self'" in reply.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"
