"""Adds, confirms and removes what proves a second step. Services take the caller's session and never commit."""

import secrets
from base64 import b64decode, b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.accounts.rules import MAX_WAIT
from attention_point.accounts.second_factor import passkeys, queries, records, rules
from attention_point.accounts.second_factor.models import SecondFactor, SignInTicket
from attention_point.accounts.services import end_sessions, hash_secret
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault

MAX_PASSKEYS = 10
APP, PASSKEY, CODES = "app", "passkey", "codes"


def begin_app(session: Session, account_id: UUID, token_hash: bytes) -> None:
    """Make the secret of an application of codes, which counts once a code of it was typed in the same session.

    ``token_hash`` says in which: a thief of the password who has a session too must not read the owner's new secret.
    """
    secret = rules.generate_app_secret()
    _add_unconfirmed_factor(session, account_id, APP, token_hash, {"secret": secret})


def begin_passkey(session: Session, account_id: UUID, token_hash: bytes) -> None:
    """Make the challenge of a new passkey, for this session. Raises Conflict for an account with ten passkeys."""
    if len(queries.list_factors(session, account_id, PASSKEY)) >= MAX_PASSKEYS:
        raise Conflict(_("The account has ten passkeys. Remove one first."), code="too_many")
    challenge = b64encode(secrets.token_bytes(rules.CHALLENGE_BYTES)).decode()
    _add_unconfirmed_factor(session, account_id, PASSKEY, token_hash, {"challenge": challenge})


def _add_unconfirmed_factor(
    session: Session, account_id: UUID, kind: str, token_hash: bytes, record: dict[str, str]
) -> None:
    # What was begun before and left lying, in another tab say, must not wait to be confirmed by whoever finds it.
    unconfirmed = (SecondFactor.account_id == account_id) & (SecondFactor.kind == kind)
    session.execute(delete(SecondFactor).where(unconfirmed, SecondFactor.confirmed_at.is_(None)))
    factor = SecondFactor(id=new_id(), account_id=account_id, kind=kind, created_at=clock.now())
    factor.sealed = records.seal_factor(get_vault(session), factor, {**record, "begun_in": token_hash.hex()})
    session.add(factor)
    session.flush()


def _find_begun(
    session: Session, account_id: UUID, kind: str, token_hash: bytes
) -> tuple[SecondFactor, dict[str, Any]] | None:
    """What an account is adding, with its record; None where nothing is, or where another session began it."""
    factor = queries.find_unconfirmed_factor(session, account_id, kind)
    record = records.open_factor(get_vault(session), factor) if factor else {}
    return (factor, record) if factor and record.get("begun_in") == token_hash.hex() else None


def read_app_secret(session: Session, account_id: UUID, token_hash: bytes) -> str | None:
    """The secret of the application that this session is adding; None if it adds none."""
    begun = _find_begun(session, account_id, APP, token_hash)
    return begun[1]["secret"] if begun else None


def read_passkey_challenge(session: Session, account_id: UUID, token_hash: bytes) -> bytes | None:
    """The challenge for the passkey that this session is adding; None if it adds none."""
    begun = _find_begun(session, account_id, PASSKEY, token_hash)
    return b64decode(begun[1]["challenge"]) if begun else None


def confirm_app(session: Session, actor: Actor, code: str, kept_token_hash: bytes) -> list[str]:
    """Put an application in use by its first code; it replaces the one before. Returns as ``_put_in_use``.

    Raises NotFound if this session adds none, Invalid for a wrong code.
    """
    account = _lock_account(session, actor)
    begun = _find_begun(session, account.id, APP, kept_token_hash)
    if begun is None:
        raise NotFound(_("Begin again: nothing is being added."))
    factor, secret = begun[0], begun[1]["secret"]
    step = rules.find_code_step(secret, code, clock.now(), None)
    if step is None:
        raise Invalid.of_field(
            "code", _("This code is not right. Wait for the next one and type it. Is the clock of the telephone right?")
        )
    # One application an account: two would double the codes that a guess may hit.
    session.execute(
        delete(SecondFactor).where(
            SecondFactor.account_id == account.id, SecondFactor.kind == APP, SecondFactor.id != factor.id
        )
    )
    # The code that confirmed the application is used up: nobody signs in with it who read it over a shoulder.
    factor.last_step = step
    factor.sealed = records.seal_factor(get_vault(session), factor, {"secret": secret})
    return _put_in_use(session, actor, account, factor, kept_token_hash)


