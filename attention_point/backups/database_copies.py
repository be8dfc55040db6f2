"""A consistent copy of the database while others write, and its way back into an empty database.

SQLite is copied page by page in one reading transaction; what was deleted left zeros (``secure_delete``). PostgreSQL
gives each table as text (``COPY``) in one transaction that reads as of one moment.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    ColumnElement,
    Connection,
    MetaData,
    column,
    create_engine,
    delete,
    false,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.exc import DatabaseError

from attention_point.backups.archive import Archive, BackupError, Member
from attention_point.backups.pacing import Pace
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import upgrade_database
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import create_private_file

SQLITE_MEMBER = "database.sqlite"
_TABLE_FOLDER = "tables"
_REVISION_TABLE = "alembic_version"
_CHUNK_BYTES = 4 * 1024 * 1024
_PAGES_AT_ONCE = 256  # one megabyte


def read_chunks(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file in chunks of 4 MiB."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def read_revision(database: Database) -> str:
    """The number of the newest migration that the database has."""
    with database.read_engine.connect() as connection:
        revision: str = connection.execute(
            select(column("version_num")).select_from(table(_REVISION_TABLE))
        ).scalar_one()
    return revision


def list_tables(database: Database) -> list[str]:
    """The names of the tables of a database; none for an empty one."""
    return inspect(database.read_engine).get_table_names()


def copy_sqlite(file: Path, copy: Path) -> dict[str, int]:
    """Write a copy of a SQLite database into a new file of mode 0600. Gives the rows of each table."""
    create_private_file(copy)
    with (
        copy.open("rb") as written_file,
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        # What others write from here on is not in the copy.
        source.execute("BEGIN")
        source.execute("PRAGMA SCHEMA_VERSION").fetchone()
        # Nobody reads half a copy: it needs no journal of its own.
        target.execute("PRAGMA JOURNAL_MODE=OFF")
        pace = Pace(written_file)
        source.backup(target, pages=_PAGES_AT_ONCE, progress=lambda *_progress: pace.wait_for_others())
        target.execute("PRAGMA JOURNAL_MODE=DELETE")  # a restored one has a log again when a server opens it
    return count_sqlite_rows(copy)


def settle_sqlite(file: Path) -> None:
    """Bring into the file itself whatever its log still holds, and write it anew without what was deleted from it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA WAL_CHECKPOINT(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA JOURNAL_MODE=DELETE")  # the server turns its log on again


def count_sqlite_rows(file: Path) -> dict[str, int]:
    """The rows of each table. Raises BackupError for a file that is damaged."""
    engine = create_engine("sqlite://", creator=partial(sqlite3.connect, f"file:{file}?mode=ro", uri=True))
    try:
        with engine.connect() as connection:
            if connection.scalars(text("PRAGMA integrity_check")).all() != ["ok"]:
                raise _build_damage_error()
            names = inspect(connection).get_table_names()
            return {name: _count_table(connection, name) for name in names}
    except DatabaseError:
        raise _build_damage_error() from None
    finally:
        engine.dispose()


def _count_table(connection: Connection, name: str) -> int:
    return connection.execute(select(func.count()).select_from(table(name))).scalar_one()


def _build_damage_error() -> BackupError:
    return BackupError(_("The database in the backup is damaged. Nothing was restored."))


def copy_postgresql(database: Database, rows: dict[str, int]) -> Iterator[Member]:
    """Give each table in members of about 4 MiB of whole lines. ``rows`` gets the number of rows of each table."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        for name in _list_sorted_tables(connection):
            rows[name] = 0
            for number, lines in enumerate(_read_table(connection, name), 1):
                rows[name] += lines.count(b"\n")
                yield Member(f"{_TABLE_FOLDER}/{name}/{number:06d}", len(lines), (lines,))


def _list_sorted_tables(connection: Connection) -> list[str]:
    """The tables, each after those to which its foreign keys lead."""
    metadata = MetaData()
    metadata.reflect(connection)
    # The revision comes back by the migrations that make the tables.
    return [sorted_table.name for sorted_table in metadata.sorted_tables if sorted_table.name != _REVISION_TABLE]


def _read_table(connection: Connection, name: str) -> Iterator[bytes]:
    buffer = bytearray()
    with _open_cursor(connection) as cursor, cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
        for line in copy:
            buffer += line
            if len(buffer) >= _CHUNK_BYTES:
                yield bytes(buffer)
                buffer.clear()
    if buffer:
        yield bytes(buffer)


def _open_cursor(connection: Connection) -> Any:
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]


def load_postgresql(database: Database, archive: Archive, finish: Callable[[Database], None] | None = None) -> None:
    """Fill an empty database with the tables of an archive, all of them or none. Raises BackupError.

    ``finish`` gets the database at the end; where it raises, the database is empty again.
    """
    manifest = archive.manifest
    if count_lines(archive) != manifest["rows"]:
        raise _build_damage_error()
    upgrade_database(database.url.render_as_string(hide_password=False), manifest["revision"])
    try:
        with database.engine.connect() as connection, connection.begin():
            tables = _list_sorted_tables(connection)
            if sorted(tables) != sorted(manifest["rows"]):
                raise _build_damage_error()
            # What triggers derive from a row is in the backup already, and some tables let nobody delete anything.
            _switch_triggers(connection, tables, "DISABLE")
            # A migration may have put rows into tables that the backup fills.
            for name in reversed(tables):
                connection.execute(delete(table(name)))
            for name in tables:
                _fill_table(connection, name, archive)
            _switch_triggers(connection, tables, "ENABLE")
            _compare_counts(connection, manifest["rows"])
            _advance_sequences(connection)
        if finish is not None:
            finish(database)
    except BaseException:
        _drop_tables(database)
        raise


def _switch_triggers(connection: Connection, tables: Iterable[str], word: str) -> None:
    for name in tables:
        connection.execute(DDL(f'ALTER TABLE "{name}" {word} TRIGGER USER'))


def _fill_table(connection: Connection, name: str, archive: Archive) -> None:
    members = [member for member in archive.names if member.startswith(f"{_TABLE_FOLDER}/{name}/")]
    with _open_cursor(connection) as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
        for member in members:
            with archive.open_member(member) as file:
                copy.write(file.read())


def _compare_counts(connection: Connection, rows: dict[str, int]) -> None:
    for name, expected in rows.items():
        if _count_table(connection, name) != expected:
            raise _build_damage_error()


def _advance_sequences(connection: Connection) -> None:
    """Let numbers that the database gives itself go on after those of the rows, which came with theirs."""
    query = text(
        "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    for name, column_name, sequence in connection.execute(query).all():
        if sequence is not None:
            next_number: ColumnElement[int] = func.coalesce(func.max(column(column_name)), 0) + 1
            connection.execute(select(func.setval(sequence, next_number, false())).select_from(table(name)))


def _drop_tables(database: Database) -> None:
    """Leave the database as empty as it was, without the functions of triggers too."""
    metadata = MetaData()
    functions = text(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype"
    )
    with database.engine.begin() as connection:
        metadata.reflect(connection)
        metadata.drop_all(connection)
        for name in connection.scalars(functions).all():
            connection.execute(DDL(f"DROP FUNCTION {name}"))


def count_lines(archive: Archive) -> dict[str, int]:
    """The rows of each table of an archive of PostgreSQL: a row is a line."""
    # ``COPY`` writes a line feed inside a value as two characters, so that a line ends only where its row does.
    rows: dict[str, int] = dict.fromkeys(archive.manifest["rows"], 0)
    for name in archive.names:
        folder, _slash, rest = name.partition("/")
        if folder == _TABLE_FOLDER:
            with archive.open_member(name) as file:
                rows[rest.partition("/")[0]] += _count_lines(iter(lambda: file.read(_CHUNK_BYTES), b""))
    return rows


def _count_lines(chunks: Iterable[bytes]) -> int:
    return sum(chunk.count(b"\n") for chunk in chunks)
