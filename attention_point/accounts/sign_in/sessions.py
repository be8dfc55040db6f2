"""Finds who makes a request: the signed-in account by its session on the server, or the owner of a program's token."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from attention_point.accounts import queries, rules, services
from attention_point.accounts.models import ApiToken, LoginSession
from attention_point.accounts.second_factor.rules import is_recent_sign_in, needs_second_factor
from attention_point.accounts.sign_in.resumed_forms import build_sign_in_reply
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.access.policy import SCOPES
from attention_point.foundation.errors import Busy
from attention_point.foundation.vault import get_vault
from attention_point.foundation.web.transactions import current_database, current_settings, read_session

# To note each request would be a write for each page, behind SQLite's one writer.
LAST_SEEN_INTERVAL = timedelta(minutes=1)
# The account whose session this browser held last. It outlives the session: whoever signs in again as the same account
# can still send the forms of other tabs; for everybody else they are void.
_LAST_ACCOUNT_KEY = "owner"
_CSRF_KEY = "csrf_token"
_TICKET_KEY = "sign_in_ticket"
WRITER_DIGEST_LENGTH = 32
"""Hexadecimal digits, 128 bits: it stands in every page of a form, and no compression makes it shorter."""
# A page that refreshes itself sends it with "none": a tablet that nobody touches must not stay signed in. It can only
# make a session end earlier.
SESSION_USE_HEADER = "Session-Use"
_ENDPOINTS_BEFORE_DUE_STEPS = frozenset(
    {
        "own_account.change_password",
        "account.sign_out",
        "account.switch_language",
        "account.switch_text_size",
        "account.switch_contrast",
        "static",
        "healthz",
    }
)
# What a screen of the waiting room asks by itself keeps no session open at a desk that was left.
_ENDPOINTS_WITHOUT_USE = frozenset({"screen.send_board", "screen.stream_board"})
log = structlog.get_logger("accounts")


class User(UserMixin):
    """The signed-in account of a request. The cookie holds the session's token, never the account's id.

    ``due_step`` is the endpoint of the page that its owner must finish before any other; "" if there is none.
    """

    def __init__(self, token: str, actor: Actor, signed_in_at: datetime, due_step: str) -> None:
        self.token = token
        self.actor = actor
        self.signed_in_at = signed_in_at
        self.due_step = due_step

    def get_id(self) -> str:
        return self.token


def register_sign_in(app: Flask) -> None:
    """Set up Flask-Login over the sessions of the database, and the steps that come before every other page."""
    manager = LoginManager()
    # Not by ``init_app``: it adds a hook to every reply for a "remember me" that does not exist here.
    app.login_manager = manager  # type: ignore[attr-defined]
    # It would bind a session to address and browser, which change on a tablet. Our sessions can be ended instead.
    manager.session_protection = None
    manager.user_loader(_find_user)
    app.extensions["resume"] = build_sign_in_reply
    app.jinja_env.globals["written_by"] = get_current_writer_digest
    app.before_request(_lead_to_due_step)


def begin_browser_session(token: str, account_id: UUID) -> None:
    """Give this browser a new session. Nothing of what its cookie held before stays (OWASP ASVS 5.0, 7.2.4)."""
    csrf_token = session.get(_CSRF_KEY) if find_last_account_id() == str(account_id) else None
    session.clear()
    # Flask-WTF keeps the old session's token in ``g`` for the rest of the request.
    g.pop(_CSRF_KEY, None)
    if csrf_token:
        session[_CSRF_KEY] = csrf_token
    session[_LAST_ACCOUNT_KEY] = str(account_id)
    # On SQLite a reading transaction sees the database as it was when it began: before this session was stored.
    read_session().rollback()
    user = _find_user(token)
    if user is not None:
        login_user(user)
        # Address and browser of the sign-in: nothing reads them without a session protection, and each request of a
        # slow line would carry them in its cookie.
        session.pop("_id", None)
        session.pop("_fresh", None)
        g.actor = user.actor


def find_last_account_id() -> str | None:
    """The id of the account whose session this browser held last; None for a browser without a cookie of ours."""
    account_id: str | None = session.get(_LAST_ACCOUNT_KEY)
    return account_id


def build_writer_digest(account_id: str) -> str:
    """A keyed digest of the account for the forms that it writes. It tells nobody else whose account it is."""
    vault = get_vault(read_session())
    # With the key of the morning: a form that is open while the keyring's key is rotated stays its writer's.
    version = vault.find_derive_version(clock.today())
    return vault.keyed_digest("form-writer", account_id.encode(), version).hex()[:WRITER_DIGEST_LENGTH]


def get_current_writer_digest() -> str:
    """The digest of the signed-in account, for the forms of a page; "" if nobody is signed in."""
    actor = find_signed_in_actor()
    return build_writer_digest(str(actor.id)) if actor else ""


def clear_browser_session() -> None:
    """Empty this browser's cookie. The last account stays: a form that is still open belongs to that person alone."""
    last_account_id = find_last_account_id()
    session.clear()
    if last_account_id:
        session[_LAST_ACCOUNT_KEY] = last_account_id
    g.pop(_CSRF_KEY, None)


