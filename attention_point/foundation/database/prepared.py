"""Core statements compiled once an engine and handed to the driver: for the few statements of the hot path.

For every call SQLAlchemy works out cache key, parameters, context and result; a registration runs a dozen statements
and feels it (``docs/performance.md``). What is prepared keeps the same SQL and the same column types on the way in, on
the session's own connection and transaction. Rows come back as the driver gives them: on SQLite an id is text.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, LargeBinary, PoolProxiedConnection
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from attention_point.foundation.database.engine import Writing, as_sqlalchemys, connection_of, dialect_of

Values = dict[str, Any]
Rows = list[tuple[Any, ...]]


class Prepared:
    """One statement; ``columns`` are the values that an INSERT is given, by name."""

    def __init__(self, clause: ClauseElement, columns: Iterable[str] = ()) -> None:
        self._clause = clause
        self._columns = list(columns) or None
        self._made: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Values) -> Rows:
        """Run it with these values; the rows, if it returns any.

        Raises SQLAlchemy's DBAPIError, as any other statement does.
        """
        dialect = dialect_of(session)
        compiled = self._made.get(dialect.name) or self._on(dialect)
        return _run(session, dialect, compiled.sql, compiled.bound(values))

    def run_each(self, session: Session, common: Values, rows: Sequence[Values]) -> None:
        """Run it for each of several rows in one go; what they have in common is converted once."""
        if rows:
            dialect = dialect_of(session)
            compiled = self._made.get(dialect.name) or self._on(dialect)
            _run(session, dialect, compiled.sql, compiled.bound_each(common, rows), many=True)

    def glance(self, connection: PoolProxiedConnection, dialect: Dialect, values: Values) -> Rows:
        """Run it on a pooled connection without a session."""
        compiled = self._made.get(dialect.name) or self._on(dialect)
        cursor = connection.cursor()
        try:
            return _execute(cursor, dialect, compiled.sql, compiled.bound(values))
        finally:
            cursor.close()

    def _on(self, dialect: Dialect) -> "_Compiled":
        made = self._made[dialect.name] = _Compiled(self._clause, self._columns, dialect)
        return made


def driven(session: Session, sql: str, values: Sequence[Any]) -> Rows:
    """Run SQL in the driver's own words, with values in its own types."""
    return _run(session, dialect_of(session), sql, values)


def _run(session: Session, dialect: Dialect, sql: str, values: Any, *, many: bool = False) -> Rows:
    if isinstance(session, Writing):
        return _execute(session.cursor, dialect, sql, values, many=many)
    connection = connection_of(session)
    cursor = connection.connection.cursor()
    try:
        return _execute(cursor, dialect, sql, values, many=many)
    finally:
        cursor.close()


def _execute(cursor: Any, dialect: Dialect, sql: str, values: Any, *, many: bool = False) -> Rows:
    try:
        if many:
            cursor.executemany(sql, values)
        else:
            cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
    except dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemys(error, dialect, sql) from None


class _Compiled:
    def __init__(self, clause: ClauseElement, columns: list[str] | None, dialect: Dialect) -> None:
        compiled: Any = clause.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self._positional = bool(dialect.positional)
        # What the statement itself says is fixed; any other value that is missing raises KeyError.
        self._fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        self._names = compiled.positiontup if self._positional else list(compiled.bind_names.values())
        found = ((place, _process(compiled, name)) for place, name in enumerate(self._names))
        self._processes = [(place, process) for place, process in found if process]

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        if self._fixed:
            values = {**values, **self._fixed}
        taken = list(map(values.__getitem__, self._names))
        for place, process in self._processes:
            taken[place] = process(taken[place])
        return taken if self._positional else dict(zip(self._names, taken, strict=True))

    def bound_each(self, common: Values, rows: Sequence[Values]) -> list[Any]:
        """The rows as the driver takes them; each gives the same values beside those in common."""
        first = self.bound({**common, **rows[0]})
        processes = dict(self._processes)
        places = range(len(self._names)) if self._positional else self._names
        own = [
            (place, name, processes.get(number))
            for number, (place, name) in enumerate(zip(places, self._names, strict=True))
            if name in rows[0]
        ]
        bound = []
        for row in rows:
            taken = first.copy()
            for place, name, process in own:
                taken[place] = process(row[name]) if process else row[name]
            bound.append(taken)
        return bound


def _process(compiled: Any, name: str) -> Any:
    """What makes of a value what the driver takes. SQLite's takes bytes as they are; a day is text all the same."""
    kind = compiled.binds[name].type
    if compiled.dialect.name == "sqlite":
        if isinstance(kind, LargeBinary):
            return None
        if isinstance(kind, Date):
            return _day
    return compiled._bind_processors.get(name)


def _day(value: date | None) -> str | None:
    return None if value is None else date.isoformat(value)


def one(rows: Rows) -> Any:
    """The only value of the only row, or None when there is no row."""
    return rows[0][0] if rows else None
