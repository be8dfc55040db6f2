"""Sign-in and sign-out, the end of sessions, and what people change in their own accounts.

Services take the caller's session and never commit. ``sign_in`` and ``verify_credentials`` take the database instead: a
failure must be counted although the request fails, and no transaction may be open while a password is hashed.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import passwords, queries, rules
from attention_point.accounts.models import Account, LoginSession
from attention_point.accounts.second_factor.services import add_ticket
from attention_point.accounts.services import end_matching_sessions, end_sessions, hash_secret
from attention_point.accounts.sign_in import known_browsers, throttle
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, Actor, get_permissions
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Invalid, NotFound, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """A password was right for this account, whose hash was ``password_hash`` then.

    ``renewed_hash``, if there is one, has today's parameters and replaces it. ``browser_cookie`` makes the browser a
    browser that the account knows.
    """

    account_id: UUID
    password_hash: str
    renewed_hash: str | None
    language: str
    browser_cookie: str


class SecondStepNeeded(Unauthenticated):
    """The password was right, and the account has a second step. ``ticket`` is its token, for the browser alone."""

    code = "second_step"

    def __init__(self, ticket: str) -> None:
        super().__init__(_("Show that it is you in a second step."))
        self.ticket = ticket


def verify_credentials(
    database: Database, email: str, password: str, address: str, browser_cookie: str | None = None
) -> PasswordProof:
    """Check a password within the throttle. Raises TooManyTries, or Unauthenticated with one sentence for every cause.

    ``address`` is the network address of the request, ``browser_cookie`` the cookie that an earlier sign-in left.
    """
    # What is no address counts as a try too, in a safe form of limited length.
    email = rules.normalise_email(email) or texts.show_unfit(email[: rules.EMAIL_MAX_LENGTH])
    with database.read_session() as session:
        account, vault = queries.find_account_by_email(session, email), get_vault(session)
    browser = known_browsers.decode_browser_cookie(vault, browser_cookie)
    generation = account.browser_generation if account else 0
    known_tag = known_browsers.find_known_tag(vault, browser, email, generation)
    # A tablet of the desk is an origin of its own: a guesser behind the office's address does not lock it out.
    origin_key = (
        throttle.build_browser_key(vault, browser.number) if browser else throttle.build_address_key(vault, address)
    )
    own_browser_key = throttle.build_browser_key(vault, known_tag) if known_tag else None
    with database.write_session() as session:
        attempt = throttle.count_sign_in_attempt(
            session, throttle.build_account_key(vault, email), origin_key, clock.now(), own_browser_key
        )
    # An address without an account takes the same steps and as much time: nobody learns which accounts exist.
    password_right = passwords.is_password_right(account.password_hash if account else None, password)
    if account is None or not password_right or not _can_sign_in(account):
        with database.write_session() as session:
            # Without the typed address: people also type their password into the wrong field.
            journal.record(session, SYSTEM, "account.sign-in-failed", "account", account.id if account else None)
        raise Unauthenticated(_("The e-mail address or the password is not right."))
    # Parameters grow over the years, and only now the password is at hand to hash it with today's.
    renewed_hash = (
        passwords.hash_password(password) if passwords.needs_rehash(account.password_hash, password) else None
    )
    with database.write_session() as session:
        throttle.forgive_attempt(session, attempt)
    new_cookie = known_browsers.encode_browser_cookie(
        vault, known_browsers.add_account_tag(vault, browser, email, generation)
    )
    return PasswordProof(account.id, account.password_hash, renewed_hash, account.language, new_cookie)


def _can_sign_in(account: Account) -> bool:
    """Whether the right password opens the account: it is active, and a one-time password is still valid."""
    password_in_time = not account.must_change_password or rules.is_one_time_password_valid(
        account.password_expires_at, clock.now()
    )
    return account.active and password_in_time


def sign_in(
    database: Database, email: str, password: str, address: str, browser_cookie: str | None = None
) -> tuple[str, PasswordProof]:
    """Begin a session. Returns its token, for the browser alone, and the proof. Raises as ``verify_credentials``.

    Raises SecondStepNeeded for an account that has one: ``second_step`` then begins the session.
    """
    proof = verify_credentials(database, email, password, address, browser_cookie)
    with database.write_session() as session:
        account = _lock_unchanged_account(session, proof)
        if proof.renewed_hash:
            account.password_hash = proof.renewed_hash
        if account.second_factor_at is None:
            return begin_session(session, account), proof
        ticket = add_ticket(session, account)
    # Only now: an error would undo what the session writes.
    raise SecondStepNeeded(ticket)


def begin_session(session: Session, account: Account, **detail: str) -> str:
    """Begin a session of an account that has proved all that it must. Returns its token, for the browser alone."""
    token, now = secrets.token_urlsafe(32), clock.now()
    account.last_sign_in_at = now
    # A copy of the database opens no session.
    token_hash = hash_secret(token)
    session.add(
        LoginSession(token_hash=token_hash, id=new_id(), account_id=account.id, created_at=now, last_seen_at=now)
    )
    journal.record(session, build_account_actor(account), "account.sign-in", "account", account.id, **detail)
    return token


def _lock_unchanged_account(session: Session, proof: PasswordProof) -> Account:
    """Lock the account. Raises Unauthenticated if somebody changed or disabled it while its password was checked."""
    account = session.get(Account, proof.account_id, with_for_update=True)
    if account is None or not account.active or account.password_hash != proof.password_hash:
        raise Unauthenticated(_("The e-mail address or the password is not right."))
    return account


def build_account_actor(account: Account) -> Actor:
    """The actor that an account is."""
    return Actor("account", account.id, account.name, account.role, get_permissions(account.role), account.entity)


def sign_out(session: Session, actor: Actor, token: str) -> None:
    """End the session of a token, if it has not ended."""
    end_matching_sessions(session, LoginSession.token_hash == hash_secret(token))
    journal.record(session, actor, "account.sign-out", "account", actor.id)


def end_session(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions. Raises NotFound for any other session."""
    ended_count = end_matching_sessions(
        session, (LoginSession.id == session_id) & (LoginSession.account_id == actor.id)
    )
    if not ended_count:
        raise NotFound(_("There is no such open session."))
    journal.record(session, actor, "account.session-end", "account", actor.id)