def confirm_passkey(
    session: Session, actor: Actor, site: passkeys.Site, reply: str, kept_token_hash: bytes
) -> list[str]:
    """Put a new passkey in use by the browser's reply. Returns as ``_put_in_use``.

    Raises NotFound if this session adds none, Invalid for a reply that is not of this site and challenge.
    """
    account = _lock_account(session, actor)
    begun = _find_begun(session, account.id, PASSKEY, kept_token_hash)
    if begun is None:
        raise NotFound(_("Begin again: nothing is being added."))
    factor, challenge = begun[0], b64decode(begun[1]["challenge"])
    passkey = passkeys.read_new_passkey(site, challenge, reply)
    if passkey is None:
        raise Invalid.of_field("credential", _("The device's answer was not right. Try again."))
    factor.sealed = records.seal_factor(get_vault(session), factor, passkey.as_record())
    return _put_in_use(session, actor, account, factor, kept_token_hash)


def _put_in_use(
    session: Session, actor: Actor, account: Account, factor: SecondFactor, kept_token_hash: bytes
) -> list[str]:
    """Confirm a factor. With an account's first one its other sessions end, and its recovery codes are returned."""
    factor.confirmed_at = now = clock.now()
    is_first, ended_count, codes = account.second_factor_at is None, 0, []
    if is_first:
        account.second_factor_at = now
        # Sessions that a password alone began, perhaps a thief's.
        ended_count = end_sessions(session, account.id, kept_token_hash)
        codes = _replace_codes(session, account)
    session.flush()
    journal.record(
        session, actor, "account.factor-add", "account", account.id, factor=factor.kind, sessions_ended=ended_count
    )
    return codes


def renew_codes(session: Session, actor: Actor) -> list[str]:
    """New recovery codes in place of all earlier ones. Raises Conflict for an account without a second step."""
    account = _lock_account(session, actor)
    if account.second_factor_at is None:
        raise Conflict(_("Add a passkey or an application first."), code="no_second_factor")
    codes = _replace_codes(session, account)
    journal.record(session, actor, "account.factor-codes", "account", account.id)
    return codes


def _replace_codes(session: Session, account: Account) -> list[str]:
    codes = [rules.generate_code() for _number in range(rules.RECOVERY_CODES)]
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id, SecondFactor.kind == CODES))
    now = clock.now()
    factor = SecondFactor(id=new_id(), account_id=account.id, kind=CODES, created_at=now, confirmed_at=now)
    # Their digests alone: the codes stand on the owner's paper, and nobody can show them a second time.
    record = {"hashes": [rules.hash_code(code) for code in codes]}
    factor.sealed = records.seal_factor(get_vault(session), factor, record)
    session.add(factor)
    return codes


def count_codes_left(session: Session, account_id: UUID) -> int:
    """How many recovery codes an account has left."""
    factors = queries.list_factors(session, account_id, CODES)
    opened = [records.open_factor_or_note(session, factor) for factor in factors]
    return sum(len(record["hashes"]) for record in opened if record)


def remove_factor(session: Session, actor: Actor, factor_id: UUID, *, is_needed: bool) -> None:
    """Remove a passkey or the application of the actor's account.

    ``is_needed``: the account must keep one. Raises NotFound for any other row, Conflict for the last one that must
    stay.
    """
    account = _lock_account(session, actor)
    factors = [row for row in queries.list_factors(session, account.id) if row.kind != CODES]
    factor = next((row for row in factors if row.id == factor_id), None)
    if factor is None:
        raise NotFound(_("There is no such passkey or application."))
    if is_needed and len(factors) == 1:
        raise Conflict(_("Your role needs a second step. Add another one before you remove this."), code="last_factor")
    session.delete(factor)
    # Recovery codes alone are no second step that somebody carries.
    if len(factors) == 1:
        remove_all_factors(session, account)
    session.flush()
    journal.record(session, actor, "account.factor-remove", "account", account.id, factor=factor.kind)


