"""The tables of agreements."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base
from attention_point.registers.shared.models import RecordColumns


class Agreement(RecordColumns, Base):
    """One agreement; its facts are those of ``register.AGREEMENTS``."""

    __tablename__ = "agreement"
    __table_args__ = (Index("ix_agreement_sort_id", "sort", "id"),)


class AgreementAlert(Base):
    """A notice that was given, so that it is given once.

    ``milestone`` is the milestone's name, empty for the end of the validity. ``day`` is the deadline; ``days`` is how
    many days before it the notice is due. A deadline that moves gets its notices again.
    """

    __tablename__ = "agreement_alert"

    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"), primary_key=True)
    milestone: Mapped[str] = mapped_column(String(300), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
