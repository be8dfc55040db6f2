"""The table of referrals: entity, state and times in clear; the service and all answers sealed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Referral(Base):
    """One service to which a person was sent. ``version`` grows with every answer."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_inbox", "entity", "state", "id"),
        Index("ix_referral_visit_id", "visit_id"),
        Index("ix_referral_person_id", "person_id"),
        Index("ix_referral_point", "point", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    entity: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    state_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
