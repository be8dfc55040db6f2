"""The command ``attention-point doctor``."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial

import click
from sqlalchemy.exc import SQLAlchemyError

from attention_point.foundation.commands import report_errors
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import machine_checks
from attention_point.foundation.doctor.check import Check
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.vault import KeyringWatch

# These need no database. A keyring that does not load is one finding here; the checks below are then skipped.
MACHINE_CHECKS = (
    (N_("Permissions of files and folders"), machine_checks.check_file_permissions),
    (N_("Keyring"), machine_checks.check_keyring),
    (N_("Free disk space"), machine_checks.check_disk_space),
)
BuildDatabase = Callable[[Settings, KeyringWatch], Database]
DATABASE_CHECK = Check(N_("Database"), machine_checks.check_database)


def build_doctor_command(build_database: BuildDatabase, keyring_fit: Check, checks: Sequence[Check]) -> click.Command:
    """Builds the command with the checks of all features. The app passes them: the foundation knows no feature.

    ``build_database`` gives the database with what every room puts into its sessions: a check that lacked it would find
    nothing wrong.

    ``keyring_fit`` says whether the keyring is that of the database. Where it is not, the others are skipped.
    """

    @click.command("doctor")
    def run_doctor() -> None:
        """Check this installation. Each problem is printed with what to do about it; exit status 1 if there is any."""
        with report_errors():
            settings = read_settings()
        finding_count = sum(_run_check(label, partial(run, settings)) for label, run in MACHINE_CHECKS)
        database_findings, advice_count = _run_database_checks(
            settings, build_database, (DATABASE_CHECK, keyring_fit), checks
        )
        finding_count += database_findings
        if finding_count:
            click.echo(ngettext("%(num)s problem found.", "%(num)s problems found.", finding_count), err=True)
            raise click.exceptions.Exit(1)
        if advice_count:
            click.echo(
                ngettext(
                    "No problems found, and %(num)s piece of advice above.",
                    "No problems found, and %(num)s pieces of advice above.",
                    advice_count,
                )
            )
        else:
            click.echo(_("No problems found."))

    return run_doctor


def _run_database_checks(
    settings: Settings, build_database: BuildDatabase, first_checks: Sequence[Check], checks: Sequence[Check]
) -> tuple[int, int]:
    """Runs them in their order. Returns how many problems they found, and how many pieces of advice."""
    # Without keyring or database the other checks would all say the same. They are named as not done, so that nobody
    # takes them for passed.
    try:
        watch = KeyringWatch(settings.keyring)
    except AppError:
        _report_skipped_checks((*first_checks, *checks))
        return 0, 0
    with closing(build_database(settings, watch)) as database:
        for number, check in enumerate(first_checks, 1):
            if finding_count := _run_check(check.label, partial(check.run, database, settings)):
                _report_skipped_checks((*first_checks[number:], *checks))
                return finding_count, 0
        counts = []
        for check in checks:
            if check.skips_demo and settings.demo:
                click.echo(_("%(check)s: not asked of a demonstration", check=_(check.label)))
            else:
                counts.append((check, _run_check(check.label, partial(check.run, database, settings))))
        advice_count = sum(count for check, count in counts if check.is_advice)
        return sum(count for _check, count in counts) - advice_count, advice_count


def _run_check(label: str, run: Callable[[], Iterable[str]]) -> int:
    """Runs a check, prints what it finds and returns the number of findings. A check that fails stops no other."""
    try:
        sentences = list(run())
    except AppError as app_error:
        sentences = [app_error.message]
    except SQLAlchemyError as error:
        sentences = [_("The database did not respond (%(kind)s).", kind=type(error).__name__)]
    except Exception as error:  # only its type is printed: the words of an unknown error may hold personal data
        sentences = [_("This check could not run (%(kind)s).", kind=type(error).__name__)]
    if not sentences:
        click.echo(_("%(check)s: OK", check=_(label)))
    for sentence in sentences:
        click.echo(f"{_(label)}: {sentence}", err=True)
    return len(sentences)


def _report_skipped_checks(checks: Iterable[Check]) -> None:
    for check in checks:
        click.echo(_("%(check)s: not checked, because of the problem above", check=_(check.label)), err=True)
