"""Adds accounts, ends their sessions; adds and revokes tokens. Services take the caller's session and never commit."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import passwords, queries, rules
from attention_point.accounts.models import Account, ApiToken, LoginSession
from attention_point.foundation import clock, journal
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM, Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _

FIRST_ADMINISTRATOR_EMAIL = "admin@localhost"
NAME_MAX_LENGTH = 120
TOKEN_NAME_MAX_LENGTH = 60
# By it a search for secrets recognises a token of this program that somebody published.
TOKEN_PREFIX = "ap_"  # noqa: S105 - no secret


@dataclass(frozen=True, slots=True)
class Invitation:
    """The address of a new account and its one-time password, which is shown once."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The values of a new account. The role ``entity`` needs an entity, and no other role has one."""

    email: str
    name: str
    role: str
    entity: str | None = None
    language: str = "es"


def hash_secret(secret: str) -> bytes:
    """The SHA-256 of a secret, to be stored in its place."""
    # The secrets are 256 random bits, which nobody can guess, so they need no slow hash as passwords do.
    return hashlib.sha256(secret.encode()).digest()


def add_account(
    session: Session,
    actor: Actor,
    new_account: NewAccount,
    password_hash: str,
    *,
    must_change: bool = True,
    password_lifetime: timedelta | None = None,
) -> UUID:
    """Add an account and return its id.

    With ``must_change`` the password is a one-time password, and opens the account for ``password_lifetime``. Raises
    Invalid for a wrong field, Conflict if the address has an account already, active or disabled.
    """
    email = check_new_account(session, new_account)
    now, entity = clock.now(), new_account.entity or None
    account = Account(
        id=new_id(),
        email=email,
        name=texts.clean_text(new_account.name),
        role=new_account.role,
        entity=entity,
        password_hash=password_hash,
        must_change_password=must_change,
        password_expires_at=now + password_lifetime if password_lifetime else None,
        active=True,
        language=new_account.language,
        created_at=now,
        password_changed_at=now,
    )
    session.add(account)
    session.flush()
    journal.record(session, actor, "account.add", "account", account.id, role=account.role, entity=entity)
    return account.id


def check_new_account(session: Session, new_account: NewAccount) -> str:
    """The address as it is stored. Raises Invalid, which names every wrong field, or Conflict as ``add_account``."""
    email = rules.normalise_email(new_account.email)
    errors = check_name_and_role(new_account.name, new_account.role)
    errors += check_account_entity(session, new_account.role, new_account.entity)
    if email is None:
        errors.insert(0, FieldError("email", _(texts.find_email_fault(new_account.email) or texts.INVALID_EMAIL)))
    if errors or email is None:
        raise Invalid(_("The account cannot be added like this."), tuple(errors))
    # For a sentence that helps; the unique index refuses a second account of the same moment.
    account = queries.find_account_by_email(session, email)
    if account and account.active:
        raise Conflict(_("There is an account with this e-mail address already."), code="account_exists")
    if account:
        message = _("There is a disabled account with this e-mail address. Enable it instead.")
        raise Conflict(message, code="account_disabled")
    return email


def check_name_and_role(name: str, role: str) -> list[FieldError]:
    """The errors in the name and the role of an account."""
    errors = _check_name(name, NAME_MAX_LENGTH, _("Write a name of at most 120 characters."))
    return errors if role in ROLES else [*errors, FieldError("role", _("Choose a role from the list."))]


def _check_name(name: str, max_length: int, message: str) -> list[FieldError]:
    if not texts.is_fit_text(name):
        return [FieldError("name", _(texts.UNFIT_CHARACTERS))]
    return [] if 0 < len(name.strip()) <= max_length else [FieldError("name", message)]


def check_account_entity(session: Session, role: str, entity: str | None) -> list[FieldError]:
    """The errors in the entity of an account: the role ``entity`` needs one, and no other role has one."""
    if role != "entity":
        message = _("Only an account that acts for an entity can have one.")
        return [FieldError("entity", message)] if entity else []
    return _check_entity_code(session, entity)


