"""The database: engines and sessions, column types, ids, prepared statements, migrations."""

from attention_point.foundation.database.engine import Database, get_dialect, repeatable_read
from attention_point.foundation.database.identifiers import new_id
from attention_point.foundation.database.prepared_statements import (
    PreparedStatement,
    execute_driver_sql,
    get_single_value,
    pipelined,
)
from attention_point.foundation.database.schema import Base, UtcDateTime

__all__ = [
    "Base",
    "Database",
    "PreparedStatement",
    "UtcDateTime",
    "execute_driver_sql",
    "get_dialect",
    "get_single_value",
    "new_id",
    "pipelined",
    "repeatable_read",
]
