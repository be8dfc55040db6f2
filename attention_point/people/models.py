"""Tables of people: what is said by or about a person is in ``sealed``; beside it only ids, times and keyed tags."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id


class Person(Base):
    """A person as a pseudonym, a wrapped data key and a sealed record. Erasing destroys ``wrapped_key``.

    ``counted`` is sealed too: when the person was counted last, and as what. It is empty for somebody of whom nothing
    is counted, and until the first visit after a version of the program that did not keep it.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_updated_at", "updated_at"),)  # finds who was changed since a moment

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key_version: Mapped[int] = mapped_column(SmallInteger)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    counted: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class PersonTag(Base):
    """A blind-index tag: finds a person by a document or a name key without storing either."""

    __tablename__ = "person_tag"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tag: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    index_version: Mapped[int] = mapped_column(SmallInteger)


class PersonTagRebuild(Base):
    """How far everybody's tags were made anew, after a version of the program that writes further ones.

    There is no row where everybody was registered with today's tags. ``version`` is that of the tags; ``last_person``
    the last one done, in the order of ids.
    """

    __tablename__ = "person_tag_rebuild"

    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_person: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]


class PossibleDuplicate(Base):
    """Two people who may be one. A person decides; nothing is merged unseen."""

    __tablename__ = "possible_duplicate"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    found_at: Mapped[datetime]


class DuplicateDecision(Base):
    """A decision about two people who may be one. It changes neither of them."""

    __tablename__ = "duplicate_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "other_id"], ["possible_duplicate.person_id", "possible_duplicate.other_id"]
        ),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    found_out: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime]


class RightsMark(Base):
    """What the exercise of a right leaves with a person: a claim in process, or what was revoked.

    ``tag`` is a keyed tag of the person's id, so that without the keyring nobody learns whose mark it is; ``sealed``
    holds which of the two it is, and what it says, padded to one size. ``request_id`` is the request it comes from.
    """

    __tablename__ = "rights_mark"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(index=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    index_version: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
