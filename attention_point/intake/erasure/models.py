"""The table of the counts whose visits were erased."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class ErasedCount(Base):
    """What the erased visits of a month count, all people together: a recount adds it to what is still on file.

    ``month`` is the month of counting. ``sealed`` holds the cells and their counts under the keyring, padded to a power
    of two: one row for all who were erased, so that no row is about one person.
    """

    __tablename__ = "erased_count"

    month: Mapped[date] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
