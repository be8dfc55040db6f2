"""``attention-point mail …``, and the job that sends the mail."""

import sys
from collections.abc import Iterable
from uuid import UUID

import click
import structlog

from attention_point.foundation.commands import opened
from attention_point.foundation.database import Database
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.outbox import Sent, send_waiting, take_up_again, waiting
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings, from_environment

log = structlog.get_logger("mail")


@click.group("mail")
def mail_commands() -> None:
    """Messages that the house sends."""


@mail_commands.command("send")
@click.option("--again", is_flag=True, help="Take up again what was given up in the last 30 days.")
def send(again: bool) -> None:
    """Send what waits; exit status 1 when something was not taken."""
    with opened() as database:
        if again:
            with database.writing() as session:
                take_up_again(session)
        sent = send_waiting(database, from_environment(), _shown)
    if sent is None:
        click.echo(_("Another process is sending the mail."))
        return
    click.echo(_("%(count)s sent.", count=sent.taken))
    if sent.postponed or sent.given_up:
        click.echo(_not_taken(sent), err=True)
        raise click.exceptions.Exit(1)


def send_job(database: Database, settings: Settings, _period: str) -> None:
    """Send what waits. Raises Refusal when something was not taken; without a mail server nothing is tried."""
    if settings.mail_server is None:
        with database.reading() as session:
            if left := waiting(session):
                log.warning("mail.no_server", waiting=left)
        return
    sent = send_waiting(database, settings)
    if sent and (sent.postponed or sent.given_up):
        raise Refusal(_not_taken(sent), "mail-not-taken")


def _not_taken(sent: Sent) -> str:
    return _(
        "%(later)s were not taken and will be tried again, %(never)s were given up.",
        later=sent.postponed,
        never=sent.given_up,
    )


def _shown(mails: list[UUID]) -> Iterable[UUID]:
    with click.progressbar(mails, label=_("Sending"), file=sys.stderr) as bar:
        yield from bar
