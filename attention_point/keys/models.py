"""How far a rotation is: the one table of this room. It names no row but the last one that was looked at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class KeyRotation(Base):
    """How far the rows of one kind are renewed for a version of a key: ``last_row`` is the last one looked at.

    ``finished_at`` is empty while rows wait, and where a rotation was interrupted.
    """

    __tablename__ = "key_rotation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    last_row: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