def remove_all_factors(session: Session, account: Account) -> None:
    """Leave an account without a second step, and without what it began to add."""
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))
    account.second_factor_at = None


def add_ticket(session: Session, account: Account) -> str:
    """Let the second step follow a right password. Returns the ticket's token, for the browser alone."""
    token, now = secrets.token_urlsafe(32), clock.now()
    # Those that a wrong clock has put into the future too.
    is_over = (SignInTicket.created_at < now - rules.TICKET_LIFETIME) | (SignInTicket.created_at > now + MAX_WAIT)
    session.execute(delete(SignInTicket).where(is_over))
    session.add(
        SignInTicket(
            token_hash=hash_secret(token),
            account_id=account.id,
            browser_generation=account.browser_generation,
            challenge=secrets.token_bytes(rules.CHALLENGE_BYTES),
            created_at=now,
        )
    )
    return token


def use_ticket(session: Session, ticket: SignInTicket) -> bool:
    """Take a ticket away with its challenge; False if somebody was quicker or the challenge has changed."""
    own_row = (SignInTicket.token_hash == ticket.token_hash) & (SignInTicket.challenge == ticket.challenge)
    return len(session.execute(delete(SignInTicket).where(own_row).returning(SignInTicket.token_hash)).all()) == 1


def renew_challenge(session: Session, token_hash: bytes) -> None:
    """Give a ticket another challenge: each is good for one try."""
    challenge = secrets.token_bytes(rules.CHALLENGE_BYTES)
    session.execute(update(SignInTicket).where(SignInTicket.token_hash == token_hash).values(challenge=challenge))


def use_app_step(session: Session, factor_id: UUID, step: int) -> bool:
    """Note the used period of an application; False if the same or a later one was used meanwhile."""
    # In one statement: of two sign-ins with the same code only the first one gets its row back.
    last_step = SecondFactor.last_step
    is_unused = last_step.is_(None) | (last_step < step) | (last_step > step + rules.MAX_STEPS_AHEAD)
    query = update(SecondFactor).where(SecondFactor.id == factor_id, is_unused)
    used = query.values(last_step=step, last_used_at=clock.now()).returning(SecondFactor.id)
    return len(session.execute(used).all()) == 1


def use_passkey_count(session: Session, factor_id: UUID, used_passkey: records.Passkey, sign_count: int) -> bool:
    """Note the new count of a passkey; False if it was removed or used meanwhile."""
    factor = _lock_factor(session, factor_id)
    vault = get_vault(session)
    # The signature was verified without a lock: another sign-in may have counted on in the meantime.
    if factor is None or records.read_passkey(records.open_factor(vault, factor)) != used_passkey:
        return False
    passkey = records.Passkey(used_passkey.credential_id, used_passkey.public_key, sign_count)
    factor.sealed, factor.last_used_at = records.seal_factor(vault, factor, passkey.as_record()), clock.now()
    return True


def use_recovery_code(session: Session, account_id: UUID, code: str) -> bool:
    """Use a recovery code up; False for a code that the account does not have."""
    factors = queries.list_factors(session, account_id, CODES)
    factor = _lock_factor(session, factors[0].id) if factors else None
    if factor is None:
        return False
    record = records.open_factor_or_note(session, factor)
    remaining = rules.remove_code(record["hashes"], code) if record else None
    if remaining is None:
        return False
    factor.sealed = records.seal_factor(get_vault(session), factor, {"hashes": remaining})
    factor.last_used_at = clock.now()
    return True


def _lock_factor(session: Session, factor_id: UUID) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.id == factor_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _lock_account(session: Session, actor: Actor) -> Account:
    # The web layer has read the account of an actor.
    return session.get_one(Account, actor.id, with_for_update=True, populate_existing=True)
