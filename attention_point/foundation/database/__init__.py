"""The database: engine and sessions, column types, ids, migrations."""

from attention_point.foundation.database.engine import Database
from attention_point.foundation.database.identifiers import new_id
from attention_point.foundation.database.schema import Base, UtcDateTime

__all__ = ["Base", "Database", "UtcDateTime", "new_id"]
