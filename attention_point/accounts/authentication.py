"""Signing in and out, sessions, and what somebody changes in their own account.

Services take the caller's session and never commit. The exception is ``sign_in`` and ``prove``, which take the
database: a failure is counted though the request fails, and no transaction is open while a password is hashed.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import devices, passwords, queries, rules, throttle
from attention_point.accounts.models import Account, LoginSession
from attention_point.accounts.services import digest
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, Actor, permissions_of
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound, Unauthenticated
from attention_point.foundation.vault import vault_of


@dataclass(frozen=True, slots=True)
class Proof:
    """A password was right for this account. ``password_hash`` is the hash as it stood; ``renewed`` replaces it.

    ``device_cookie`` makes the browser a device that the account knows.
    """

    account_id: UUID
    password_hash: str
    renewed: str | None
    language: str
    device_cookie: str


def prove(database: Database, email: str, password: str, address: str, device_cookie: str | None = None) -> Proof:
    """Check a password within the throttle. Raises TooMany, or Unauthenticated with one sentence for every cause.

    ``address`` is the network address of the request, ``device_cookie`` what its browser keeps of an earlier sign-in.
    """
    email = rules.normal_email(email) or texts.show_unfit(email[: rules.EMAIL_LONGEST])
    with database.reading() as session:
        account, vault = queries.by_email(session, email), vault_of(session)
    device = devices.read_device(vault, device_cookie)
    generation = account.device_generation if account else 0
    tag = devices.knows(vault, device, email, generation)
    origin = throttle.device_key(vault, device.number) if device else throttle.address_key(vault, address)
    own_device = throttle.device_key(vault, tag) if tag else None
    with database.writing() as session:
        counted = throttle.admit(session, throttle.account_key(vault, email), origin, clock.now(), own_device)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right or not _is_usable(account):
        with database.writing() as session:
            journal.record(session, SYSTEM, "account.sign-in-failed", "account", account.id if account else None)
        raise Unauthenticated(_("The e-mail address or the password is not right."))
    renewed = passwords.hashed(password) if passwords.outdated(account.password_hash, password) else None
    with database.writing() as session:
        throttle.forgive(session, counted)
    cookie = devices.cookie_of(vault, devices.remember(vault, device, email, generation))
    return Proof(account.id, account.password_hash, renewed, account.language, cookie)


def _is_usable(account: Account) -> bool:
    """Whether a right password opens the account."""
    fresh = not account.must_change_password or rules.is_one_time_open(account.password_expires_at, clock.now())
    return account.active and fresh


def sign_in(
    database: Database, email: str, password: str, address: str, device_cookie: str | None = None
) -> tuple[str, Proof]:
    """A new session's token, for the browser alone, and the proof. Raises what ``prove`` raises."""
    proof = prove(database, email, password, address, device_cookie)
    token, now = secrets.token_urlsafe(32), clock.now()
    with database.writing() as session:
        account = _still(session, proof)
        if proof.renewed:
            account.password_hash = proof.renewed
        account.last_sign_in_at = now
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


def change_password(session: Session, actor: Actor, proof: Proof, new_hash: str, keep: bytes | None = None) -> str:
    """Replace the password and end the account's other sessions. ``new_hash`` is of one that ``check_new`` accepted.

    Every device becomes a stranger; the returned cookie makes this one known again.
    """
    account = _still(session, proof)
    account.password_hash = new_hash
    account.must_change_password = False
    account.password_expires_at = None
    account.password_changed_at = clock.now()
    account.device_generation += 1
    account.version += 1
    ended = end_sessions(session, account.id, keep)
    journal.record(session, actor, "account.password", "account", account.id, sessions_ended=ended)
    vault = vault_of(session)
    device = devices.read_device(vault, proof.device_cookie)
    return devices.cookie_of(vault, devices.remember(vault, device, account.email, account.device_generation))


def change_language(session: Session, actor: Actor, language: str) -> None:
    """The language in which the account's pages begin after sign-in: ``es`` or ``en``."""
    session.execute(update(Account).where(Account.id == actor.id).values(language=language))
    journal.record(session, actor, "account.language", "account", actor.id, language=language)
