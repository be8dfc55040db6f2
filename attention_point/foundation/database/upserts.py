"""``INSERT … ON CONFLICT``, which SQLAlchemy offers for each engine by a function of the engine's dialect."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def build_insert(dialect_name: str, model: Any) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT into the model's table, to which ``on_conflict_do_nothing`` or ``on_conflict_do_update`` is added.

    ``dialect_name`` is ``sqlite`` or ``postgresql``.
    """
    # One dialect is loaded, not both: PostgreSQL's takes 40 ms and 2 MB, because it loads all of its drivers.
    if dialect_name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert  # noqa: PLC0415

        return sqlite_insert(model)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # noqa: PLC0415

    return postgresql_insert(model)
