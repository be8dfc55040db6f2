"""Core statements compiled once an engine and run through the driver: for the few statements of the hot path.

SQLAlchemy works out cache key, parameters and result types at every call; a registration runs a dozen statements and
feels it (``docs/performance.md``). What is prepared keeps the same SQL and the same column types on the way in. Results
come as the driver gives them, so a prepared query asks for numbers, text and bytes only.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from attention_point.foundation.database.engine import connection_of

Values = Mapping[str, Any]


class Prepared:
    """One statement; ``columns`` are the values that an INSERT is given, by name."""

    def __init__(self, clause: ClauseElement, columns: Iterable[str] = ()) -> None:
        self._clause = clause
        self._columns = list(columns) or None
        self._made: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Values | Sequence[Values]) -> CursorResult[Any]:
        """Run it with one set of values, or with each of several in one go."""
        connection = connection_of(session)
        dialect = connection.dialect
        compiled = self._made.get(dialect.name)
        if compiled is None:
            compiled = self._made[dialect.name] = _Compiled(self._clause, self._columns, dialect)
        if isinstance(values, Mapping):
            return connection.exec_driver_sql(compiled.sql, compiled.bound(values))
        return connection.exec_driver_sql(compiled.sql, [compiled.bound(each) for each in values])


class _Compiled:
    def __init__(self, clause: ClauseElement, columns: list[str] | None, dialect: Dialect) -> None:
        compiled: Any = clause.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self._positional = bool(dialect.positional)
        fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        names = compiled.positiontup if self._positional else list(compiled.bind_names.values())
        self._slots = [(name, compiled._bind_processors.get(name), fixed.get(name)) for name in names]

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        pairs = [
            (name, process(values.get(name, given)) if process else values.get(name, given))
            for name, process, given in self._slots
        ]
        return tuple(value for _name, value in pairs) if self._positional else dict(pairs)
