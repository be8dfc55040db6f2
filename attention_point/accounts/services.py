"""Writing accounts, sessions and tokens.

Services take the caller's session and never commit. The exception is ``sign_in`` and ``prove``, which take the
database: a failure is counted though the request fails, and no transaction is open while a password is hashed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import passwords, queries, rules, throttle
from attention_point.accounts.models import Account, ApiToken, LoginSession
from attention_point.foundation import clock, journal
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM, Actor, permissions_of
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from attention_point.foundation.vault import vault_of

FIRST_EMAIL = "admin@localhost"
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


@dataclass(frozen=True, slots=True)
class Proof:
    """A password was right for this account. ``password_hash`` is the hash as it stood; ``renewed`` replaces it."""

    account_id: UUID
    password_hash: str
    renewed: str | None
    language: str


def digest(secret: str) -> bytes:
    """What is stored of a random secret of 256 bits: SHA-256, which such a secret needs no more than."""
    return hashlib.sha256(secret.encode()).digest()


def prove(database: Database, email: str, password: str, address: str) -> Proof:
    """Check a password within the throttle. Raises TooMany, or Unauthenticated with one sentence for every cause."""
    email = rules.normal_email(email) or texts.show_unfit(email[: rules.EMAIL_LONGEST])
    with database.writing() as session:
        vault = vault_of(session)
        keys = throttle.account_key(vault, email), throttle.address_key(vault, address)
        throttle.admit(session, *keys, clock.now())
    with database.reading() as session:
        account = queries.by_email(session, email)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not account.active or not right:
        with database.writing() as session:
            journal.record(session, SYSTEM, "account.sign-in-failed", "account", account.id if account else None)
        raise Unauthenticated(_("The e-mail address or the password is not right."))
    renewed = passwords.hashed(password) if passwords.outdated(account.password_hash, password) else None
    with database.writing() as session:
        throttle.forgive(session, *keys)
    return Proof(account.id, account.password_hash, renewed, account.language)


def sign_in(database: Database, email: str, password: str, address: str) -> tuple[str, Proof]:
    """A new session's token, for the browser alone, and the proof. Raises what ``prove`` raises."""
    proof = prove(database, email, password, address)
    token, now = secrets.token_urlsafe(32), clock.now()
    with database.writing() as session:
        account = _still(session, proof)
        if proof.renewed:
            account.password_hash = proof.renewed
        session.add(
            LoginSession(
                token_hash=digest(token),
                id=new_id(),
                account_id=account.id,
                created_at=now,
                last_seen_at=now,
                ended_at=None,
            )
        )
        journal.record(session, actor_of(account), "account.sign-in", "account", account.id)
    return token, proof


def _still(session: Session, proof: Proof) -> Account:
    """The account, locked, if nothing changed while its password was checked."""
    account = session.get(Account, proof.account_id, with_for_update=True)
    if account is None or not account.active or account.password_hash != proof.password_hash:
        raise Unauthenticated(_("The e-mail address or the password is not right."))
    return account


def actor_of(account: Account) -> Actor:
    """The account as an actor."""
    return Actor("account", account.id, account.name, account.role, permissions_of(account.role), account.entity)


def sign_out(session: Session, actor: Actor, token: str) -> None:
    """End the session of a token; nothing happens when it has ended."""
    _end(session, LoginSession.token_hash == digest(token))
    journal.record(session, actor, "account.sign-out", "account", actor.id)


def end_session(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions. Raises NotFound for any other."""
    ended = _end(session, (LoginSession.id == session_id) & (LoginSession.account_id == actor.id))
    if not ended:
        raise NotFound(_("There is no such open session."))
    journal.record(session, actor, "account.session-end", "account", actor.id)


def end_sessions(session: Session, account_id: UUID, keep: bytes | None = None) -> int:
    """End every open session of an account but the one whose token hash is ``keep``; says how many."""
    return _end(session, (LoginSession.account_id == account_id) & (LoginSession.token_hash != (keep or b"")))


def _end(session: Session, which: object) -> int:
    ending = update(LoginSession).where(which, LoginSession.ended_at.is_(None))  # type: ignore[arg-type]
    ended = session.execute(ending.values(ended_at=clock.now()).returning(LoginSession.id))
    return len(ended.all())


def change_password(session: Session, actor: Actor, proof: Proof, new_hash: str, keep: bytes | None = None) -> None:
    """Replace the password and end the account's other sessions. ``new_hash`` is of one that ``check_new`` accepted."""
    account = _still(session, proof)
    account.password_hash = new_hash
    account.must_change_password = False
    account.password_changed_at = clock.now()
    ended = end_sessions(session, account.id, keep)
    journal.record(session, actor, "account.password", "account", account.id, sessions_ended=ended)


def change_language(session: Session, actor: Actor, language: str) -> None:
    """The language in which the account's pages begin after sign-in: ``es`` or ``en``."""
    session.execute(update(Account).where(Account.id == actor.id).values(language=language))
    journal.record(session, actor, "account.language", "account", actor.id, language=language)


def add_user(session: Session, actor: Actor, new: NewAccount, password_hash: str, *, must_change: bool = True) -> UUID:
    """Add an account. Raises Invalid for a wrong field, Conflict when the address has an account."""
    email = check_account(new)
    if queries.by_email(session, email):
        raise Conflict(_("There is an account with this e-mail address already."), code="account_exists")
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
            active=True,
            language=new.language,
            created_at=now,
            disabled_at=None,
            password_changed_at=now,
        )
    )
    session.flush()
    journal.record(session, actor, "account.add", "account", account_id, role=new.role, entity=new.entity or None)
    return account_id


def check_account(new: NewAccount) -> str:
    """The address in its stored form. Raises Invalid naming every wrong field."""
    faults = list(_entity_faults(new.entity, needed=new.role == "entity", others=False))
    email = rules.normal_email(new.email)
    if email is None:
        faults.append(FieldError("email", _(texts.email_fault(new.email) or texts.NOT_AN_EMAIL)))
    if not texts.is_fit(new.name):
        faults.append(FieldError("name", _(texts.UNFIT)))
    elif not 0 < len(new.name.strip()) <= 120:
        faults.append(FieldError("name", _("Write a name of at most 120 characters.")))
    if new.role not in ROLES:
        faults.append(FieldError("role", _("Choose a role of the list.")))
    if faults or email is None:
        raise Invalid(_("The account cannot be added like this."), tuple(faults))
    return email


def _entity_faults(entity: str | None, *, needed: bool, others: bool) -> list[FieldError]:
    if not entity:
        return [FieldError("entity", _("Write the code of the entity that it acts for."))] if needed else []
    if not needed and not others:
        return [FieldError("entity", _("Only who acts for an entity has an entity's code."))]
    if not rules.is_entity_code(entity):
        return [FieldError("entity", _("An entity's code has small letters, figures and hyphens, like 'dane'."))]
    return []


def disable_user(session: Session, actor: Actor, account_id: UUID) -> None:
    """Disable an account and end its sessions at once.

    Raises NotFound without such an active account, Conflict for the actor's own: somebody must be left to enable it.
    """
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or not account.active:
        raise NotFound(_("There is no such active account."))
    if account.id == actor.id:
        raise Conflict(_("Nobody disables their own account."), code="own_account")
    account.active = False
    account.disabled_at = clock.now()
    ended = end_sessions(session, account.id)
    journal.record(session, actor, "account.disable", "account", account.id, sessions_ended=ended)


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
    faults = list(_entity_faults(entity, needed=scope == "referrals", others=True))
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
