"""Tokens of programs: found by hash, held to scope and entity, dead once revoked."""

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.accounts import services
from attention_point.accounts.models import ApiToken
from attention_point.accounts.sign_in import sessions
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.access.policy import SCOPES
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from tests.support.directory import load_shipped


def make(database: Database, name: str = "kiosk-1", scope: str = "intake", entity: str | None = None) -> str:
    with database.write_session() as session:
        load_shipped(session)
        return services.add_token(session, SYSTEM, name, scope, entity)


def owner(app: Flask, header: str) -> Actor | None:
    with app.test_request_context("/api/v1/visits", method="POST", headers={"Authorization": header}):
        token_owner = sessions.find_token_owner()
        app.do_teardown_request(None)
        return token_owner


def test_a_token_is_its_scope_and_entity(app: Flask, database: Database) -> None:
    token_owner = owner(app, f"Bearer {make(database, scope='referrals', entity='dane')}")
    assert token_owner
    assert (token_owner.kind, token_owner.name, token_owner.role, token_owner.entity) == (
        "token",
        "kiosk-1",
        "referrals",
        "dane",
    )
    assert token_owner.permissions == SCOPES["referrals"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic {secret}", "Bearer {secret}x", "Bearer ap_ñ", "{secret}"]
)
def test_anything_else_is_nobody(app: Flask, database: Database, header: str) -> None:
    assert owner(app, header.format(secret=make(database))) is None


def test_the_secret_is_not_stored_and_its_use_is_noted_by_day(app: Flask, database: Database) -> None:
    secret = make(database)
    owner(app, f"bearer {secret}")
    with database.read_session() as session:
        row = session.scalars(select(ApiToken)).one()
    assert row.secret_hash == services.hash_secret(secret)
    assert row.last_used_day == clock.today()


def test_a_revoked_token_is_dead(app: Flask, database: Database) -> None:
    secret = make(database)
    with database.write_session() as session:
        services.revoke_token(session, SYSTEM, "kiosk-1")
    assert owner(app, f"Bearer {secret}") is None
    with database.write_session() as session, pytest.raises(NotFound):
        services.revoke_token(session, SYSTEM, "kiosk-1")


def test_a_name_is_used_once(database: Database) -> None:
    make(database)
    with pytest.raises(Conflict):
        make(database)


@pytest.mark.parametrize("name", ["K", "Quiosco 1 / Niños: 50 %", "..", "ñ" * 60])
def test_any_printable_text_names_a_token(database: Database, name: str) -> None:
    make(database, f" {name} ")
    with database.write_session() as session:
        assert session.scalars(select(ApiToken.name)).one() == name
        services.revoke_token(session, SYSTEM, name)
    with database.read_session() as session:
        assert session.scalars(select(ApiToken.revoked_at)).one() is not None


@pytest.mark.parametrize(
    ("name", "scope", "entity", "field"),
    [
        ("", "intake", None, "name"),
        ("  ", "intake", None, "name"),
        ("n" * 61, "intake", None, "name"),
        ("Kiosk\n1", "intake", None, "name"),
        ("Kiosk\x001", "intake", None, "name"),
        ("Kiosk\u202e1", "intake", None, "name"),
        ("kiosk", "everything", None, "scope"),
        ("kiosk", "referrals", None, "entity"),
        ("kiosk", "referrals", "DANE!", "entity"),
    ],
)
def test_a_wrong_token_names_the_field(
    database: Database, name: str, scope: str, entity: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make(database, name, scope, entity)
    assert [fault.field for fault in refused.value.field_errors] == [field]
