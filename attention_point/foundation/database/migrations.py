"""Runs the migrations in ``migrations/``: each in a transaction, so that a failed one leaves usable data."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from attention_point.foundation import paths
from attention_point.foundation.database.engine import Database
from attention_point.foundation.private_files import database_file, make_private_file


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``. A SQLite file that is not there is created, its owner's alone."""
    if file := database_file(url):
        make_private_file(file)  # SQLite gives what it keeps beside a database the rights of the database
    database = Database(url)
    config = _config()
    try:
        with database.engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        database.close()


def pending(database: Database) -> bool:
    """Whether the database is older than the code."""
    with database.reader.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) != set(ScriptDirectory.from_config(_config()).get_heads())