def find_signed_in_actor() -> Actor | None:
    """The signed-in account as an actor; None if nobody is signed in."""
    return current_user.actor if current_user.is_authenticated else None


def find_session_token() -> str | None:
    """The token of the request's session; None if nobody is signed in."""
    return current_user.token if current_user.is_authenticated else None


def keep_ticket(ticket: str) -> None:
    """Let this browser go on to the second step of its sign-in."""
    session[_TICKET_KEY] = ticket


def find_ticket() -> str:
    """The ticket of this browser's sign-in; "" if no second step is due."""
    return str(session.get(_TICKET_KEY, ""))


def has_signed_in_recently() -> bool:
    """Whether whoever is here signed in so lately that they may change how they sign in."""
    return is_recent_sign_in(current_user.signed_in_at, clock.now())


def is_session_open(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Whether the limits of the settings have not ended a session: minutes without use, hours since its begin."""
    settings = current_settings()
    idle, hours = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    return rules.is_session_open(created_at, last_seen_at, now, idle, hours)


def _find_user(token: str) -> User | None:
    token_hash = services.hash_secret(token)
    row = queries.find_signed_in_account(read_session(), token_hash)
    now = clock.now()
    if row is None or not is_session_open(row.created_at, row.last_seen_at, now):
        return None
    is_used = request.endpoint not in _ENDPOINTS_WITHOUT_USE and request.headers.get(SESSION_USE_HEADER) != "none"
    if is_used and now - row.last_seen_at >= LAST_SEEN_INTERVAL:
        _update_last_seen(token_hash, now)
    actor = Actor("account", row.id, row.name, row.role, get_permissions(row.role), row.entity)
    return User(token, actor, row.created_at, _find_due_step(row.role, row.must_change_password, row.second_factor_at))


def _find_due_step(role: str, must_change_password: bool, second_factor_at: datetime | None) -> str:
    # The password first: somebody else has chosen it, and must not be the one who adds the first device.
    if must_change_password:
        return "own_account.change_password"
    is_needed = second_factor_at is None and needs_second_factor(role, current_settings().second_factor)
    return "own_factors.show_factors" if is_needed else ""


def _update_last_seen(token_hash: bytes, now: datetime) -> None:
    """Note that the session is in use. Pages must open even if nothing can be written, as on a full disk."""
    try:
        with current_database().write_session() as write_session:
            own_row = LoginSession.token_hash == token_hash
            write_session.execute(update(LoginSession).where(own_row).values(last_seen_at=now))
    except (Busy, OperationalError):
        log.warning("session not touched")


def _lead_to_due_step() -> Response | None:
    actor: Actor | None = g.get("actor")
    if actor is None or actor.kind != "account" or request.endpoint in _ENDPOINTS_BEFORE_DUE_STEPS:
        return None
    due_step: str = current_user.due_step
    # Adding a second step takes several pages.
    is_there = due_step.partition(".")[0] == "own_factors" == request.blueprint
    return redirect(url_for(due_step)) if due_step and not is_there else None


def find_token_owner() -> Actor | None:
    """The program whose token stands in ``Authorization: Bearer``; its role is the token's scope."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.startswith(services.TOKEN_PREFIX):
        return None
    row = queries.find_token(read_session(), services.hash_secret(secret))
    if row is None:
        return None
    token_id, name, scope, entity, last_used_day = row
    if last_used_day != (today := clock.today()):
        with current_database().write_session() as write_session:
            write_session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_day=today))
    return Actor("token", token_id, name, scope, SCOPES.get(scope, frozenset()), entity)