def change_password(
    session: Session, actor: Actor, proof: PasswordProof, new_hash: str, kept_token_hash: bytes | None = None
) -> str:
    """Replace the password and end the account's other sessions. ``check_new_password`` has accepted the new one.

    The account forgets every browser. The cookie that is returned makes it know this one again.
    """
    account = _lock_unchanged_account(session, proof)
    account.password_hash = new_hash
    account.must_change_password = False
    account.password_expires_at = None
    account.password_changed_at = clock.now()
    account.browser_generation += 1
    account.version += 1
    ended_count = end_sessions(session, account.id, kept_token_hash)
    journal.record(session, actor, "account.password", "account", account.id, sessions_ended=ended_count)
    vault = get_vault(session)
    browser = known_browsers.decode_browser_cookie(vault, proof.browser_cookie)
    return known_browsers.encode_browser_cookie(
        vault, known_browsers.add_account_tag(vault, browser, account.email, account.browser_generation)
    )


def change_notice_timing(session: Session, actor: Actor, timing: str) -> None:
    """Change when the account is told of its entity's referrals. Raises Invalid for a timing that is none."""
    if timing not in rules.NOTICE_TIMINGS:
        raise Invalid.of_field("notice_timing", _("Choose one of these."))
    session.execute(update(Account).where(Account.id == actor.id).values(notice_timing=timing))
    journal.record(session, actor, "account.notices", "account", actor.id, timing=timing)


def change_language(session: Session, actor: Actor, language: str) -> None:
    """Change the language in which the account's pages begin after sign-in: ``es`` or ``en``."""
    session.execute(update(Account).where(Account.id == actor.id).values(language=language))
    journal.record(session, actor, "account.language", "account", actor.id, language=language)
