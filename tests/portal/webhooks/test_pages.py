"""The pages of webhooks: the secret is shown once; an entity manages its own, the office those of all."""

import re

from flask import Flask
from sqlalchemy import func, select

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.mail.models import OutboxMail
from attention_point.portal.webhooks import services
from tests.accounts.support import token_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
URL = "https://programa.example.org/remisiones"


def send(client: PageClient, address: str, **fields: str) -> str:
    token = token_of(client.get("/webhooks/new"))
    reply = client.post(address, data={"csrf_token": token, **fields})
    assert reply.status_code in {201, 303, 422}
    return reply.get_data(as_text=True)


def test_an_entity_registers_its_program_and_sees_the_secret_once(as_role: SignIn) -> None:
    entity = as_role("entity", "sena")
    assert "Todavía ningún programa recibe avisos" in entity.get("/webhooks").get_data(as_text=True)
    assert "debe empezar con https://" in send(entity, "/webhooks/new", url="http://programa.example.org")
    # The entity of the form counts for nobody who has one.
    page = send(entity, "/webhooks/new", url=URL, entity="icbf")
    (secret,) = SECRET.findall(page)
    listing = entity.get("/webhooks").get_data(as_text=True)
    address = re.findall(r'href="(/webhooks/[0-9a-f-]{36})"', listing)[0]
    shown = entity.get(address).get_data(as_text=True)
    assert (URL in shown, secret in shown, secret in listing) == (True, False, False)
    (new_secret,) = SECRET.findall(send(entity, f"{address}/secret"))
    assert new_secret != secret
    for act in ("off", "on", "test", "resend"):
        send(entity, f"{address}/{act}")
    stranger = as_role("entity", "icbf")
    assert URL not in stranger.get("/webhooks").get_data(as_text=True)
    assert stranger.get(address).status_code == 404
    send(entity, f"{address}/remove")
    assert URL not in entity.get("/webhooks").get_data(as_text=True)


def test_the_office_registers_for_an_entity_and_nobody_else_may(as_role: SignIn) -> None:
    office = as_role("office")
    assert SECRET.search(send(office, "/webhooks/new", url=URL, entity="sena"))
    assert "Elija la entidad" in send(office, "/webhooks/new", url=URL, entity="nadie")
    assert URL in as_role("admin").get("/webhooks").get_data(as_text=True)
    assert as_role("agent").get("/webhooks").status_code == 403


def test_nobody_learns_when_an_entity_for_confidential_topics_was_told(app: Flask, as_role: SignIn) -> None:
    entity, office, admin = as_role("entity", "comisaria-familia"), as_role("office"), as_role("admin")
    as_role("entity", "comisaria-familia", number=2)
    as_role("entity", "sena")
    assert SECRET.search(send(entity, "/webhooks/new", url=URL))
    # But her colleague: whoever leaves the entity must not go on being told.
    with app.extensions["database"].read_session() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1
    (address,) = re.findall(r'href="(/webhooks/[0-9a-f-]{36})"', entity.get("/webhooks").get_data(as_text=True))
    for outsider in (office, admin):
        assert URL not in outsider.get("/webhooks").get_data(as_text=True)
        assert outsider.get(address).status_code == 404
        token = token_of(outsider.get("/webhooks/new"))
        for act in ("secret", "resend", "test"):
            assert outsider.post(f"{address}/{act}", data={"csrf_token": token}).status_code == 404
        assert 'value="comisaria-familia"' not in outsider.get("/webhooks/new").get_data(as_text=True)
        assert "Elija la entidad" in send(outsider, "/webhooks/new", url=URL, entity="comisaria-familia")


def test_five_addresses_are_enough(as_role: SignIn) -> None:
    entity = as_role("entity", "sena")
    with entity.application.extensions["database"].write_session() as session:
        for number in range(5):
            services.add_webhook(session, SYSTEM, "sena", f"{URL}/{number}")
    token = token_of(entity.get("/webhooks/new"))
    reply = entity.post("/webhooks/new", data={"csrf_token": token, "url": URL})
    assert reply.status_code == 409
    assert "cinco direcciones" in reply.get_data(as_text=True)
