"""The tables of calls, proposals, recipients, bulletins and answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base, new_id
from attention_point.registers.shared.models import RecordColumns, SortKey


class Call(RecordColumns, Base):
    """One call for proposals (format 1); ``register.CALLS`` describes its facts."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_sort_id", "sort", "id"),)


class Proposal(RecordColumns, Base):
    """One proposal to a call; ``register.PROPOSALS`` describes its facts."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_sort_id", "sort", "id"),)


# No index over sort: recipients have no date and are listed by name.
class Recipient(RecordColumns, Base):
    """Somebody who receives the bulletin; ``register.RECIPIENTS`` describes the facts."""

    __tablename__ = "call_recipient"


class Monitoring(RecordColumns, Base):
    """The monitoring process as it is in force; ``register.MONITORING`` describes its facts."""

    __tablename__ = "call_monitoring"
    __table_args__ = (Index("ix_call_monitoring_sort_id", "sort", "id"),)


class ProposalFigures(Base):
    """A proposal's figures and its place on the board, written together with the proposal.

    They are columns, not JSON, because the board and the success rate count and sort by them over all years. ``sort``
    is the proposal's; ``cofinancing`` is in hundredths of ``currency``.
    """

    __tablename__ = "call_proposal_figures"
    __table_args__ = (Index("ix_call_proposal_figures_stage_sort_proposal", "stage", "sort", "proposal"),)

    proposal: Mapped[UUID] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    # By its id, so that a renamed call keeps its proposals.
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
    # Unique: two drafts of a week cannot both be sent.
    week: Mapped[str] = mapped_column(String(8), unique=True)
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # The actor as the journal names it, no account's name.
    sent_by: Mapped[str | None] = mapped_column(String(60))


class BulletinCall(Base):
    """A call of a bulletin. ``facts`` are the facts that were sent, with organisations by name; empty in a draft."""

    __tablename__ = "call_bulletin_call"

    bulletin: Mapped[UUID] = mapped_column(ForeignKey("call_bulletin.id", ondelete="CASCADE"), primary_key=True)
    call: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True, index=True)
    place: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class BulletinLink(Base):
    """The link by which one recipient answers one bulletin.

    Only the mail holds the token; ``token_hash`` is its SHA-256, which opens nothing for whoever steals the database.
    ``ends`` is the last day. ``tries`` counts the answers since ``since``.
    """

    __tablename__ = "call_bulletin_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    bulletin: Mapped[UUID] = mapped_column(ForeignKey("call_bulletin.id"), index=True)
    recipient: Mapped[UUID] = mapped_column(ForeignKey("call_recipient.id"), index=True)
    ends: Mapped[date]
    since: Mapped[datetime]
    tries: Mapped[int]


class CallAnswer(Base):
    """A recipient's answer to a call (format 2): interest, needs, and the person in charge."""

    __tablename__ = "call_answer"

    call: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    recipient: Mapped[UUID] = mapped_column(ForeignKey("call_recipient.id"), primary_key=True, index=True)
    interested: Mapped[bool]
    needs: Mapped[str] = mapped_column(String(2000))
    person: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    answered_at: Mapped[datetime]
