"""Row 17, blind-index leak: without the keyring a dictionary of numbers finds no tag; no field tells of another."""

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.key_changes import rotate_version
from attention_point.people.models import PersonTag
from tests.support.visits import recorded

NUMBERS = [f"DE:V{number}" for number in range(12_345_600, 12_346_600)]


def read_tags(session: Session) -> set[bytes]:
    """All tags, as a thief of the database has them."""
    return {bytes(tag) for tag in session.scalars(select(PersonTag.tag))}


def test_a_dictionary_without_the_key_finds_no_tag(database: Database, vault: Vault) -> None:
    with database.write_session() as session:
        recorded(session, person={"documents": [{"type": "DE", "number": "V12345678"}]})
        tags = read_tags(session)
    assert vault.index_tag("document", "DE:V12345678") in tags
    other = Vault(Keyring.generate())
    guesses = {hashlib.sha256(value.encode()).digest()[:16] for value in NUMBERS}
    guesses |= {hmac.digest(b"", value.encode(), "sha256")[:16] for value in NUMBERS}
    guesses |= {other.index_tag("document", value) for value in NUMBERS}
    assert not tags & guesses


def test_the_same_value_in_two_fields_has_two_tags(database: Database, vault: Vault) -> None:
    with database.write_session() as session:
        recorded(session, person={"documents": [{"type": "DE", "number": "V12345678"}]})
        assert vault.index_tag("surname_year", "DE:V12345678") not in read_tags(session)
    assert vault.index_tag("name", "x") != vault.index_tag("phone", "x")


def test_after_a_rotation_no_tag_is_as_before() -> None:
    keyring = Keyring.generate()
    before, after = Vault(keyring), Vault(rotate_version(keyring, "index", clock.now()))
    assert {before.index_tag("document", value) for value in NUMBERS}.isdisjoint(
        after.index_tag("document", value) for value in NUMBERS
    )
