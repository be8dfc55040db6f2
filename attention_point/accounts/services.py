"""Adding accounts, and adding and revoking tokens. Services take the caller's session and never commit."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import passwords, queries, rules
from attention_point.accounts.models import Account, ApiToken
from attention_point.foundation import clock, journal
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM, Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound

FIRST_EMAIL = "admin@localhost"
NAME_LONGEST = 120
TOKEN_NAME_LONGEST = 60
TOKEN_MARK = "ap_"  # noqa: S105 - what a leaked token is recognised by


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new account's address and the password that is shown once."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for a new account; ``entity`` is set for the role ``entity`` and for no other."""

    email: str
    name: str
    role: str
    entity: str | None = None
    language: str = "es"


def digest(secret: str) -> bytes:
    """What is stored of a random secret of 256 bits: SHA-256, which such a secret needs no more than."""
    return hashlib.sha256(secret.encode()).digest()


def add_user(
    session: Session,
    actor: Actor,
    new: NewAccount,
    password_hash: str,
    *,
    must_change: bool = True,
    lasts: timedelta | None = None,
) -> UUID:
    """Add an account. ``must_change``: the password is a one-time one, and opens the account as long as it ``lasts``.

    Raises Invalid for a wrong field, Conflict when the address has an account, active or disabled.
    """
    email = check_account(session, new)
    now, account_id = clock.now(), new_id()
    session.add(
        Account(
            id=account_id,
            email=email,
            name=texts.clean(new.name),
            role=new.role,
            entity=new.entity or None,
            password_hash=password_hash,
            must_change_password=must_change,
            password_expires_at=now + lasts if lasts else None,
            active=True,
            language=new.language,
            created_at=now,
            disabled_at=None,
            password_changed_at=now,
            last_sign_in_at=None,
            device_generation=1,
            version=1,
        )
    )
    session.flush()
    journal.record(session, actor, "account.add", "account", account_id, role=new.role, entity=new.entity or None)
    return account_id


def check_account(session: Session, new: NewAccount) -> str:
    """The address in its stored form. Raises Invalid naming every wrong field, or Conflict as ``add_user`` does."""
    email = rules.normal_email(new.email)
    faults = [] if email else [FieldError("email", _(texts.email_fault(new.email) or texts.NOT_AN_EMAIL))]
    faults += [*name_and_role_faults(new.name, new.role), *account_entity_faults(session, new.role, new.entity)]
    if faults or email is None:
        raise Invalid(_("The account cannot be added like this."), tuple(faults))
    account = queries.by_email(session, email)
    if account and account.active:
        raise Conflict(_("There is an account with this e-mail address already."), code="account_exists")
    if account:
        raise Conflict(
            _("There is a disabled account with this e-mail address. Enable it instead."), code="account_disabled"
        )
    return email


def name_and_role_faults(name: str, role: str) -> list[FieldError]:
    """What is wrong with an account's name and role."""
    faults = []
    if not texts.is_fit(name):
        faults.append(FieldError("name", _(texts.UNFIT)))
    elif not 0 < len(name.strip()) <= NAME_LONGEST:
        faults.append(FieldError("name", _("Write a name of at most 120 characters.")))
    if role not in ROLES:
        faults.append(FieldError("role", _("Choose a role of the list.")))
    return faults


def account_entity_faults(session: Session, role: str, entity: str | None) -> list[FieldError]:
    """What is wrong with an account's entity: the role ``entity`` has one of the directory, the others have none."""
    if role != "entity":
        return [FieldError("entity", _("Only who acts for an entity has an entity."))] if entity else []
    return _entity_faults(session, entity)


def _entity_faults(session: Session, entity: str | None) -> list[FieldError]:
    if not entity:
        return [FieldError("entity", _("Choose the entity that it acts for."))]
    if entity not in queries.entity_names(session):
        return [FieldError("entity", _("The directory has no such entity. Choose one of the list."))]
    return []


def first_administrator(session: Session) -> Invitation | None:
    """An administrator with a one-time password when there is none; else None.

    Hashes within the caller's transaction: it runs once, while an installation is made and nobody waits.
    """
    if queries.has_administrator(session):
        return None
    password = passwords.one_time()
    new = NewAccount(email=_free_email(session), name=_("Administrator"), role="admin")
    add_user(session, SYSTEM, new, passwords.hashed(password))
    return Invitation(new.email, password)


def _free_email(session: Session) -> str:
    """The first administrator's address, or a numbered one where a disabled account holds it."""
    number, email = 1, FIRST_EMAIL
    while queries.by_email(session, email):
        number += 1
        email = FIRST_EMAIL.replace("@", f"{number}@")
    return email


def add_token(session: Session, actor: Actor, name: str, scope: str, entity: str | None = None) -> str:
    """Add a program's token and return its secret, which is stored nowhere. Raises Invalid or Conflict.

    The name is for people: any printable text of 1 to 60 characters.
    """
    name = texts.normalise(name)
    faults = _entity_faults(session, entity) if entity or scope == "referrals" else []
    if not texts.is_fit(name):
        faults.append(FieldError("name", _(texts.UNFIT)))
    elif not 0 < len(name) <= TOKEN_NAME_LONGEST:
        faults.append(FieldError("name", _("Write a name of at most 60 characters, like 'Kiosk 1'.")))
    if scope not in SCOPES:
        faults.append(FieldError("scope", _("Choose a scope of the list.")))
    if faults:
        raise Invalid(_("The token cannot be added like this."), tuple(faults))
    if queries.token_named(session, name):
        raise Conflict(_("There is a token with this name already."), code="token_exists")
    secret, token_id = TOKEN_MARK + secrets.token_urlsafe(32), new_id()
    session.add(
        ApiToken(
            id=token_id,
            name=name,
            secret_hash=digest(secret),
            scope=scope,
            entity=entity or None,
            created_at=clock.now(),
            revoked_at=None,
            last_used_day=None,
        )
    )
    session.flush()
    journal.record(session, actor, "token.add", "token", token_id, scope=scope, entity=entity or None)
    return secret


def revoke_token(session: Session, actor: Actor, which: UUID | str) -> None:
    """Revoke a token, by its id or its name, at once. Raises NotFound without such a token in force."""
    by_id = isinstance(which, UUID)
    found = session.get(ApiToken, which) if by_id else queries.token_named(session, texts.show_unfit(str(which)))
    if found is None or found.revoked_at is not None:
        raise NotFound(_("There is no such token in force."))
    found.revoked_at = clock.now()
    journal.record(session, actor, "token.revoke", "token", found.id)
