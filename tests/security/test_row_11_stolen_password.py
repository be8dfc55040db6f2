"""Row 11: a stolen password opens nothing. A passkey is made and used in Chromium's virtual authenticator."""

import json
import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor.models import SecondFactor
from attention_point.accounts.second_factor.records import seal_factor
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Vault
from tests.accounts.second_factor.soft_passkey import SoftPasskey
from tests.accounts.second_factor.test_second_step import press, send_step
from tests.accounts.support import EMAIL, PASSWORD, add_account, sign_in
from tests.browser.test_desk import looked_at, sign_out
from tests.support.pages import PageClient
from tests.support.server import serve

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> tuple[CDPSession, str]:
    """A device that makes passkeys, in the page's browser."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    plugged = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, plugged["authenticatorId"]


def type_password(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Correo").fill(EMAIL)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()


@pytest.mark.browser
def test_a_passkey_opens_what_the_password_alone_does_not(page: Page, strict_app: Flask, database: Database) -> None:
    add_account(database, EMAIL, "admin")
    page.set_viewport_size({"width": 800, "height": 1280})
    devtools, device = plug_in(page)
    with serve(strict_app) as address:
        address = address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
        type_password(page, address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Segundo paso al ingresar")
        looked_at(page, "second-step-1-choose")
        page.get_by_role("button", name="Agregar una llave de acceso").click()
        looked_at(page, "second-step-2-passkey")
        page.get_by_role("button", name="Crear la llave de acceso").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sus códigos de recuperación")
        looked_at(page, "second-step-3-codes")
        page.get_by_role("link", name="Ya los tengo: continuar").click()
        expect(page.get_by_role("link", name="Cuentas").first).to_be_visible()
        credential = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"][0]
        assert credential["rpId"] == "localhost"

        # The device makes no second passkey for the account.
        page.goto(f"{address}/account/second-step")
        looked_at(page, "second-step-4-own")
        page.get_by_role("button", name="Agregar una llave de acceso").click()
        page.get_by_role("button", name="Crear la llave de acceso").click()
        expect(page.get_by_text("Este dispositivo ya tiene una llave")).to_be_visible()

        sign_out(page)
        type_password(page, address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Un paso más: muestre que es usted")
        page.set_viewport_size({"width": 360, "height": 740})
        looked_at(page, "second-step-5-sign-in")
        page.get_by_role("button", name="Usar mi llave de acceso").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Un paso más: muestre que es usted")
        page.set_viewport_size({"width": 800, "height": 1280})
        sign_out(page)

        # A thief has the password and another device.
        devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        type_password(page, address)
        page.get_by_role("button", name="Usar mi llave de acceso").click()
        expect(page.get_by_text("El dispositivo no confirmó")).to_be_visible()
        page.goto(f"{address}/accounts")
        expect(page.get_by_role("button", name="Ingresar")).to_be_visible()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"agent"}))
def test_no_page_of_a_role_opens_before_its_second_step(
    client: PageClient, strict_app: Flask, database: Database, role: str
) -> None:
    add_account(database, EMAIL, role)
    sign_in(client)
    endpoints = {item.endpoint for item in strict_app.extensions["menu"]}
    with strict_app.test_request_context():
        addresses = {strict_app.url_for(endpoint) for endpoint in endpoints}
    for address in sorted(addresses):
        reply = client.get(address)
        # Of another role's page it says no as ever.
        assert reply.status_code == 403 or reply.headers["Location"] == "/account/second-step", address


def test_a_reused_code_is_refused(
    client: PageClient,
    strict_app: Flask,
    database: Database,
    with_app: Callable[[UUID], tuple[pyotp.TOTP, list[str]]],
) -> None:
    totp, codes = with_app(add_account(database, EMAIL, "admin"))
    code = totp.at(clock.now())
    for used, again in (({"code": code}, {"code": code}), ({"recovery": codes[0]}, {"recovery": codes[0]})):
        sign_in(client)
        assert send_step(client, **used).status_code == 302
        press(client, "/sign-out", "/account")
        sign_in(client)
        assert send_step(client, **again).status_code == 401
        client.delete_cookie("session")


@pytest.mark.parametrize(
    "reply",
    ["", "{", "null", "[]", '{"id": 1}', '{"id": "AAAA"}', json.dumps({"id": "AA" * 20_000}), '{"id": "\ud800"}'],
)
def test_a_hostile_reply_of_a_passkey_is_refused(
    client: PageClient,
    strict_app: Flask,
    database: Database,
    with_app: Callable[[UUID], tuple[pyotp.TOTP, list[str]]],
    reply: str,
) -> None:
    with_app(add_account(database, EMAIL, "admin"))
    sign_in(client)
    assert send_step(client, credential=reply.encode("utf-8", "replace").decode()).status_code == 401


def read_challenge(client: PageClient) -> str:
    """The challenge of the page on which a browser uses a passkey."""
    found = re.search(r'"challenge": ?"([\w-]+)"', unescape(client.get("/sign-in/second-step").text))
    assert found
    return found[1]


def test_neither_a_copy_of_a_passkey_nor_a_recorded_reply_opens_the_account(
    client: PageClient, strict_app: Flask, database: Database, vault: Vault
) -> None:
    account_id, device, now = add_account(database, EMAIL, "admin"), SoftPasskey(), clock.now()
    with database.write_session() as session:
        factor = SecondFactor(id=new_id(), account_id=account_id, kind="passkey", created_at=now, confirmed_at=now)
        factor.sealed = seal_factor(vault, factor, device.describe(sign_count=5).as_record())
        session.add(factor)
        session.get_one(Account, account_id).second_factor_at = now
    sign_in(client)
    first = read_challenge(client)
    assert send_step(client, credential=device.sign(first, 5)).status_code == 401, "the device has counted further"
    # Each challenge is good for one try.
    assert read_challenge(client) != first
    assert send_step(client, credential=device.sign(first, 6)).status_code == 401
    reply = device.sign(read_challenge(client), 6)
    assert send_step(client, credential=reply).status_code == 302
    press(client, "/sign-out", "/account")
    sign_in(client)
    assert send_step(client, credential=reply).status_code == 401
    assert send_step(client, credential=device.sign(read_challenge(client), 7)).status_code == 302


def test_the_setting_asks_for_it_unless_somebody_says_otherwise_or_people_are_invented() -> None:
    assert read_settings({}).second_factor == "required"
    assert read_settings({"ATTENTION_POINT_DEMO": "1"}).second_factor == "optional"
    chosen = read_settings({"ATTENTION_POINT_DEMO": "1", "ATTENTION_POINT_SECOND_FACTOR": "required"})
    assert chosen.second_factor == "required"
    with pytest.raises(Exception, match="ATTENTION_POINT_SECOND_FACTOR"):
        read_settings({"ATTENTION_POINT_SECOND_FACTOR": "no"})
