"""The table of jobs: their last run for each period."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class JobRun(Base):
    """The last run of a job for a period. ``error`` is a code or the class of an error, never its words."""

    __tablename__ = "job_run"
    __table_args__ = (CheckConstraint("outcome IN ('running', 'done', 'failed')", name="outcome_known"),)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(60))
