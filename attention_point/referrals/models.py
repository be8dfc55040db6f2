"""The table of referrals. State and times stand in clear; service, entity and all answers are sealed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Referral(Base):
    """One service of an entity to which a person was referred. ``version`` grows with every answer."""

    __tablename__ = "referral"
    __table_args__ = (
        # Each index ends with the id, which sorts by time: a list reads its newest rows from it, in order.
        Index("ix_referral_inbox", "state", "entity_tag", "id"),
        Index("ix_referral_visit_id", "visit_id"),
        Index("ix_referral_person_id", "person_id"),
        Index("ix_referral_point", "point", "state", "id"),
        # What changed last: each process keeps the open referrals of entities in memory.
        Index("ix_referral_changes", "state_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    # Of the entity and the day in the id (``entity_tags.py``): the entity in clear would tell the need.
    entity_tag: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    state_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    # A service can reveal violence (VBG), so it is sealed too. None once the person is erased.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReferralNotice(Base):
    """Something that an entity's liaisons are to be told, until they are told: then the row is deleted.

    ``sealed`` holds entity, kind and referrals, or liaisons and their counts where ``for_digest`` is set. In clear, a
    row written together with a visit would tell to which entity, so of which need, the visit was.
    """

    __tablename__ = "referral_notice"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    # Waits for the letter of the day, not for the next run of the job.
    for_digest: Mapped[bool] = mapped_column(index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DataRecall(Base):
    """What an entity is asked to stop using, until it says that it did: then the row is deleted.

    ``sealed`` holds the entity and the number of the visit. Neither person nor referral stands beside it: together with
    the entity they would tell what somebody needed who was erased.
    """

    __tablename__ = "data_recall"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
