"""The table of erasures: the tombstone of a person, with the minimal note of the file."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Erasure(Base):
    """That a person was erased: the minimal note of the file (Ley 594/2000), which a restore reads to erase again.

    ``sealed`` holds why, and who decided it, under the keyring: the ground in clear would tell of a claim. It is empty
    once the note's own time is over.
    """

    __tablename__ = "erasure"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    erased_at: Mapped[datetime]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
