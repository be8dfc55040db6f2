"""The commands ``attention-point jobs …``."""

from collections.abc import Sequence

import click
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.commands import read_session, use_database
from attention_point.foundation.database.migrations import has_pending_migrations
from attention_point.foundation.errors import AppError
from attention_point.foundation.jobs.job import EVERY_RUN, Job
from attention_point.foundation.jobs.job_runner import run_due_jobs
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.language import format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import read_settings


def build_jobs_commands(jobs: Sequence[Job]) -> click.Group:
    """Return the commands over the jobs of every feature. Only the app knows them all."""

    @click.group("jobs")
    def jobs_group() -> None:
        """Tasks that the program does by itself; a timer calls 'jobs run' every quarter of an hour."""

    @jobs_group.command("run")
    def run_jobs() -> None:
        """Run the due jobs, each once in its period. Exit status 1 when one failed; the next call tries it again."""
        any_failed = False
        with use_database() as database:
            if has_pending_migrations(database):
                raise AppError(_("The database is older than the program: run 'attention-point init' first."))
            for result in run_due_jobs(database, read_settings(), jobs, clock.today()):
                any_failed = any_failed or result.error is not None
                if result.error is not None:
                    click.echo(f"{result.name} ({result.period}): {result.message}", err=True)
                elif result.period != EVERY_RUN:
                    click.echo(_("%(job)s (%(period)s): done", job=result.name, period=result.period))
        if any_failed:
            raise click.exceptions.Exit(1)

    @jobs_group.command("list")
    def list_jobs() -> None:
        """List every job, the latest first: name, period, outcome, tries, start."""
        with read_session() as session:
            for job_run in session.scalars(select(JobRun).order_by(JobRun.started_at.desc())):
                outcome_labels = {"done": _("done"), "failed": _("failed"), "running": _("running")}
                started_at, outcome = format_datetime(job_run.started_at), outcome_labels[job_run.outcome]
                columns = (job_run.name, job_run.period, outcome, str(job_run.tries), started_at, job_run.error or "-")
                click.echo("\t".join(columns))

    return jobs_group
