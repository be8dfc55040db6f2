"""Migrations: they make what the models say, may be run again, go back, and fail without harm."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from attention_point.foundation import journal, paths
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base, Database, migrations, new_id
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.vault import Vault
from tests.support.postgres import Server

FAILING = """
import sqlalchemy as sa
from alembic import op

revision = "zzzz"
down_revision = {before!r}


def upgrade() -> None:
    op.create_table("half", sa.Column("n", sa.Integer()))
    op.execute("INSERT INTO half VALUES (1)")
    op.add_column("journal_head", sa.Column("more", sa.Integer()))
    op.execute("UPDATE journal_head SET seq = 99")
    op.execute("INSERT INTO nowhere VALUES (1)")


def downgrade() -> None:
    op.drop_table("half")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name)
    yield server.url(name)
    server.drop(name)


def tables(database: Database) -> set[str]:
    return set(inspect(database.read_engine).get_table_names())


def downgrade(database: Database, revision: str) -> None:
    config = migrations._build_config()
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_an_empty_database_becomes_what_the_models_say(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        assert tables(database) == set()
        assert migrations.has_pending_migrations(database)
        migrations.upgrade_database(empty_url)
        assert not migrations.has_pending_migrations(database)
        assert tables(database) == {*Base.metadata.tables, "alembic_version"}
        with database.read_engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []


def test_the_comparison_sees_a_difference(database: Database) -> None:
    with database.write_session() as session:
        session.execute(text("ALTER TABLE journal_head ADD COLUMN more integer"))
    with database.read_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_upgrading_again_is_harmless(empty_url: str, vault: Vault) -> None:
    migrations.upgrade_database(empty_url)
    with closing(Database(empty_url, {"vault": vault})) as database:
        with database.write_session() as session:
            journal.record(session, SYSTEM, "test.write", "thing")
        migrations.upgrade_database(empty_url)
        with database.read_session() as session:
            verdict = verify_chain(session)
            assert (verdict.count, verdict.faults) == (1, [])


def test_each_revision_goes_back_to_the_one_before_down_to_nothing_and_up_again(
    empty_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = ScriptDirectory.from_config(migrations._build_config())
    # Each step would read all migrations anew.
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _config: scripts)
    migrations.upgrade_database(empty_url)
    with closing(Database(empty_url, {"vault": vault})) as database:
        for script in scripts.walk_revisions():
            downgrade(database, "-1")
            migrations.upgrade_database(empty_url, script.revision)
            downgrade(database, "-1")
        assert tables(database) == {"alembic_version"}
        assert migrations.has_pending_migrations(database)
        migrations.upgrade_database(empty_url)
        assert tables(database) == {*Base.metadata.tables, "alembic_version"}
        with database.write_session() as session:
            journal.record(session, SYSTEM, "test.write", "thing")


def test_there_is_one_head_and_every_revision_says_what_it_does() -> None:
    scripts = ScriptDirectory.from_config(migrations._build_config())
    assert scripts.get_heads() == [migrations.find_newest_revision()]
    assert [script.revision for script in scripts.walk_revisions() if not (script.doc or "").strip()] == []


def test_a_failing_migration_leaves_the_data_usable(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write_session() as session:
        journal.record(session, SYSTEM, "test.write", "thing")
    before = tables(database)
    head = ScriptDirectory.from_config(migrations._build_config()).get_current_head()
    copied = tmp_path / "migrations"
    shutil.copytree(paths.MIGRATIONS_FOLDER, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "9999_failing.py").write_text(FAILING.format(before=head), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(paths, "MIGRATIONS_FOLDER", copied)
        assert migrations.has_pending_migrations(database)
        with pytest.raises(DBAPIError, match="nowhere"):
            migrations.upgrade_database(database.url.render_as_string(hide_password=False))
    assert not migrations.has_pending_migrations(database)
    assert tables(database) == before
    with database.write_session() as session:
        journal.record(session, SYSTEM, "test.write", "thing")
    with database.read_session() as session:
        verdict = verify_chain(session)
        assert (verdict.count, verdict.faults) == (2, [])