def _check_entity_code(session: Session, entity: str | None) -> list[FieldError]:
    if not entity:
        return [FieldError("entity", _("Choose the entity that it acts for."))]
    if entity not in queries.list_entity_names(session):
        return [FieldError("entity", _("The directory has no such entity. Choose one from the list."))]
    return []


def add_first_administrator(session: Session) -> Invitation | None:
    """Add an administrator with a one-time password if there is no active one; otherwise return None."""
    if queries.has_administrator(session):
        return None
    # Hashes within the transaction, unlike everything else: this runs once, before anybody could wait for it.
    password = passwords.generate_one_time_password()
    new_account = NewAccount(email=_find_free_email(session), name=_("Administrator"), role="admin")
    add_account(session, SYSTEM, new_account, passwords.hash_password(password))
    return Invitation(new_account.email, password)


def _find_free_email(session: Session) -> str:
    """The address of the first administrator, with a number if a disabled account has it."""
    number, email = 1, FIRST_ADMINISTRATOR_EMAIL
    while queries.find_account_by_email(session, email):
        number += 1
        email = FIRST_ADMINISTRATOR_EMAIL.replace("@", f"{number}@")
    return email


def end_sessions(session: Session, account_id: UUID, kept_token_hash: bytes | None = None) -> int:
    """End the open sessions of an account, but not the one with ``kept_token_hash``. Returns how many ended."""
    return end_matching_sessions(
        session, (LoginSession.account_id == account_id) & (LoginSession.token_hash != (kept_token_hash or b""))
    )


def end_matching_sessions(session: Session, condition: ColumnElement[bool]) -> int:
    """End the open sessions for which a condition holds. Returns how many ended."""
    ending_query = update(LoginSession).where(condition, LoginSession.ended_at.is_(None))
    ended_rows = session.execute(ending_query.values(ended_at=clock.now()).returning(LoginSession.id))
    return len(ended_rows.all())


def add_token(session: Session, actor: Actor, name: str, scope: str, entity: str | None = None) -> str:
    """Add the token of a program and return its secret, which is stored nowhere.

    The name is for people: 1 to 60 printable characters. Raises Invalid for a wrong field, Conflict for a name that
    another token has.
    """
    name, entity = texts.normalise_text(name), entity or None
    # The scope ``referrals`` reads the referrals of one entity, so its token must name one.
    errors = _check_entity_code(session, entity) if entity or scope == "referrals" else []
    errors += _check_name(name, TOKEN_NAME_MAX_LENGTH, _("Write a name of at most 60 characters, like 'Kiosk 1'."))
    if scope not in SCOPES:
        errors.append(FieldError("scope", _("Choose a scope from the list.")))
    if errors:
        raise Invalid(_("The token cannot be added like this."), tuple(errors))
    if queries.find_token_by_name(session, name):
        raise Conflict(_("There is a token with this name already."), code="token_exists")
    secret, token_id = TOKEN_PREFIX + secrets.token_urlsafe(32), new_id()
    secret_hash, now = hash_secret(secret), clock.now()
    session.add(ApiToken(id=token_id, name=name, secret_hash=secret_hash, scope=scope, entity=entity, created_at=now))
    session.flush()
    journal.record(session, actor, "token.add", "token", token_id, scope=scope, entity=entity)
    return secret


def revoke_token(session: Session, actor: Actor, token_id_or_name: UUID | str) -> None:
    """Revoke a token by its id or its name, at once. Raises NotFound if no token in force has it."""
    if isinstance(token_id_or_name, UUID):
        token = session.get(ApiToken, token_id_or_name)
    else:
        token = queries.find_token_by_name(session, texts.show_unfit(token_id_or_name))
    if token is None or token.revoked_at is not None:
        raise NotFound(_("There is no such token in force."))
    token.revoked_at = clock.now()
    journal.record(session, actor, "token.revoke", "token", token.id)
