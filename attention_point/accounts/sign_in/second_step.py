"""The second step of a sign-in: a passkey, a code of the application, or a recovery code follows a right password.

Like ``authentication.sign_in`` it takes the database: a failure must be counted although the request fails. Tries are
counted apart from those of the password, in the same throttle: whoever knows a password gets no endless guesses of six
digits, and the owner's own browser does not wait for a stranger's guesses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import passkeys, queries, records, rules, services, way_back
from attention_point.accounts.second_factor.models import SignInTicket
from attention_point.accounts.services import hash_secret
from attention_point.accounts.sign_in import known_browsers, throttle
from attention_point.accounts.sign_in.authentication import begin_session, build_account_actor
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import Vault, get_vault

WAY_BACK = "way-back"
UseProof = Callable[[Session], str]
"""Uses a proof up in the transaction that begins the session. Returns the kind of factor, or "" if it is gone."""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What somebody sent for the second step. One of the three is filled; ``credential`` is a passkey's reply."""

    code: str = ""
    recovery_code: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True)
class SecondStepOptions:
    """What an account can use: ``passkey_options`` is JSON for the browser, empty where no passkey can be used."""

    has_app: bool
    has_passkeys: bool
    passkey_options: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A begun session: its token, for the browser alone, and the cookie of the browser that the account now knows.

    ``factor`` is what proved the second step: ``passkey``, ``app``, ``codes`` or ``way-back``.
    """

    token: str
    account_id: UUID
    browser_cookie: str
    factor: str


class TicketGone(Unauthenticated):
    """Too much time has passed since the password, or the account has changed: the sign-in begins anew."""

    code = "ticket_gone"

    def __init__(self) -> None:
        super().__init__(_("Too much time has passed. Sign in again."))


def list_options(session: Session, ticket_token: str, site: passkeys.Site | None) -> SecondStepOptions:
    """What the account of a ticket can use for its second step. Raises TicketGone."""
    ticket_of_account = queries.find_ticket(session, hash_secret(ticket_token))
    if ticket_of_account is None:
        raise TicketGone
    ticket, account = ticket_of_account
    factors = queries.list_factors(session, account.id)
    own_passkeys = [passkey for _factor, passkey in records.list_passkeys(session, factors)]
    options = passkeys.build_request_options(site, ticket.challenge, own_passkeys) if site and own_passkeys else ""
    return SecondStepOptions(any(row.kind == services.APP for row in factors), bool(own_passkeys), options)


def take_second_step(
    database: Database,
    ticket_token: str,
    step: SecondStep,
    site: passkeys.Site | None,
    address: str,
    browser_cookie: str | None = None,
) -> SignedIn:
    """Begin the session of a ticket whose second step is right.

    Raises TicketGone, TooManyTries, or Unauthenticated with one sentence for every cause.
    """
    token_hash = hash_secret(ticket_token)
    with database.read_session() as session:
        ticket_of_account = queries.find_ticket(session, token_hash)
        if ticket_of_account is None:
            raise TicketGone
        ticket, account = ticket_of_account
        vault = get_vault(session)
        browser = known_browsers.decode_browser_cookie(vault, browser_cookie)
    known_tag = known_browsers.find_known_tag(vault, browser, account.email, account.browser_generation)
    origin_key = (
        throttle.build_browser_key(vault, browser.number) if browser else throttle.build_address_key(vault, address)
    )
    with database.write_session() as session:
        # Counted before anybody looks whether it is right: of many tries at one moment none goes uncounted.
        attempt = throttle.count_sign_in_attempt(
            session,
            _build_attempt_key(vault, account.id),
            origin_key,
            clock.now(),
            _build_attempt_key(vault, account.id, known_tag) if known_tag else None,
        )
    # Signatures are verified here, outside of every writing transaction.
    with database.read_session() as session:
        use_proof = _find_proof(session, ticket, account.id, step, site)
    begun = _begin_proved_session(database, ticket, use_proof) if use_proof else None
    if begun is None:
        _note_failure(database, ticket)
        raise Unauthenticated(_("This was not right, or was used already. Try the next code."))
    with database.write_session() as session:
        throttle.forgive_attempt(session, attempt)
    token, factor = begun
    known_browser = known_browsers.add_account_tag(vault, browser, account.email, account.browser_generation)
    return SignedIn(token, account.id, known_browsers.encode_browser_cookie(vault, known_browser), factor)


def _build_attempt_key(vault: Vault, account_id: UUID, known_tag: str = "") -> bytes:
    return vault.keyed_digest("second-step", account_id.bytes + known_tag.encode())


def _find_proof(
    session: Session, ticket: SignInTicket, account_id: UUID, step: SecondStep, site: passkeys.Site | None
) -> UseProof | None:
    """What uses the proof up that was sent; None where it is seen to be wrong without a lock."""
    if step.credential:
        return _find_passkey_proof(session, ticket, account_id, step.credential, site) if site else None
    if step.code:
        for factor in queries.list_factors(session, account_id, services.APP):
            record = records.open_factor_or_note(session, factor)
            secret = record["secret"] if record else ""
            time_step = rules.find_code_step(secret, step.code, clock.now(), factor.last_step) if secret else None
            if time_step is not None:
                return _build_app_use(factor.id, time_step)
        return None
    return _build_recovery_use(account_id, step.recovery_code) if step.recovery_code else None


def _find_passkey_proof(
    session: Session, ticket: SignInTicket, account_id: UUID, credential: str, site: passkeys.Site
) -> UseProof | None:
    credential_id = passkeys.read_credential_id(credential)
    for factor, passkey in records.list_passkeys(session, queries.list_factors(session, account_id)):
        if passkey.credential_id == credential_id:
            sign_count = passkeys.verify_passkey(site, ticket.challenge, credential, passkey)
            return None if sign_count is None else _build_passkey_use(factor.id, passkey, sign_count)
    return None


def _build_app_use(factor_id: UUID, time_step: int) -> UseProof:
    return lambda session: services.APP if services.use_app_step(session, factor_id, time_step) else ""


def _build_passkey_use(factor_id: UUID, passkey: records.Passkey, sign_count: int) -> UseProof:
    def use_proof(session: Session) -> str:
        is_used = services.use_passkey_count(session, factor_id, passkey, sign_count)
        return services.PASSKEY if is_used else ""

    return use_proof


def _build_recovery_use(account_id: UUID, code: str) -> UseProof:
    def use_proof(session: Session) -> str:
        if services.use_recovery_code(session, account_id, code):
            return services.CODES
        return WAY_BACK if way_back.use_way_back(session, session.get_one(Account, account_id), code) else ""

    return use_proof


def _begin_proved_session(database: Database, ticket: SignInTicket, use_proof: UseProof) -> tuple[str, str] | None:
    """Use proof and ticket up and begin the session: its token and the kind of factor. None for a proof that is gone.

    Raises TicketGone if somebody was quicker, or if the account was disabled or changed since the ticket was read.
    """
    with database.write_session() as session:
        account = session.get_one(Account, ticket.account_id, with_for_update=True)
        if not account.active or account.browser_generation != ticket.browser_generation:
            raise TicketGone
        factor = use_proof(session)
        if not factor:
            return None
        if not services.use_ticket(session, ticket):
            raise TicketGone
        if factor == WAY_BACK:
            journal.record(session, build_account_actor(account), "account.way-back-use", "account", account.id)
        return begin_session(session, account, factor=factor), factor


def _note_failure(database: Database, ticket: SignInTicket) -> None:
    with database.write_session() as session:
        services.renew_challenge(session, ticket.token_hash)
        # By the system: somebody knew the password, and that is all that was shown.
        journal.record(session, SYSTEM, "account.second-step-failed", "account", ticket.account_id)
