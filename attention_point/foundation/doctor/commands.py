"""``attention-point doctor``."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial

import click
from sqlalchemy.exc import SQLAlchemyError

from attention_point.foundation.commands import refusals
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import machine
from attention_point.foundation.doctor.check import Check
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings, from_environment
from attention_point.foundation.vault import Keyring, Vault

OF_THE_MACHINE = (
    (N_("Rights of files and folders"), machine.check_rights),
    (N_("Keyring"), machine.check_keyring),
    (N_("Free disk space"), machine.check_disk),
)
DATABASE = Check(N_("Database"), machine.check_database)


def doctor_command(checks: Sequence[Check]) -> click.Command:
    """The command over the checks of every feature: only the app knows them all."""

    @click.command("doctor")
    def doctor() -> None:
        """Check this installation; say what is wrong and what to do. Exit status 1 when something is wrong."""
        with refusals():
            settings = from_environment()
        findings = sum(_examine(label, partial(run, settings)) for label, run in OF_THE_MACHINE)
        findings += _examine_database(settings, checks)
        if findings:
            click.echo(ngettext("%(num)s thing is wrong.", "%(num)s things are wrong.", findings), err=True)
            raise click.exceptions.Exit(1)
        click.echo(_("Everything is in order."))

    return doctor


def _examine_database(settings: Settings, checks: Sequence[Check]) -> int:
    """The checks that need the database. Where it cannot be used, they are named as not done, and do not count."""
    try:
        vault = Vault(Keyring.load(settings.keyring))
    except Refusal:
        return _leave_out((DATABASE, *checks))
    with closing(Database(settings.database_url, info={"vault": vault})) as database:
        findings = _examine(DATABASE.label, partial(DATABASE.run, database, settings))
        if findings:
            return findings + _leave_out(checks)
        return sum(_examine(one.label, partial(one.run, database, settings)) for one in checks)


def _examine(label: str, run: Callable[[], Iterable[str]]) -> int:
    """Say what one check finds, and count it. One that fails keeps none of the others from being done."""
    try:
        sentences = list(run())
    except Refusal as refusal:
        sentences = [refusal.message]
    except SQLAlchemyError as error:
        sentences = [_("The database did not answer this (%(kind)s).", kind=type(error).__name__)]
    except Exception as error:  # its words may hold data
        sentences = [_("This could not be checked (%(kind)s).", kind=type(error).__name__)]
    if not sentences:
        click.echo(_("%(check)s: in order", check=_(label)))
    for sentence in sentences:
        click.echo(f"{_(label)}: {sentence}", err=True)
    return len(sentences)


def _leave_out(checks: Iterable[Check]) -> int:
    for one in checks:
        click.echo(_("%(check)s: not checked, because of what stands above", check=_(one.label)), err=True)
    return 0
