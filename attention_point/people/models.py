"""Tables of people: what is said by or about a person is in ``sealed``; beside it only ids, times and keyed tags."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String
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
    """Two people who may be one, the later id first. A person decides; nothing is merged unseen.

    Neither how alike they are nor what was decided stands in clear: ``sealed`` holds the decisions under the later
    person's key (``merging.py``). ``is_decided`` takes the pair from the list of those to compare. A decided pair
    without ``sealed`` was kept apart by an earlier version of the program. ``version`` grows with every decision.
    ``set_aside_until`` is the first day on which a pair that could not be decided is shown again.
    """

    __tablename__ = "possible_duplicate"
    __table_args__ = (Index("ix_possible_duplicate_other_id", "other_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    found_at: Mapped[datetime]
    is_decided: Mapped[bool] = mapped_column(default=False, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    set_aside_until: Mapped[date | None]


class DuplicateSearch(Base):
    """How far the search for people who may be one has come: the one row of the job.

    Everybody up to ``last_person`` was compared, and everybody who was changed before ``changed_until``.
    """

    __tablename__ = "duplicate_search"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_person: Mapped[UUID | None]
    changed_until: Mapped[datetime]


class AccessGrant(Base):
    """That somebody who sees what is confidential stated why a person's file is opened.

    There is a row for every file, whatever is in it, and the journal has the same person, actor and time: the row tells
    nothing more. The reason is in ``sealed``, under the person's key.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        Index("ix_access_grant_actor_opened_at", "actor", "opened_at"),
        Index("ix_access_grant_opened_at", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    actor: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


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
