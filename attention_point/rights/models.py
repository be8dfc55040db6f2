"""The tables of requests about data and of incidents. Without the keyring nothing in them tells whom they are about."""

from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id


class RightsRequest(Base):
    """A request about somebody's data, from the receipt to the answer.

    ``reference`` is the filing number that the receipt shows (radicado). ``tag`` is a keyed tag of the person's id, and
    empty where nobody on file is meant, or where the person was erased. ``sealed`` is the minimal note, which stays
    (Ley 594 de 2000): kind, days, steps, outcome. ``sealed_words`` is what was said and written, with the name and the
    address of who asks, under the person's own key; it is empty once the person is erased. Of nobody on file the words
    stand with the note.
    """

    __tablename__ = "rights_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    is_open: Mapped[bool] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    tag: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    index_version: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary)


class DataIncident(Base):
    """Something that happened to data: what, to how many, what was done. All of it is sealed under the keyring."""

    __tablename__ = "data_incident"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
