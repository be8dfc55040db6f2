"""The checks of ``doctor`` on the jobs."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check, StatusLine
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.language import N_, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings

MAX_SILENCE = timedelta(days=1)
"""The timer calls every quarter of an hour, but a machine may be off for a night."""


def check_jobs(database: Database, _settings: Settings) -> Iterator[str]:
    """Find jobs whose last run failed, and a timer that has called nothing for a day."""
    with database.read_session() as session:
        last_start = session.scalar(select(func.max(JobRun.started_at)))
        failed = session.scalars(select(JobRun).where(JobRun.outcome == "failed").order_by(JobRun.name, JobRun.period))
        for job in failed:
            yield _(
                "The job %(job)s (%(period)s) failed: %(error)s. “attention-point jobs run” tries again and says why.",
                job=job.name,
                period=job.period,
                error=job.error or "-",
            )
    # A new installation has had no call yet.
    if last_start is not None and clock.now() - last_start > MAX_SILENCE:
        yield _(
            "No job has run since %(moment)s: let a timer call “attention-point jobs run” (docs/operations.md).",
            moment=format_datetime(last_start),
        )


def list_job_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """When the timer called last, and whether a job failed."""
    last_start = session.scalar(select(func.max(JobRun.started_at)))
    query = select(JobRun.name).where(JobRun.outcome == "failed").order_by(JobRun.name).distinct()
    failed = session.scalars(query).all()
    advice = ""
    if failed:
        advice = _("Failed: %(jobs)s. “attention-point jobs run” tries again and says why.", jobs=", ".join(failed))
    elif last_start is not None and clock.now() - last_start > MAX_SILENCE:
        advice = _("Let a timer call “attention-point jobs run” every quarter of an hour (docs/operations.md).")
    value = _("last run %(moment)s", moment=format_datetime(last_start)) if last_start else _("none has run yet")
    yield StatusLine(_("Tasks of the program"), value, advice)


CHECKS = (Check(N_("Jobs"), check_jobs),)
