"""Composes the application and its command line out of the features; nothing else does."""

import gc
import logging
import signal
import sys
from collections.abc import MutableMapping
from contextlib import closing
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import click
import structlog
from flask import Flask
from pydantic_core import to_json
from waitress import wasyncore

from attention_point import catalogue
from attention_point.accounts import sessions
from attention_point.accounts.services import first_administrator
from attention_point.directory.queries import entity_names
from attention_point.foundation import paths, web
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.command_language import in_terminal_language
from attention_point.foundation.commands import refusals
from attention_point.foundation.damage import Damage, journal_damage
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import pending, upgrade
from attention_point.foundation.doctor.commands import doctor_command
from attention_point.foundation.jobs.checks import CHECKS
from attention_point.foundation.jobs.commands import jobs_commands
from attention_point.foundation.journal.keying import begin_keyed
from attention_point.foundation.journal.naming import join_namings
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import KEPT_HEADS, prepare_instance, refuse_open_to_others, take_umask
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings, from_environment
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault_error import VaultError
from attention_point.foundation.web import bodies
from attention_point.foundation.web.server import IN_ALL, create_server

# What is a little too large still reaches the application, which says so in the reader's language.
SERVER_LIMIT = web.LIMIT + 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The web application. Raises KeyringError without a keyring: there is no way to run unsealed.

    Raises OpenToOthers for an installation that other users of the machine may read.
    """
    refuse_open_to_others(settings)
    vault = Vault(Keyring.load(settings.keyring))
    app = Flask(
        "attention_point",
        template_folder=str(paths.TEMPLATES),
        static_folder=str(paths.STATIC),
        static_url_path="/static",
    )
    app.secret_key = vault.secret("web-session")
    app.extensions["settings"] = settings
    app.extensions["database"] = _database(settings, vault)
    app.extensions["naming"] = join_namings(feature.naming for feature in catalogue.FEATURES)
    menu = tuple(item for feature in catalogue.FEATURES for item in feature.menu)
    web.install(app, settings, menu, sessions.signed_in, sessions.token_owner)
    sessions.register(app)
    for feature in catalogue.FEATURES:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    return app


def keep_loaded() -> None:
    """Spare the garbage collector what is loaded and stays: some 200,000 objects, else walked again and again."""
    gc.collect()
    gc.freeze()


def log_to_stderr() -> None:
    """JSON lines on stderr: routes, states and times, no personal value."""
    structlog.configure(
        processors=[_as_line],  # one step: it is taken at every request
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _as_line(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return to_json({**event, "level": level, "timestamp": at}, fallback=repr).decode()


def open_database() -> Database:
    """The installation's database with its vault; raises SettingsError, OpenToOthers or KeyringError."""
    settings = from_environment()
    refuse_open_to_others(settings)
    return _database(settings, Vault(Keyring.load(settings.keyring)))


def _database(settings: Settings, vault: Vault) -> Database:
    """The database with what rooms below ask of rooms above in its sessions: accounts know no directory."""
    kept_heads = settings.keyring.with_name(KEPT_HEADS)
    rides = {"vault": vault, "entity_names": entity_names, "journal_heads": kept_heads}
    return Database(settings.database_url, info=rides)


class Commands(click.Group):
    """The root of the commands: a sealed record that does not open is told in a sentence, and kept in the journal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line in the terminal's language."""
        with in_terminal_language(self):
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with refusals():
            try:
                return super().invoke(ctx)
            except VaultError as error:
                with closing(open_database()) as database:
                    journal_damage(database, SYSTEM, [Damage(error.purpose, error.row)])
                raise Refusal(
                    _(
                        "A sealed record does not open: %(kind)s %(row)s. Nothing was saved; it is in the journal.",
                        kind=error.purpose,
                        row=error.row,
                    )
                ) from None


@click.group(cls=Commands)
@click.version_option(package_name="attention-point", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Intake, routing, referrals and monthly counts for an attention point."""
    take_umask()
    log_to_stderr()
    context.obj = open_database


@main.command()
def init() -> None:
    """Create what is missing: folder, keyring, database, reference data, administrator. Safe to repeat."""
    with refusals():
        settings = from_environment()
        try:
            prepare_instance(settings)
            if not settings.keyring.exists():
                Keyring.create(settings.keyring)
            upgrade(settings.database_url)
        except OSError as error:
            file, reason = error.filename, error.strerror
            raise Refusal(_("%(file)s cannot be written: %(reason)s", file=file, reason=reason)) from None
        database = open_database()
        with database.writing() as session:
            for feature in catalogue.FEATURES:
                for load in feature.reference:
                    load(session)
            invitation = first_administrator(session)
    if invitation:
        click.echo(_("Administrator: %(email)s", email=invitation.email))
        click.echo(_("One-time password, shown only now: %(password)s", password=invitation.password))
    with closing(database):
        _key_journal(database)


def _key_journal(database: Database) -> None:
    """Begin the keyed part of the journal. What is wrong is told, and stops nobody from receiving people."""
    try:
        marked = begin_keyed(database, database.info["journal_heads"])
    except Refusal as refusal:
        click.echo(refusal.message, err=True)
    else:
        if marked:
            click.echo(_("The journal is keyed from entry %(seq)s on.", seq=marked))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the pages and the API."""
    with refusals():
        settings = from_environment()
        app = create_app(settings)
        if pending(app.extensions["database"]):
            raise Refusal(_("The database is older than the program: run 'attention-point init' first."))
        server = _listening(app, host, port)
    keep_loaded()
    signal.signal(signal.SIGTERM, _end)
    click.echo(_("Serving on %(url)s", url=f"http://{host}:{port}"))
    server.run()


def _end(_number: int, _frame: FrameType | None) -> None:
    """End as on Ctrl+C: what is being answered is answered, and what stands in temporary files goes."""
    raise SystemExit


def _listening(app: Flask, host: str, port: int) -> Any:
    opened: dict[int, Any] = {}
    try:
        return create_server(
            app,
            opened,
            app.extensions["settings"].trusted_proxies,
            host=host,
            port=port,
            threads=8,
            connection_limit=IN_ALL + 100,  # reached only where all are being answered
            channel_timeout=20,
            cleanup_interval=2,
            asyncore_use_poll=True,  # select() knows no file above 1,023
            max_request_body_size=bodies.FILES + 1024 * 1024,
            inbuf_overflow=SERVER_LIMIT,  # a form is kept in memory; only a register's file may pass by a temporary one
            outbuf_overflow=64 * 1024 * 1024,  # no reply passes by a temporary file: it may hold names
            ident=None,
            clear_untrusted_proxy_headers=False,  # web.client_address reads them, from trusted proxies alone
        )
    except (OSError, ValueError):  # taken, not allowed, or no address of this machine
        wasyncore.close_all(opened)
        raise Refusal(
            _("Nothing can be served on %(host)s, port %(port)s; another program may be there.", host=host, port=port)
        ) from None


for _feature in catalogue.FEATURES:
    for _command in _feature.commands:
        main.add_command(_command)
main.add_command(doctor_command([*CHECKS, *(check for feature in catalogue.FEATURES for check in feature.checks)]))
main.add_command(jobs_commands([job for feature in catalogue.FEATURES for job in feature.jobs]))
