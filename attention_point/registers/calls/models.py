"""The tables of calls."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id
from attention_point.registers.shared.models import RecordColumns, SortKey


class Call(RecordColumns, Base):
    """One call (format 1); its facts are those of ``register.CALLS``."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_sort_id", "sort", "id"),)


class Proposal(RecordColumns, Base):
    """One proposal; its facts are those of ``register.PROPOSALS``."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_sort_id", "sort", "id"),)


class Recipient(RecordColumns, Base):
    """Somebody to whom the bulletin goes; the facts are those of ``register.RECIPIENTS``."""

    __tablename__ = "call_recipient"


class Monitoring(RecordColumns, Base):
    """The process as it is in force; its facts are those of ``register.MONITORING``."""

    __tablename__ = "call_monitoring"
    __table_args__ = (Index("ix_call_monitoring_sort_id", "sort", "id"),)


class ProposalFigures(Base):
    """What is counted of a proposal and where it stands on the board, written with it.

    ``sort`` is the proposal's. Amounts in hundredths of ``currency``.
    """

    __tablename__ = "call_proposal_figures"
    __table_args__ = (Index("ix_call_proposal_figures_stage_sort_proposal", "stage", "sort", "proposal"),)

    proposal: Mapped[UUID] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    call: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    year: Mapped[int | None] = mapped_column(index=True)
    stage: Mapped[str] = mapped_column(String(20))
    sort: Mapped[str] = mapped_column(SortKey)
    presented: Mapped[bool]
    chosen: Mapped[bool]
    approved: Mapped[bool]
    currency: Mapped[str | None] = mapped_column(String(3))
    cofinancing: Mapped[int | None] = mapped_column(BigInteger)


class Bulletin(Base):
    """The bulletin of a week (``2017-W34``): a draft until somebody sends it, once."""

    __tablename__ = "call_bulletin"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    week: Mapped[str] = mapped_column(String(8), unique=True)
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(String(60))


class BulletinCall(Base):
    """A call of a bulletin. ``facts`` are those that were sent, organisations by name; empty in a draft."""

    __tablename__ = "call_bulletin_call"

    bulletin: Mapped[UUID] = mapped_column(ForeignKey("call_bulletin.id", ondelete="CASCADE"), primary_key=True)
    call: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True, index=True)
    place: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class BulletinLink(Base):
    """One recipient's way to answer one bulletin. The mail holds the token; here is its SHA-256, of no use to a thief.

    ``ends`` is its last day. ``tries`` counts the answers since ``since``.
    """

    __tablename__ = "call_bulletin_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    bulletin: Mapped[UUID] = mapped_column(ForeignKey("call_bulletin.id"), index=True)
    recipient: Mapped[UUID] = mapped_column(ForeignKey("call_recipient.id"), index=True)
    ends: Mapped[date]
    since: Mapped[datetime]
    tries: Mapped[int]


class CallAnswer(Base):
    """A recipient's answer to a call (format 2); ``needs`` what they would need, then who is in charge."""

    __tablename__ = "call_answer"

    call: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    recipient: Mapped[UUID] = mapped_column(ForeignKey("call_recipient.id"), primary_key=True, index=True)
    interested: Mapped[bool]
    needs: Mapped[str] = mapped_column(String(2000))
    person: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    answered_at: Mapped[datetime]
