"""The commands of the installation itself: ``init``, ``serve``, ``doctor`` and ``jobs``. They know every feature."""

import signal
from contextlib import closing
from types import FrameType
from typing import Any

import click
from flask import Flask
from waitress import wasyncore

from attention_point import catalogue
from attention_point.accounts.services import add_first_administrator
from attention_point.app import build_database, create_app, open_database
from attention_point.directory.validation.missing_contacts import list_missing_settings
from attention_point.foundation import web
from attention_point.foundation.commands import report_errors
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import has_pending_migrations, has_tables, upgrade_database
from attention_point.foundation.doctor.commands import build_doctor_command
from attention_point.foundation.errors import AppError
from attention_point.foundation.jobs.checks import CHECKS
from attention_point.foundation.jobs.commands import build_jobs_commands
from attention_point.foundation.journal.verification.keyed_start import mark_keyed_start
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import prepare_instance_folder
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.vault import Keyring, KeyringError, Vault
from attention_point.foundation.web import json_bodies
from attention_point.foundation.web.server import IDLE_SECONDS, MAX_CONNECTIONS, create_server
from attention_point.foundation.worker.checks import WORKER_CHECK
from attention_point.keyring_fit import KEYRING_FIT_CHECK, require_fitting_keyring
from attention_point.loading import freeze_loaded_objects
from attention_point.people.search import index_keeper
from attention_point.turns.screen.views import STREAM_PATH

# What is a little too large still reaches the application, which says so in the reader's language.
SERVER_BODY_LIMIT = web.MAX_BODY_BYTES + 1024 * 1024

doctor_command = build_doctor_command(
    build_database,
    KEYRING_FIT_CHECK,
    [*CHECKS, WORKER_CHECK, *(check for feature in catalogue.FEATURES for check in feature.checks)],
)
jobs_commands = build_jobs_commands([job for feature in catalogue.FEATURES for job in feature.jobs])


@click.command("init")
def init_installation() -> None:
    """Create what is missing: folder, keyring, database, reference data, administrator. Safe to repeat."""
    with report_errors():
        settings = read_settings()
        try:
            prepare_instance_folder(settings)
            upgrade_database(settings.database_url, vault=_prepare_keyring(settings))
        except OSError as error:
            file, reason = error.filename, error.strerror
            raise AppError(_("%(file)s cannot be written: %(reason)s", file=file, reason=reason)) from None
        database = open_database()
        with database.write_session() as session:
            # The directory first: what other rooms begin with belongs to its points.
            for feature in sorted(catalogue.FEATURES, key=lambda feature: feature.name != "directory"):
                for load_reference in feature.reference_loaders:
                    load_reference(session)
            invitation = add_first_administrator(session)
    if invitation:
        click.echo(_("Administrator: %(email)s", email=invitation.email))
        click.echo(_("One-time password, shown only now: %(password)s", password=invitation.password))
    with closing(database):
        _begin_keyed_journal(database)


def _prepare_keyring(settings: Settings) -> Vault:
    """The vault of the installation's keyring: that of its database, or a new one where there is no database yet."""
    if not settings.keyring.exists():
        if has_tables(settings.database_url):
            raise KeyringError(
                _(
                    "There is a database, and its keyring is not at %(path)s. Bring it back from its copy: nothing can "
                    "be opened with a new one. Nothing was changed.",
                    path=settings.keyring,
                )
            )
        Keyring.create(settings.keyring)
    vault = Vault(Keyring.load(settings.keyring))
    with closing(Database(settings.database_url, info={"vault": vault})) as database:
        if has_tables(settings.database_url):
            require_fitting_keyring(database)
    return vault


def _begin_keyed_journal(database: Database) -> None:
    """Begin the keyed part of the journal of an installation that has none yet."""
    try:
        first_keyed_entry = mark_keyed_start(database, database.info["journal_heads"])
    except AppError as error:
        click.echo(error.message, err=True)  # a fault of the journal must not stop the desk from receiving people
    else:
        if first_keyed_entry:
            click.echo(_("The journal is keyed from entry %(seq)s on.", seq=first_keyed_entry))


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
def serve_application(host: str, port: int) -> None:
    """Serve the pages and the API."""
    with report_errors():
        settings = read_settings()
        app = create_app(settings)
        require_fitting_keyring(app.extensions["database"])
        # Serving on an older schema would fail at the desk, in the middle of a visit.
        if has_pending_migrations(app.extensions["database"]):
            raise AppError(_("The database is older than the program: run 'attention-point init' first."))
        server = _create_listening_server(app, host, port)
    freeze_loaded_objects()
    signal.signal(signal.SIGTERM, _exit_on_signal)
    click.echo(_("Serving on %(url)s", url=f"http://{host}:{port}"))
    for sentence in list_missing_settings(settings):
        click.echo(sentence, err=True)
    try:
        server.run()
    finally:
        index_keeper.close_keeper(app.extensions["database"].info)


def _exit_on_signal(_number: int, _frame: FrameType | None) -> None:
    """End as on Ctrl+C: running requests are answered, and temporary files are removed."""
    raise SystemExit


def _create_listening_server(app: Flask, host: str, port: int) -> Any:
    open_sockets: dict[int, Any] = {}
    try:
        return create_server(
            app,
            open_sockets,
            app.extensions["settings"].trusted_proxies,
            STREAM_PATH,
            host=host,
            port=port,
            threads=8,
            connection_limit=MAX_CONNECTIONS + 100,  # reached only where all are being answered
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=2,
            asyncore_use_poll=True,  # select() knows no file above 1,023
            max_request_body_size=json_bodies.MAX_FILE_BODY_BYTES + 1024 * 1024,
            inbuf_overflow=SERVER_BODY_LIMIT,  # a form stays in memory; only a register's file may not
            outbuf_overflow=64 * 1024 * 1024,  # no reply passes through a temporary file: it may hold names
            ident=None,  # the replies do not say which server this is
            clear_untrusted_proxy_headers=False,  # web.client_address reads them, from trusted proxies alone
        )
    except (OSError, ValueError):  # the port is taken or not allowed, or this machine has no such address
        wasyncore.close_all(open_sockets)
        raise AppError(
            _("Cannot listen on %(host)s, port %(port)s. Another program may be using it.", host=host, port=port)
        ) from None
