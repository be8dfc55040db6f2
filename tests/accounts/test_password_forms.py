"""A password is the same from every keyboard (NIST SP 800-63B §5.1.1.2); what was hashed before still signs in."""

import io
import unicodedata

import pytest
from sqlalchemy import select

from attention_point.accounts import passwords, services
from attention_point.accounts.models import Account
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Invalid
from tests.accounts.support import EMAIL, sign_in
from tests.support.pages import PageClient

COMPOSED = unicodedata.normalize("NFC", "árbol ñandú corazón")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
WIDE = "ｃｕａｔｒｏ ｐａｌａｂｒａｓ"


def _add(database: Database, password_hash: str) -> None:
    with database.write_session() as session:
        new_account = services.NewAccount(EMAIL, "Ana Rojas", "agent")
        services.add_account(session, SYSTEM, new_account, password_hash, must_change=False)


def _hash_of(database: Database) -> str:
    with database.read_session() as session:
        return session.scalars(select(Account.password_hash)).one()


@pytest.mark.parametrize(
    ("chosen", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (WIDE, "cuatro palabras")]
)
def test_the_same_password_signs_in_from_another_device(
    client: PageClient, database: Database, chosen: str, typed: str
) -> None:
    _add(database, passwords.hash_password(chosen))
    before = _hash_of(database)
    assert sign_in(client, password=typed).status_code == 302
    assert _hash_of(database) == before
    assert sign_in(PageClient(client.application, client.response_wrapper), password="otra cosa").status_code == 401


def test_a_hash_of_before_signs_in_once_more_and_is_made_anew(client: PageClient, database: Database) -> None:
    old = passwords._HASHER.hash(DECOMPOSED)
    _add(database, old)
    assert sign_in(client, password=COMPOSED).status_code == 401
    assert sign_in(client, password=DECOMPOSED).status_code == 302
    assert _hash_of(database) != old
    assert passwords.is_password_right(_hash_of(database), COMPOSED)
    assert not passwords.needs_rehash(_hash_of(database), DECOMPOSED)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("e\u0301" * 4 + "abcdefgh", None),
        ("e\u0301" * 8, "Use al menos"),
        ("\ufdfa" * 10, "Use como máximo"),
        ("árbol\u200bñandú corazón", "invisible"),
        ("árbol\x00ñandú corazón", "invisible"),
        ("árbol\ud800ñandú corazón", "invisible"),
        ("x" * 3_000_000, "Use como máximo"),
    ],
)
def test_length_and_characters_count_in_the_normal_form(password: str, fault: str | None) -> None:
    if fault is None:
        passwords.check_new_password(password, EMAIL)
        return
    with pytest.raises(Invalid) as refused:
        passwords.check_new_password(password, EMAIL)
    (field,) = refused.value.field_errors
    assert field.field == "password"
    assert fault in field.message


@pytest.mark.parametrize("password", ["\x00" * 20, "\ud800", "a\u0315\u0300" * 100_000, "x" * 3_000_000, ""])
def test_no_password_stops_the_check(password: str) -> None:
    assert not passwords.is_password_right(passwords._get_decoy_hash(), password)
    assert not passwords.is_password_right(None, password)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Invalid, match="no se acepta"):
        passwords.read_password_line(io.TextIOWrapper(io.BytesIO(b"\xff\xfe secret words\n"), encoding="utf-8"))
    assert passwords.read_password_line(io.StringIO("four plain words\r\nmore")) == "four plain words"
