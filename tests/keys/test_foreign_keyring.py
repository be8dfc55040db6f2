"""A keyring of another installation: nothing is written with it, and damaged rows are not taken for it."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from attention_point.foundation.database import Database
from attention_point.foundation.vault import Keyring, KeyringError, Vault
from attention_point.keyring_fit import require_fitting_keyring
from attention_point.people.models import Person
from tests.support.visits import recorded


def test_the_keyring_of_another_installation_is_refused(database: Database, vault: Vault) -> None:
    require_fitting_keyring(database)
    with database.write_session() as session:
        for _number in range(4):
            recorded(session)
    require_fitting_keyring(database)
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, {"vault": Vault(Keyring.generate())})
    with pytest.raises(KeyringError, match="no es el de esta base"):
        require_fitting_keyring(other)
    other.close()
    with database.write_session() as session:
        session.execute(
            update(Person).where(Person.id != session.scalar(select(Person.id).limit(1))).values(wrapped_key=b"\x00")
        )
    require_fitting_keyring(database)


def test_a_database_without_tables_is_told_by_whoever_needs_them(vault: Vault, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}", {"vault": vault})
    require_fitting_keyring(empty)
    empty.close()
