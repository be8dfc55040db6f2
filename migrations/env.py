"""Alembic's environment: runs on the connection it is handed, over every feature's models."""

from alembic import context

from attention_point import catalogue  # noqa: F401 - brings in every room's models
from attention_point.foundation.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
