"""The directory as a change would leave it, without the change: written, read, and undone in one transaction."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.snapshot import Directory


def preview_directory(session: Session, write: Callable[[], object]) -> Directory:
    """The directory after ``write`` has changed it. Nothing of it stays, whatever ``write`` raises.

    The change passes all checks of a real one, so that what is shown is what would be published.
    """
    changed = session.begin_nested()
    try:
        write()
        session.flush()
        queries.forget_directory(session)
        return queries.get_directory(session)
    finally:
        changed.rollback()
        session.expire_all()
        queries.forget_directory(session)
