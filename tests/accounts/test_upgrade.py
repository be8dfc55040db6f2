"""An installation with people signed in is upgraded: nobody is lost, and the last sign-in is known."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from attention_point.accounts.models import Account
from attention_point.foundation.database import Database, migrations, new_id
from tests.support.postgres import Server

BEFORE = "0013"


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as it was before accounts told their last sign-in."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
        migrations.upgrade_database(url, BEFORE)
        yield url
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name)
    migrations.upgrade_database(server.url(name), BEFORE)
    yield server.url(name)
    server.drop(name)


def test_accounts_and_their_sessions_outlive_the_upgrade(old_url: str) -> None:
    ids = [new_id(), new_id()]
    with closing(Database(old_url)) as database:
        with database.write_session() as session:
            for number, account_id in enumerate(ids):
                stored_id = account_id.hex if database.is_sqlite else str(account_id)
                session.execute(
                    text(
                        "INSERT INTO account (id, email, name, role, password_hash, must_change_password, active,"
                        " language, created_at, password_changed_at) VALUES (:id, :email, 'Ana', 'agent', 'x', :no,"
                        " :yes, 'es', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
                    ),
                    {"id": stored_id, "email": f"user{number}@example.org", "no": False, "yes": True},
                )
            for day in ("02", "03"):
                session.execute(
                    text(
                        "INSERT INTO login_session (token_hash, id, account_id, created_at, last_seen_at)"
                        " VALUES (:hash, :id, :account, :at, :at)"
                    ),
                    {
                        "hash": day.encode(),
                        "id": new_id().hex if database.is_sqlite else str(new_id()),
                        "account": ids[0].hex if database.is_sqlite else str(ids[0]),
                        "at": f"2026-01-{day} 00:00:00.000000",
                    },
                )
        migrations.upgrade_database(old_url)
        with database.read_session() as session:
            first, second = (session.get_one(Account, account_id) for account_id in ids)
            assert f"{first.last_sign_in_at:%Y-%m-%d}" == "2026-01-03"
            assert second.last_sign_in_at is None
            assert (first.version, first.browser_generation, first.password_expires_at) == (1, 1, None)
