"""Runs the migrations in ``migrations/``, all in one transaction: a failed one leaves the database as it was."""

from typing import TYPE_CHECKING, Protocol

from sqlalchemy import inspect, text

from attention_point.foundation import paths
from attention_point.foundation.database.engine import Database
from attention_point.foundation.private_files import create_private_file, find_database_file

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is loaded by the functions that use it: 130 ms and 8 MB, of which a server that is up to date has no use.


def _build_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS_FOLDER))
    return config


class IndexTags(Protocol):
    """The members of the vault that migrations use. This package may not import the vault."""

    index_version: int

    def index_tag(self, field: str, value: str) -> bytes:
        """Return the blind-index tag of a value."""


def upgrade_database(url: str, revision: str = "head", vault: IndexTags | None = None) -> None:
    """Bring the database at ``url`` to a revision. A missing SQLite file is created with mode 0600.

    Where old rows have to be tagged or sealed, a migration needs the ``vault``; an empty database needs none.
    """
    if file := find_database_file(url):
        # SQLite gives the files that it keeps beside a database (-wal, -shm) the rights of the database.
        create_private_file(file)
    from alembic import command  # noqa: PLC0415

    database = Database(url)
    config = _build_config()
    try:
        with database.engine.connect() as connection, connection.begin():
            config.attributes |= {"connection": connection, "vault": vault}
            command.upgrade(config, revision)
    finally:
        database.close()


def has_tables(url: str) -> bool:
    """Return whether there is anything in the database at ``url``. A SQLite file that is missing is not made."""
    file = find_database_file(url)
    if file is not None and not file.exists():
        return False
    database = Database(url)
    try:
        return bool(inspect(database.read_engine).get_table_names())
    finally:
        database.close()


def has_pending_migrations(database: Database) -> bool:
    """Return whether the database is older than the code."""
    with database.read_engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision != find_newest_revision()


def find_newest_revision() -> str:
    """The number of the newest migration, which its file's name begins with: ``0014``."""
    return max(path.name[:4] for path in (paths.MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py"))
