"""Statements that are compiled once and then run on the driver's own cursor: for the hot path alone.

Recording a visit runs a dozen small statements. At every call SQLAlchemy builds a cache key, an execution context and a
result for each of them. Measured over HTTP, a registration takes 3.9 ms of CPU that way and 2.5 ms with the statements
of this module. Other code uses Core and the ORM, which are plainer (docs/decisions/0009-prepared-statements.md).

The module stands on public interfaces: ``compile`` of a statement and the names of its values, the processors of a
column type, and the cursor (PEP 249) that ``Connection.connection`` gives. Values and rows have the same types as in
every other query of the program.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, exc
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Values = dict[str, Any]
Rows = list[tuple[Any, ...]]
Converter = Callable[[Any], Any]
_CONNECTION_KEY, _WAITING_KEY = "connection", "waiting-statements"
_WaitingStatement = tuple[str, Any, bool]
"""SQL, values, and whether the values are those of many rows."""


class PreparedStatement:
    """One Core statement. ``columns`` names the values that an INSERT takes."""

    def __init__(self, clause: ClauseElement, columns: Iterable[str] = ()) -> None:
        self._clause = clause
        self._columns = list(columns) or None
        self._compiled_by_dialect: dict[str, _CompiledStatement] = {}

    def execute(self, session: Session, values: Values) -> Rows:
        """Run the statement in the session's transaction and return its rows.

        Raises KeyError for a missing value, and SQLAlchemy's DBAPIError for what the database refuses.
        """
        connection = _get_connection(session)
        compiled = self._compile_for(connection.dialect)
        bound_values = compiled.bind_values(values)
        waiting: list[_WaitingStatement] | None = session.info.get(_WAITING_KEY)
        if waiting is not None and not compiled.has_rows:
            waiting.append((compiled.sql, bound_values, False))
            return []
        run = partial(_run_waiting, connection, waiting) if waiting else partial(run_on_driver, connection)
        return compiled.convert_rows(run(compiled.sql, bound_values))

    def execute_for_rows(self, session: Session, common_values: Values, rows: Sequence[Values]) -> None:
        """Run the statement once for each row. ``common_values`` are the values that all rows share."""
        if rows:
            connection = _get_connection(session)
            compiled = self._compile_for(connection.dialect)
            bound_rows = [compiled.bind_values(common_values | row) for row in rows]
            waiting: list[_WaitingStatement] | None = session.info.get(_WAITING_KEY)
            if waiting is not None:
                waiting.append((compiled.sql, bound_rows, True))
            else:
                run_on_driver(connection, compiled.sql, bound_rows, many=True)

    def _compile_for(self, dialect: Dialect) -> "_CompiledStatement":
        compiled = self._compiled_by_dialect.get(dialect.name)
        if compiled is None:
            # Two threads may both compile at first; they store the same result.
            compiled = self._compiled_by_dialect[dialect.name] = _CompiledStatement(
                self._clause, self._columns, dialect
            )
        return compiled


class _CompiledStatement:
    def __init__(self, clause: ClauseElement, columns: list[str] | None, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, clause.compile(dialect=dialect, column_keys=columns))
        self.sql = str(compiled)
        changes_rows = compiled.isinsert or compiled.isupdate or compiled.isdelete
        self.has_rows = bool(compiled.effective_returning) if changes_rows else True
        # Values that the statement itself holds: the number of a LIMIT, say.
        self._own_values = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        self._bind_converters: dict[str, Converter | None] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        # A textual statement does not say which columns it returns: its rows stay as the driver gives them.
        self._row_converters: list[Converter | None] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in getattr(clause, "exported_columns", ())
        ]
        self._converts_rows = any(self._row_converters)

    def bind_values(self, values: Values) -> Values:
        values = self._own_values | values
        return {
            name: converter(values[name]) if converter else values[name]
            for name, converter in self._bind_converters.items()
        }

    def convert_rows(self, rows: Rows) -> Rows:
        if not self._converts_rows:
            return rows
        return [
            tuple(
                converter(value) if converter else value
                for converter, value in zip(self._row_converters, row, strict=True)
            )
            for row in rows
        ]


def execute_driver_sql(session: Session, sql: str, values: Sequence[Any]) -> Rows:
    """Run SQL in the driver's own words, with values in its own types: for a statement that no Core expression says."""
    return run_on_driver(_get_connection(session), sql, values)


@contextmanager
def pipelined(session: Session) -> Iterator[None]:
    """Let the prepared statements of this block that give no rows wait, and send them to PostgreSQL all at once.

    They are sent before the next prepared statement with rows, or at the end, which is where their errors are raised:
    a transaction that holds a lock for which others wait has fewer answers to wait for. Other statements of the block
    do not see the rows of those that wait. On SQLite, which has no way to go, nothing waits.
    """
    if _get_connection(session).dialect.name == "sqlite":
        yield
        return
    waiting = session.info[_WAITING_KEY] = []
    try:
        yield
        _run_waiting(_get_connection(session), waiting)
    finally:
        del session.info[_WAITING_KEY]


def _run_waiting(
    connection: Connection, waiting: list[_WaitingStatement], sql: str | None = None, values: Any = ()
) -> Rows:
    """Send the statements that wait, and with them one that gives rows; return its rows."""
    statements, waiting[:] = list(waiting), []
    driver_connection: Any = connection.connection.driver_connection
    cursor = driver_connection.cursor()
    try:
        with driver_connection.pipeline():
            for waiting_sql, waiting_values, many in statements:
                (cursor.executemany if many else cursor.execute)(waiting_sql, waiting_values)
            if sql is not None:
                cursor.execute(sql, values)
        return list(cursor.fetchall()) if sql is not None and cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise _build_sqlalchemy_error(error, sql or "") from None
    finally:
        cursor.close()


def run_on_driver(connection: Connection, sql: str, values: Any = (), *, many: bool = False) -> Rows:
    """Run SQL on the driver's cursor and return its rows. Raises SQLAlchemy's errors, without the values."""
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(sql, values)
        return list(cursor.fetchall()) if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise _build_sqlalchemy_error(error, sql) from None
    finally:
        cursor.close()


def get_single_value(rows: Rows) -> Any:
    """Return the only value of the only row, or None when there is no row."""
    return rows[0][0] if rows else None


def _get_connection(session: Session) -> Connection:
    """Return the connection of the session's transaction.

    ``session.connection()`` goes through twenty calls each time, so it is asked once for each transaction, and once for
    each savepoint, which it begins. The transaction's end closes the connection; after that the session gives another
    one, or refuses with InvalidRequestError.
    """
    savepoint = session.get_nested_transaction()
    known_savepoint, connection = session.info.get(_CONNECTION_KEY, (None, None))
    if connection is None or connection.closed or savepoint is not known_savepoint:
        connection = session.connection()
        session.info[_CONNECTION_KEY] = savepoint, connection
    return cast(Connection, connection)


def _build_sqlalchemy_error(error: Exception, sql: str) -> exc.DBAPIError:
    """Return SQLAlchemy's error of the same kind: its classes bear the names that PEP 249 gives to the drivers'."""
    names = (error_class.__name__ for error_class in type(error).__mro__)
    sqlalchemy_class: type[exc.DBAPIError] = next(
        (getattr(exc, name) for name in names if hasattr(exc, name)), exc.DBAPIError
    )
    # The values stay out of the error's text: they may be personal data.
    return sqlalchemy_class(sql, None, error, hide_parameters=True)
