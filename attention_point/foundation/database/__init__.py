"""The database: engine and sessions, column types, ids, migrations."""

from attention_point.foundation.database.engine import Database, connection_of, dialect_of, repeatable_read
from attention_point.foundation.database.identifiers import new_id
from attention_point.foundation.database.prepared import Prepared, driven, one
from attention_point.foundation.database.schema import Base, UtcDateTime

__all__ = [
    "Base",
    "Database",
    "Prepared",
    "UtcDateTime",
    "connection_of",
    "dialect_of",
    "driven",
    "new_id",
    "one",
    "repeatable_read",
]
