"""The table of events."""

from sqlalchemy import Index

from attention_point.foundation.database import Base
from attention_point.registers.shared.models import RecordColumns


class Event(RecordColumns, Base):
    """One event; ``register.EVENTS`` describes its facts."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_sort_id", "sort", "id"),)
