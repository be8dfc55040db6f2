"""Composes the application out of the features. Only this module and ``system_commands`` know all of them."""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask
from pydantic_core import to_json

from attention_point import catalogue
from attention_point.accounts.devices import device_requests
from attention_point.accounts.sign_in import sessions
from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation import erasers, paths, web
from attention_point.foundation.database import Database
from attention_point.foundation.journal.naming import join_namings
from attention_point.foundation.private_files import (
    ERASURE_LIST_FILE,
    JOURNAL_HEADS_FILE,
    REVOCATION_LIST_FILE,
    find_database_file,
    require_private_files,
)
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.vault import KeyringError, KeyringWatch
from attention_point.intake.queries import list_hidden_visits
from attention_point.keyring_fit import require_fitting_keyring
from attention_point.keys import renewal
from attention_point.people.claim_marks import revocation_list
from attention_point.people.erasure import erasure_list
from attention_point.people.search import index_keeper
from attention_point.routing.bench.version_history import note_rule_set
from attention_point.routing.rules import NEEDS_ADDED, NEEDS_LED_TO


def create_app(settings: Settings) -> Flask:
    """Build the web application.

    Raises KeyringError without a keyring, because nothing can be stored unsealed, and FilesOpenToOthers for an
    installation that other users of the machine may read.
    """
    require_private_files(settings)
    watch = KeyringWatch(settings.keyring)
    app = Flask(
        "attention_point",
        template_folder=str(paths.TEMPLATES_FOLDER),
        static_folder=str(paths.STATIC_FOLDER),
        static_url_path="/static",
    )
    # Forms ask for a secret of the app, but what they sign with it no page shows.
    app.secret_key = watch.get_vault().derive_secret("web-session")
    app.extensions["session_secrets"] = lambda: watch.get_vault().derive_secrets("web-session")
    app.extensions["settings"] = settings
    app.extensions["database"] = build_database(settings, watch)
    app.extensions["naming"] = join_namings(feature.naming for feature in catalogue.FEATURES)
    app.extensions["status"] = tuple(list_status for feature in catalogue.FEATURES for list_status in feature.status)
    app.extensions["tasks"] = tuple(list_tasks for feature in catalogue.FEATURES for list_tasks in feature.tasks)
    menu = tuple(item for feature in catalogue.FEATURES for item in feature.menu)
    web.install_web_layer(
        app,
        settings,
        menu,
        sessions.find_signed_in_actor,
        sessions.find_token_owner,
        device_requests.find_requesting_device,
    )
    sessions.register_sign_in(app)
    device_requests.register_enrolment(app)
    for feature in catalogue.FEATURES:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    return app


def configure_logging() -> None:
    """Log JSON lines to stderr: routes, states and times, never a personal value."""
    structlog.configure(
        processors=[_format_log_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _format_log_line(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    timestamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return to_json({**event, "level": level, "timestamp": timestamp}, fallback=repr).decode()


def open_database() -> Database:
    """The installation's database with its vault. Raises SettingsError, FilesOpenToOthers or KeyringError."""
    return open_database_of(read_settings())


def open_database_of(settings: Settings) -> Database:
    """The database of these settings with its vault. Raises FilesOpenToOthers or KeyringError."""
    require_private_files(settings)
    database = build_database(settings, KeyringWatch(settings.keyring))
    file = find_database_file(settings.database_url)
    try:
        if file is None or file.exists():  # SQLite would make a missing one
            require_fitting_keyring(database)
    except KeyringError:
        database.close()
        raise
    return database


def build_database(settings: Settings, watch: KeyringWatch) -> Database:
    """The database of these settings with all that the rooms need in its sessions, whatever state it is in."""
    # Accounts show the names of entities and points, but stand below the directory: sessions carry its functions.
    heads_file = settings.keyring.with_name(JOURNAL_HEADS_FILE)
    session_info: dict[str, Any] = {"entity_names": list_entity_names, "point_names": list_point_names}
    session_info |= {"journal_heads": heads_file, "note_rule_set": note_rule_set}
    # Referrals stand below intake, which knows the confidential visits.
    session_info["hidden_visits"] = list_hidden_visits
    session_info |= {"needs_added_by_rules": NEEDS_ADDED, "needs_led_to_by_rules": NEEDS_LED_TO}
    # The room of keys knows no other one, and renews the rows of all.
    session_info[renewal.SESSION_KEY] = tuple(
        rotation for feature in catalogue.FEATURES for rotation in feature.rotations
    )
    # Whoever erases a person stands below the rooms that hold rows about people.
    session_info[erasure_list.SESSION_KEY] = settings.keyring.with_name(ERASURE_LIST_FILE)
    session_info[revocation_list.SESSION_KEY] = settings.keyring.with_name(REVOCATION_LIST_FILE)
    session_info[erasers.SESSION_KEY] = tuple(eraser for feature in catalogue.FEATURES for eraser in feature.erasers)
    database = Database(
        settings.database_url,
        session_info | {"vault": watch.get_vault()},
        refresh_info=lambda: {"vault": watch.get_vault(), "is_keyring_refused": watch.is_file_refused},
    )
    # Names in memory, for searches by a part of them: a keeper reads nobody until somebody searches.
    database.info[index_keeper.SESSION_KEY] = index_keeper.NameIndexKeeper(
        database.read_session, settings.name_index_people
    )
    return database
