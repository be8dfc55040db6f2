"""The table of the counts whose visits were erased."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class ErasedCount(Base):
    """What the erased visits of a month count, all people together: a recount adds it to what is still on file.

    ``id`` is the month of counting (``kept_counts.build_row_id``). ``sealed`` holds the cells and their counts under
    the keyring, padded to a power of two: one row for all who were erased, so that no row is about one person.
    """

    __tablename__ = "erased_count"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
