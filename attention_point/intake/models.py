"""The tables of visits and of forms that are not finished.

A visit's time, point and reference stand in clear; what was said is sealed under the person's key.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base

RECORDED, CORRECTED, VOID = "recorded", "corrected", "void"
VISIT_STATES = (RECORDED, CORRECTED, VOID)


class Visit(Base):
    """One visit.

    ``fingerprint`` is a keyed digest of the draft. It shows whether a second draft with the same id is a repetition.
    ``day`` is the day on which the visit counts: that of the attention, or of the receipt where its month was closed by
    then. ``actor`` is the journal's label of whoever recorded it. ``hidden_code`` is
    that of its slip (``hidden_codes.py``).
    ``family_tag`` is empty for somebody who came alone; those of one family are all different, and only who knows the
    family's sealed id finds them (decision 32). ``sealed`` is empty once the person is erased. ``state`` is a code of
    ``VISIT_STATES``; ``version`` grows with every correction, the last of which was at ``changed_at``. Earlier versions
    stand in ``sealed``.
    """

    __tablename__ = "visit"
    __table_args__ = (
        # The first finds a person's visits of a month, for each new visit of somebody on file; the second the newest
        # visits of a point, for each list.
        Index("ix_visit_person_id_day", "person_id", "day"),
        Index("ix_visit_point_day_id", "point", "day", "id"),
        Index("ix_visit_family_tag", "family_tag", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    attended_at: Mapped[datetime]
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    hidden_code: Mapped[str] = mapped_column("code", String(20), unique=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    family_tag: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[str] = mapped_column(String(10), default=RECORDED, server_default=RECORDED)
    changed_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class VisitAddition(Base):
    """What a correction adds to a visit of a closed month: the closed month stays, this counts on ``day``.

    ``sealed`` holds the counted facts under the person's key; it is empty once the person is erased. See
    docs/decisions/0030.
    """

    __tablename__ = "visit_addition"
    __table_args__ = (
        Index("ix_visit_addition_day_id", "day", "id"),
        Index("ix_visit_addition_person_id_day", "person_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    added_at: Mapped[datetime]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class VisitCounter(Base):
    """The last number of a reference at a point in a year: references have no gaps and never come twice."""

    __tablename__ = "visit_counter"

    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ReservedReference(Base):
    """A reference that was taken from the counter for a tablet, which prints it on a slip while it has no network.

    ``used_at`` is when a visit got it; a number that no visit got stays a gap. It belongs to a device and to the
    account that works on it.
    """

    __tablename__ = "reserved_reference"
    __table_args__ = (Index("ix_reserved_reference_device_id_user_id", "device_id", "user_id"),)

    reference: Mapped[str] = mapped_column(String(30), primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reserved_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FormDraft(Base):
    """What an agent typed and has not finished; nobody else opens it.

    ``kind`` is ``visit`` for the form of a visit, whose id will be ``id``, ``search`` or ``correction``. ``sealed``
    holds what was typed, padded, so that its length tells only the order of magnitude.
    """

    __tablename__ = "form_draft"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(index=True)
