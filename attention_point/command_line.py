"""The command line. It knows each command by name and help; a command's code is loaded when the command is called.

So ``attention-point --help`` answers at once, where loading every room takes more than half a second.
"""

from contextlib import closing
from importlib import import_module
from typing import Any

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.command_language import in_terminal_language, translate_help
from attention_point.foundation.commands import report_errors
from attention_point.foundation.damage_notes import DamagedValue, write_damage_to_journal
from attention_point.foundation.errors import AppError, VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import set_private_umask
from attention_point.loading import pause_garbage_collection


class DeferredCommand(click.Command):
    """A command of another module, which is imported when the command is called.

    ``help`` repeats the command's docstring, because the list of commands shows it without the import.
    """

    def __init__(self, name: str, module: str, attribute: str, help: str) -> None:
        super().__init__(name, help=help)
        self.module = module
        self.attribute = attribute

    def load(self) -> click.Command:
        """The command itself."""
        with pause_garbage_collection():
            command: click.Command = getattr(import_module(f"attention_point.{self.module}"), self.attribute)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Hand over to the command itself: click calls this method first, for help as for running."""
        command = self.load()
        translate_help(command)
        return command.make_context(*args, **kwargs)


class CommandGroup(click.Group):
    """The root of the commands. It reports a sealed record that does not open in a sentence, and in the journal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line in the terminal's language."""
        with in_terminal_language(self):
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A VaultError becomes an AppError with its own journal entry."""
        with report_errors():
            try:
                return super().invoke(ctx)
            except VaultError as error:
                # The command's own transaction is rolled back by now, so the entry needs a database of its own.
                with closing(ctx.obj()) as database:
                    write_damage_to_journal(database, SYSTEM, [DamagedValue(error.purpose, error.row_id)])
                raise AppError(
                    _(
                        "A sealed record does not open: %(kind)s %(row)s. Nothing was saved; it is in the journal.",
                        kind=error.purpose,
                        row=error.row_id,
                    )
                ) from None


COMMANDS = (
    DeferredCommand(
        "init",
        "system_commands",
        "init_installation",
        N_("Create what is missing: folder, keyring, database, reference data, administrator. Safe to repeat."),
    ),
    DeferredCommand("serve", "system_commands", "serve_application", N_("Serve the pages and the API.")),
    DeferredCommand(
        "doctor",
        "system_commands",
        "doctor_command",
        N_("Check this installation. Each problem is printed with what to do about it; exit status 1 if there is any."),
    ),
    DeferredCommand(
        "jobs",
        "system_commands",
        "jobs_commands",
        N_("Tasks that the program does by itself; a timer calls 'jobs run' every quarter of an hour."),
    ),
    DeferredCommand("user", "accounts.commands", "user_commands", N_("Accounts of staff and partner entities.")),
    DeferredCommand("token", "accounts.commands", "token_commands", N_("Tokens of programs.")),
    DeferredCommand(
        "device", "accounts.devices.commands", "device_commands", N_("Tablets, kiosks and screens of the points.")
    ),
    DeferredCommand(
        "person",
        "rights.commands",
        "person_commands",
        N_("People on file: erasing them, and for how long their data are kept."),
    ),
    DeferredCommand(
        "directory",
        "public_directory.commands",
        "directory_commands",
        N_("Entities, services and what they ask for."),
    ),
    DeferredCommand("routing", "routing.commands", "routing_commands", N_("The routing rules.")),
    DeferredCommand("turns", "turns.priority.commands", "turns_commands", N_("The turns of the waiting room.")),
    DeferredCommand("statistics", "statistics.commands", "statistics_commands", N_("The monthly figures.")),
    DeferredCommand("registers", "registers.shared.commands", "registers_commands", N_("The office's registers.")),
    DeferredCommand(
        "report",
        "registers.annual_report.commands",
        "export_report",
        N_("Write the management report of YEAR: the same records and texts give the same bytes."),
    ),
    DeferredCommand(
        "journal",
        "foundation.journal_pages.commands",
        "journal_commands",
        N_("The journal: the audit log of the installation."),
    ),
    DeferredCommand(
        "backup",
        "backups.commands",
        "backup_commands",
        N_("Backups of the whole installation, without its keyring."),
    ),
    DeferredCommand(
        "keys",
        "keys.commands",
        "keys_commands",
        N_("The keys of the keyring: rotate them while the desk works, remove old ones, keep a copy in two shares."),
    ),
    DeferredCommand("mail", "foundation.mail.commands", "mail_commands", N_("Messages that the program sends.")),
    DeferredCommand("demo", "demo.commands", "demo_commands", N_("Invented people, to try the application out.")),
)


@click.group(cls=CommandGroup, commands=COMMANDS)
@click.version_option(package_name="attention-point", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Intake, routing, referrals and monthly counts for an attention point."""
    set_private_umask()
    with pause_garbage_collection():
        from attention_point import app  # noqa: PLC0415 - it loads every room; the list of commands needs none
    app.configure_logging()
    context.obj = app.open_database
