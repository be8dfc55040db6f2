"""Who is signed in, by a session on the server; and who owns a program's token."""

from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import structlog
from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from attention_point.accounts import queries, rules, services
from attention_point.accounts.models import ApiToken, LoginSession
from attention_point.accounts.resuming import resume
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, permissions_of
from attention_point.foundation.access.policy import SCOPES
from attention_point.foundation.refusals import Busy
from attention_point.foundation.vault import vault_of
from attention_point.foundation.web.headers import YEAR
from attention_point.foundation.web.transactions import database, reader, settings

TOUCH = timedelta(minutes=1)
# Whose session this browser's cookie last held. It outlives the session, so that one who signs in again finds the forms
# of other tabs still valid; for anybody else they are not.
_OWNER = "owner"
DEVICE_COOKIES = {False: "device", True: "__Host-device"}
"""The name by whether visitors come over TLS, as the session's."""
_CSRF = "csrf_token"
_UNFORCED = frozenset({"account.password", "account.sign_out", "account.switch_language", "static", "healthz"})
log = structlog.get_logger("accounts")


class User(UserMixin):
    """The signed-in account of a request; its id to Flask-Login is the session's token, never the account's id."""

    def __init__(self, token: str, actor: Actor, *, must_change_password: bool) -> None:
        self.token = token
        self.actor = actor
        self.must_change_password = must_change_password

    def get_id(self) -> str:
        """The opaque token of the session."""
        return self.token


def register(app: Flask) -> None:
    """Flask-Login over our sessions, the forced password change, and the way back for who must sign in again."""
    manager = LoginManager()
    # Not by init_app, which looks after every reply whether to remember somebody beyond the session; nobody is.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.session_protection = None  # it binds to address and browser, which change on a tablet; ours are revocable
    manager.user_loader(_load)
    app.extensions["resume"] = resume
    app.jinja_env.globals["written_by"] = written_by
    app.before_request(_force_password_change)


def begin(token: str, account_id: UUID) -> None:
    """Give this browser a new session; nothing of what its cookie held before stays (ASVS 7.2.4)."""
    csrf = session.get(_CSRF) if owner() == str(account_id) else None
    session.clear()
    g.pop(_CSRF, None)  # Flask-WTF keeps the old session's token for the rest of the request
    if csrf:
        session[_CSRF] = csrf
    session[_OWNER] = str(account_id)
    reader().rollback()  # what it has read so far is from before the session was made
    user = _load(token)
    if user is not None:
        login_user(user)
        g.actor = user.actor


def remember_device(response: Response, cookie: str) -> None:
    """Let this browser show that its account signed in here before: for sign-in alone, so no other site may send it."""
    secure = settings().secure
    response.set_cookie(
        DEVICE_COOKIES[secure], cookie, max_age=YEAR, secure=secure, httponly=True, samesite="Strict", path="/"
    )


def device_cookie() -> str | None:
    """What this browser shows of earlier sign-ins."""
    return request.cookies.get(DEVICE_COOKIES[settings().secure])


def owner() -> str | None:
    """Whose session this browser held last: the account's id; None for a browser that shows no session of ours."""
    account_id: str | None = session.get(_OWNER)
    return account_id


def mark_of(account_id: str) -> str:
    """What a form carries of who writes it: a keyed digest, which tells nobody else whose account it is."""
    return vault_of(reader()).fingerprint("form-writer", account_id.encode()).hex()


def written_by() -> str:
    """The mark of who is signed in, for the forms of a page; "" for nobody."""
    who = signed_in()
    return mark_of(str(who.id)) if who else ""


def forget() -> None:
    """Empty this browser's cookie, but for whose it was: a form that is still open belongs to that person alone."""
    last = owner()
    session.clear()
    if last:
        session[_OWNER] = last
    g.pop(_CSRF, None)


def signed_in() -> Actor | None:
    """The account that is signed in, as an actor."""
    return current_user.actor if current_user.is_authenticated else None


def current_token() -> str | None:
    """The token of this request's session."""
    return current_user.token if current_user.is_authenticated else None


def is_open(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Whether time has not ended a session, by the settings of this house."""
    idle, hours = timedelta(minutes=settings().session_idle_minutes), timedelta(hours=settings().session_hours)
    return rules.is_session_open(created_at, last_seen_at, now, idle, hours)


def _load(token: str) -> User | None:
    digest = services.digest(token)
    row = queries.signed_in(reader(), digest)
    if row is None:
        return None
    now = clock.now()
    if not is_open(row.created_at, row.last_seen_at, now):
        return None
    if now - row.last_seen_at >= TOUCH:
        _touch(digest, now)
    actor = Actor("account", row.id, row.name, row.role, permissions_of(row.role), row.entity)
    return User(token, actor, must_change_password=row.must_change_password)


def _touch(digest: bytes, now: datetime) -> None:
    """Note that the session is in use. Reading must go on where writing cannot, so a full disk is no failure here."""
    try:
        with database().writing() as writing:
            writing.execute(update(LoginSession).where(LoginSession.token_hash == digest).values(last_seen_at=now))
    except (Busy, OperationalError):
        log.warning("session not touched")


def _force_password_change() -> Response | None:
    actor: Actor | None = g.get("actor")
    if actor is None or actor.kind != "account" or request.endpoint in _UNFORCED:
        return None
    return redirect(url_for("account.password")) if current_user.must_change_password else None


def token_owner() -> Actor | None:
    """The owner of the request's ``Authorization: Bearer`` token: its role is its scope."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.startswith(services.TOKEN_MARK):
        return None
    row = queries.token(database(), services.digest(secret))
    if row is None:
        return None
    key, name, scope, entity, last_used = row
    owner = _owner(key, name, scope, entity)
    if str(last_used) != str(today := clock.today()):
        with database().writing() as writing:
            writing.execute(update(ApiToken).where(ApiToken.id == owner.id).values(last_used_day=today))
    return owner


@lru_cache(maxsize=64)
def _owner(key: UUID | str, name: str, scope: str, entity: str | None) -> Actor:
    found = key if isinstance(key, UUID) else UUID(key)  # SQLite keeps ids as text, as it does days
    return Actor("token", found, name, scope, SCOPES.get(scope, frozenset()), entity)
