"""The way back for somebody who lost the device and the recovery codes: two people walk it.

One person asks and gets the first half of a code, another one confirms and gets the second half. The owner types both
after the password. So neither of the two can open the account alone, and a thief of the password finds it closed
throughout. Services take the caller's session and never commit.
"""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import queries, records, rules, services
from attention_point.accounts.second_factor.models import WayBack
from attention_point.accounts.services import end_sessions
from attention_point.foundation import clock, journal, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.vault import get_vault


def ask_way_back(session: Session, actor: Actor, account_id: UUID, reason: str, site_url: str | None = None) -> str:
    """Ask for a way back to an account. Returns the first half of its code, shown once; an earlier way back ends.

    With ``site_url``, the public address where mail is sent, the owner and those who may confirm get a mail. Raises
    NotFound without such an account, Conflict for one without a second step and for the actor's own, Invalid for a
    reason that is missing, too long or unfit.
    """
    account = _lock_account(session, account_id)
    if account.id == actor.id:
        raise Conflict(_("Ask another administrator: two other people give an account back."), code="own_account")
    if account.second_factor_at is None:
        raise Conflict(_("This account has no second step, so the password is enough."), code="no_second_factor")
    reason = texts.normalise_text(reason) if texts.is_fit_text(reason) else ""
    if not 0 < len(reason) <= rules.WAY_BACK_REASON_MAX_LENGTH:
        raise Invalid.of_field(
            "reason", _("Write in at most %(number)s letters what happened.", number=rules.WAY_BACK_REASON_MAX_LENGTH)
        )
    # One at a time: of two that are open, somebody would put halves together that open nothing.
    _end_ways_back(session, account.id)
    code, asked_by = rules.generate_code(), actor.id if actor.kind == "account" else None
    way_back = WayBack(id=new_id(), account_id=account.id, asked_by=asked_by, asked_at=clock.now())
    record = {"reason": reason, "hashes": [rules.hash_code(code)]}
    way_back.sealed = records.seal_way_back(get_vault(session), way_back, record)
    session.add(way_back)
    session.flush()
    journal.record(session, actor, "account.way-back-ask", "account", account.id)
    if site_url:
        _queue_mails(session, account, way_back, site_url)
    return code


def confirm_way_back(session: Session, actor: Actor, way_back_id: UUID) -> str:
    """Confirm a way back as the second person. Returns the second half of its code, shown once.

    Raises NotFound if it waits no longer, Forbidden for who asked for it, for the owner of the account, and for an
    account that is new (``list_confirming_accounts``).
    """
    way_back = _lock_waiting(session, way_back_id)
    confirming = queries.list_confirming_accounts(session, [way_back.asked_by, way_back.account_id])
    if actor.id is not None and actor.id not in {account.id for account in confirming}:
        raise Forbidden(_("Another person must confirm this."))
    return _confirm_way_back(session, actor, way_back)


def confirm_alone(session: Session, actor: Actor, account_id: UUID) -> str | None:
    """At the server's command line: confirm the account's way back if nobody else could; otherwise None.

    Whoever is there holds the keyring, so it gives nothing that was not open to them.
    """
    way_back = next(iter(queries.list_open_ways_back(session, account_id)))
    if queries.list_confirming_accounts(session, [account_id]):
        return None
    return _confirm_way_back(session, actor, way_back)


def _confirm_way_back(session: Session, actor: Actor, way_back: WayBack) -> str:
    vault, code = get_vault(session), rules.generate_code()
    record = records.open_way_back(vault, way_back)
    record["hashes"].append(rules.hash_code(code))
    way_back.sealed = records.seal_way_back(vault, way_back, record)
    way_back.confirmed_by, way_back.confirmed_at = actor.id, clock.now()
    session.flush()
    journal.record(session, actor, "account.way-back-confirm", "account", way_back.account_id)
    return code


def refuse_way_back(session: Session, actor: Actor, way_back_id: UUID) -> None:
    """End a way back that nobody has confirmed yet. Raises NotFound if it waits no longer."""
    way_back = _lock_waiting(session, way_back_id)
    way_back.ended_at = clock.now()
    session.flush()
    journal.record(session, actor, "account.way-back-refuse", "account", way_back.account_id)


def use_way_back(session: Session, account: Account, code: str) -> bool:
    """Use both halves of a code, one after the other; False for any other text.

    The account then has no second step and no open session: its owner adds a new device. The caller holds the account's
    row.
    """
    halves = rules.normalise_code(code)
    hashes = [rules.hash_code(half) for half in (halves[: rules.CODE_LENGTH], halves[rules.CODE_LENGTH :])]
    vault = get_vault(session)
    for way_back in queries.list_open_ways_back(session, account.id):
        # Either order: people put two papers side by side as they come.
        if way_back.confirmed_at and sorted(records.open_way_back(vault, way_back)["hashes"]) == sorted(hashes):
            _end_ways_back(session, account.id)
            services.remove_all_factors(session, account)
            # The lost device may still be signed in, in whatever hands it is.
            end_sessions(session, account.id)
            return True
    return False


def read_reason(session: Session, way_back: WayBack) -> str:
    """Why somebody asked for a way back. Raises VaultError."""
    reason: str = records.open_way_back(get_vault(session), way_back)["reason"]
    return reason


def _end_ways_back(session: Session, account_id: UUID) -> None:
    open_rows = (WayBack.account_id == account_id) & WayBack.ended_at.is_(None)
    session.execute(update(WayBack).where(open_rows).values(ended_at=clock.now()))


def _lock_waiting(session: Session, way_back_id: UUID) -> WayBack:
    way_back = session.get(WayBack, way_back_id, with_for_update=True, populate_existing=True)
    if (
        way_back is None
        or way_back.confirmed_at
        or not rules.is_way_back_open(way_back.asked_at, None, way_back.ended_at, clock.now())
    ):
        raise NotFound(_("Nothing waits to be confirmed here. It was answered, or a day has passed."))
    return way_back


def _lock_account(session: Session, account_id: UUID) -> Account:
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or not account.active:
        raise NotFound(_("There is no such active account."))
    return account


def _queue_mails(session: Session, account: Account, way_back: WayBack, site_url: str) -> None:
    """Tell the owner, who may know nothing of it, and those who may confirm."""
    with in_language(account.language):
        subject = _("Somebody asks to open your account without your device")
        body = mail.build_letter(
            account.name,
            _("An administrator says that you lost the device of your second step, and asks to let you in without it."),
            _("If this is not true, tell the person in charge of the point at once."),
        )
        mail.queue_message(session, f"way-back/{way_back.id}/owner", mail.Message(account.email, subject, body))
    for reader in queries.list_confirming_accounts(session, [account.id, way_back.asked_by]):
        with in_language(reader.language):
            subject = _("Somebody lost the device of the second step")
            body = mail.build_letter(
                reader.name,
                _("Speak with that person, see who it is, and then confirm or refuse it here:"),
                f"{site_url}/ways-back",
            )
            mail.queue_message(session, f"way-back/{way_back.id}/confirm", mail.Message(reader.email, subject, body))
