"""``attention-point jobs …``."""

from collections.abc import Sequence

import click
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.commands import opened, reading
from attention_point.foundation.database.migrations import pending
from attention_point.foundation.jobs.job import EVERY_RUN, Job
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.jobs.running import run_due
from attention_point.foundation.language import format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment


def jobs_commands(jobs: Sequence[Job]) -> click.Group:
    """The commands over the jobs of every feature: only the app knows them all."""

    @click.group("jobs")
    def group() -> None:
        """What the house does by itself; a timer calls 'jobs run' every quarter of an hour."""

    @group.command("run")
    def run() -> None:
        """Run what is due, each job once a period. Exit status 1 when one failed: the next call tries it again."""
        failed = False
        with opened() as database:
            if pending(database):
                raise Refusal(_("The database is older than the program: run 'attention-point init' first."))
            for ran in run_due(database, from_environment(), jobs, clock.today()):
                failed = failed or ran.error is not None
                if ran.error is not None:
                    click.echo(f"{ran.name} ({ran.period}): {ran.message}", err=True)
                elif ran.period != EVERY_RUN:
                    click.echo(_("%(job)s (%(period)s): done", job=ran.name, period=ran.period))
        if failed:
            raise click.exceptions.Exit(1)

    @group.command("list")
    def listing() -> None:
        """Every job and what became of it, the latest first: name, period, outcome, tries, when it began."""
        with reading() as session:
            for row in session.scalars(select(JobRun).order_by(JobRun.started_at.desc())):
                words = {"done": _("done"), "failed": _("failed"), "running": _("running")}
                began = format_datetime(row.started_at)
                click.echo(
                    "\t".join((row.name, row.period, words[row.outcome], str(row.tries), began, row.error or "-"))
                )

    return group
