"""The checks of ``doctor`` on the jobs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check, StatusLine
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.journal import JournalEntry
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
        silent_since = _find_silence(session, last_start)
    if silent_since is not None:
        yield _(
            "No job has run since %(moment)s: let a timer call “attention-point jobs run” (docs/operations.md).",
            moment=format_datetime(silent_since),
        )


def _find_silence(session: Session, last_start: datetime | None) -> datetime | None:
    """Since when no timer has called, if that is too long; of an installation that never had a call, its beginning."""
    since = last_start or session.scalar(select(JournalEntry.at).order_by(JournalEntry.seq).limit(1))
    return since if since is not None and clock.now() - since > MAX_SILENCE else None


def list_job_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """When the timer called last, and whether a job failed."""
    last_start = session.scalar(select(func.max(JobRun.started_at)))
    query = select(JobRun.name).where(JobRun.outcome == "failed").order_by(JobRun.name).distinct()
    failed = session.scalars(query).all()
    advice = ""
    if failed:
        advice = _("Failed: %(jobs)s. “attention-point jobs run” tries again and says why.", jobs=", ".join(failed))
    elif _find_silence(session, last_start) is not None:
        advice = _("Let a timer call “attention-point jobs run” every quarter of an hour (docs/operations.md).")
    value = _("last run %(moment)s", moment=format_datetime(last_start)) if last_start else _("none has run yet")
    yield StatusLine(_("Tasks of the program"), value, advice)


CHECKS = (Check(N_("Jobs"), check_jobs),)
