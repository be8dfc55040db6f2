"""Who a device is, by cookie or bearer token; what a forged request, a stranger and a revoked device are told."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response, jsonify
from sqlalchemy import select

from attention_point.accounts.devices.models import Device
from attention_point.foundation.access import requires_device
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import current_actor
from tests.accounts.devices.support import POINT, bearer_of, browser_of, enrol, revoke
from tests.accounts.support import Clock, token_of
from tests.support.application import composed
from tests.support.pages import PageClient


@pytest.fixture
def device_app(settings: Settings, database: Database) -> Iterator[Flask]:
    """The application with a page and an API for devices."""
    with composed(settings) as app:

        @requires_device("kiosk.use")
        def show() -> Response:
            device = current_actor()
            return jsonify(kind=device.kind, name=device.name, point=device.point)

        app.add_url_rule("/probe", "probe", show, methods=["GET", "POST"])
        app.add_url_rule("/probe.json", "probe_json", show)
        app.add_url_rule("/api/v1/probe", "probe_api", show, methods=["GET", "POST"])
        yield app


def test_a_device_is_known_by_cookie_and_by_bearer_token(device_app: Flask, database: Database) -> None:
    token = enrol(database)
    for reply in (
        browser_of(device_app, token).get("/probe"),
        PageClient(device_app, device_app.response_class).get("/probe", headers=bearer_of(token)),
    ):
        assert reply.get_json() == {"kind": "device", "name": "Tableta 1", "point": POINT}


def test_a_stranger_is_led_to_the_enrolment(device_app: Flask) -> None:
    client = PageClient(device_app, device_app.response_class)
    reply = client.get("/probe")
    assert (reply.status_code, reply.location) == (302, "/devices/enrol")
    for path, headers in (("/probe.json", {}), ("/api/v1/probe", {}), ("/probe", {"Accept": "text/event-stream"})):
        reply = client.get(path, headers=headers)
        assert (reply.status_code, reply.get_json()["error"]) == (401, "device_unknown")


def test_a_revoked_device_is_told_what_to_do(device_app: Flask, database: Database) -> None:
    token = enrol(database)
    revoke(database)
    page = browser_of(device_app, token).get("/probe")
    assert page.status_code == 401
    assert "/devices/enrol" in page.text
    reply = PageClient(device_app, device_app.response_class).get("/api/v1/probe", headers=bearer_of(token))
    assert (reply.status_code, reply.get_json()["error"]) == (401, "device_revoked")


def test_a_kind_without_the_permission_is_refused(device_app: Flask, database: Database) -> None:
    token = enrol(database, "Pantalla", "screen")
    assert browser_of(device_app, token).get("/api/v1/probe").status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic {}", "Bearer ap_{}", "Bearer {}x", "Bearer apd_ñ"])
def test_no_other_header_is_a_device(device_app: Flask, database: Database, header: str) -> None:
    client = browser_of(device_app, token := enrol(database))
    assert client.get("/api/v1/probe", headers={"Authorization": header.format(token)}).status_code == 401


def test_a_kiosk_without_an_account_sends_forms_and_another_site_does_not(
    device_app: Flask, database: Database
) -> None:
    client = browser_of(device_app, enrol(database))
    assert client.post("/probe", data={"x": "1"}).status_code == 403
    form_token = token_of(client.get("/devices/enrol"))
    assert client.post("/probe", data={"csrf_token": form_token}).status_code == 200
    assert client.post("/probe", json={}).status_code == 403
    for headers, status in (
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
    ):
        assert client.post("/probe", json={}, headers=headers).status_code == status, headers
        plain = client.post("/probe", data="{}", content_type="text/plain", headers=headers)
        assert plain.status_code == 403, headers


def test_contact_is_noted_once_a_minute(device_app: Flask, database: Database, time: Clock) -> None:
    client = browser_of(device_app, enrol(database))

    def contact() -> object:
        client.get("/probe")
        with database.read_session() as session:
            return session.scalars(select(Device.last_contact_at)).one()

    first = contact()
    time.pass_by(seconds=59)
    assert contact() == first
    time.pass_by(seconds=2)
    assert contact() == time()
    time.pass_by(days=-730)  # the clock was two years ahead
    assert contact() == time()
