"""Core statements compiled once an engine and handed to the driver: for the few statements of the hot path.

For every call SQLAlchemy works out cache key, parameters, context and result; a registration runs a dozen statements
and feels it (``docs/performance.md``). What is prepared keeps the same SQL and the same column types on the way in, on
the session's own connection and transaction. Rows come back as the driver gives them: on SQLite an id is text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from attention_point.foundation.database.engine import connection_of

Values = Mapping[str, Any]
Rows = list[tuple[Any, ...]]


class Prepared:
    """One statement; ``columns`` are the values that an INSERT is given, by name."""

    def __init__(self, clause: ClauseElement, columns: Iterable[str] = ()) -> None:
        self._clause = clause
        self._columns = list(columns) or None
        self._made: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Values | Sequence[Values]) -> Rows:
        """Run it with one set of values, or with each of several in one go; the rows, if it returns any.

        Raises SQLAlchemy's DBAPIError, as any other statement does.
        """
        connection = connection_of(session)
        return self.on(connection.connection, connection.dialect, values)

    def on(self, connection: PoolProxiedConnection, dialect: Dialect, values: Values | Sequence[Values]) -> Rows:
        """The same on a pooled connection of the driver."""
        compiled = self._made.get(dialect.name)
        if compiled is None:
            compiled = self._made[dialect.name] = _Compiled(self._clause, self._columns, dialect)
        cursor: Any = connection.cursor()
        try:
            if isinstance(values, Mapping):
                cursor.execute(compiled.sql, compiled.bound(values))
            else:
                cursor.executemany(compiled.sql, [compiled.bound(each) for each in values])
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        except dialect.loaded_dbapi.Error as error:
            base = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True, dialect=dialect) from None
        finally:
            cursor.close()


class _Compiled:
    def __init__(self, clause: ClauseElement, columns: list[str] | None, dialect: Dialect) -> None:
        compiled: Any = clause.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self._positional = bool(dialect.positional)
        fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        names = compiled.positiontup if self._positional else list(compiled.bind_names.values())
        # A value that is missing raises KeyError; only what the statement itself says is fixed.
        self._slots = [
            (name, compiled._bind_processors.get(name), (fixed[name],) if name in fixed else None) for name in names
        ]

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        taken = []
        for name, process, fixed in self._slots:
            value = fixed[0] if fixed else values[name]
            taken.append((name, process(value) if process else value))
        return tuple(value for _name, value in taken) if self._positional else dict(taken)


def one(rows: Rows) -> Any:
    """The only value of the only row, or None when there is no row."""
    return rows[0][0] if rows else None
