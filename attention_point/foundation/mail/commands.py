"""The commands ``attention-point mail …``, and the job that sends the mail."""

import sys
from collections.abc import Iterable
from uuid import UUID

import click
import structlog

from attention_point.foundation.commands import use_database
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.outbox import SendingResult, count_waiting, requeue_given_up, send_due_messages
from attention_point.foundation.settings import Settings, read_settings

log = structlog.get_logger("mail")


@click.group("mail")
def mail_commands() -> None:
    """Messages that the program sends."""


@mail_commands.command("send")
@click.option("--again", is_flag=True, help="Try again the messages that were given up in the last 30 days, too.")
def send_mail(again: bool) -> None:
    """Send the waiting messages. Exit status 1 when the server did not accept one."""
    with use_database() as database:
        if again:
            with database.write_session() as session:
                requeue_given_up(session)
        result = send_due_messages(database, read_settings(), _with_progress_bar)
    if result is None:
        click.echo(_("Another process is sending the mail."))
        return
    click.echo(_("%(count)s sent.", count=result.taken))
    if result.postponed or result.given_up:
        click.echo(_describe_not_taken(result), err=True)
        raise click.exceptions.Exit(1)


def run_send_job(database: Database, settings: Settings, _period: str) -> None:
    """Send what waits. Raises AppError when the server did not take something; without a mail server does nothing."""
    if settings.mail_server is None:
        with database.read_session() as session:
            if waiting_count := count_waiting(session):
                log.warning("mail.no_server", waiting=waiting_count)
        return
    result = send_due_messages(database, settings)
    if result and (result.postponed or result.given_up):
        raise AppError(_describe_not_taken(result), "mail-not-taken")


def _describe_not_taken(result: SendingResult) -> str:
    return _(
        "%(later)s were not accepted and will be tried again, %(never)s were given up.",
        later=result.postponed,
        never=result.given_up,
    )


def _with_progress_bar(mail_ids: list[UUID]) -> Iterable[UUID]:
    with click.progressbar(mail_ids, label=_("Sending"), file=sys.stderr) as bar:
        yield from bar
