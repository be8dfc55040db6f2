"""For which version of a key rows were renewed: the one table of this room. It names no row."""

from datetime import datetime

from sqlalchemy import SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class KeyRotation(Base):
    """That the rows of one kind are renewed for a version of a key.

    ``finished_at`` is empty while they are, and where a rotation was interrupted.
    """

    __tablename__ = "key_rotation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    finished_at: Mapped[datetime | None]
