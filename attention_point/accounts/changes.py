"""Mending accounts: a new one-time password, disable and enable, edit, unlock. Never commits."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import queries, rules, services, throttle
from attention_point.accounts.authentication import end_sessions
from attention_point.accounts.models import Account
from attention_point.foundation import clock, journal, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import format_datetime, speaking
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Difference, Invalid, NotFound
from attention_point.foundation.vault import vault_of

_ADMINISTRATORS = b"accounts: the last administrator"


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What can be changed of an account."""

    name: str
    role: str
    entity: str | None


def values_of(account: Account) -> AccountValues:
    """What an account has now."""
    return AccountValues(account.name, account.role, account.entity)


def reset_password(
    session: Session, actor: Actor, account_id: UUID, password: str, password_hash: str, site: str | None = None
) -> None:
    """Replace the password by a one-time one and end the account's sessions.

    With ``site``, the address of this house, the password is mailed with it and opens the account for a day; without,
    the caller shows it once and it does for a week. Raises NotFound without such an account, Conflict for a disabled
    one and for the actor's own, Invalid for an address that takes no mail.
    """
    account = _locked(session, account_id)
    if not account.active:
        raise Conflict(_("The account is disabled. Enable it first."), code="account_disabled")
    if account.id == actor.id:
        raise Conflict(_("Change your own password under 'My account'."), code="own_account")
    now = clock.now()
    account.password_hash = password_hash
    account.must_change_password = True
    account.password_expires_at = now + (rules.ONE_TIME_MAILED if site else rules.ONE_TIME_SHOWN)
    account.password_changed_at = now
    ended = _shut_out(session, account)
    throttle.unlock(session, throttle.account_key(vault_of(session), account.email))
    journal.record(
        session, actor, "account.reset", "account", account.id, mailed=site is not None, sessions_ended=ended
    )
    if site:
        _mail(session, account, password, site)


def _mail(session: Session, account: Account, password: str, site: str) -> None:
    with speaking(account.language):
        until = format_datetime(account.password_expires_at or clock.now())
        body = mail.letter(
            account.name,
            _("Your password at the attention point was reset. Sign in with this one-time password:"),
            password,
            _("It is good until %(moment)s. You then choose a password of your own. Sign in here:", moment=until),
            f"{site}/sign-in",
            _("If you did not ask for it, tell whoever keeps the accounts."),
        )
        message = mail.Message(account.email, _("Your new one-time password"), body)
    mail.queue(session, f"account-reset/{account.id}/{account.version}", message)


def disable_user(session: Session, actor: Actor, account_id: UUID) -> None:
    """Disable an account and end its sessions at once.

    Raises NotFound without such an active account, Conflict for the actor's own and for the last active administrator:
    somebody must be left to enable it.
    """
    serialise(session, _ADMINISTRATORS)
    account = _locked(session, account_id)
    if not account.active:
        raise NotFound(_("There is no such active account."))
    if account.id == actor.id:
        raise Conflict(_("Nobody disables their own account."), code="own_account")
    _spare_last_administrator(session, account)
    account.active = False
    account.disabled_at = clock.now()
    ended = _shut_out(session, account)
    journal.record(session, actor, "account.disable", "account", account.id, sessions_ended=ended)


def enable_user(session: Session, actor: Actor, account_id: UUID) -> None:
    """Let a disabled account sign in again, with the password that it had. Raises NotFound without such an account."""
    account = _locked(session, account_id)
    if account.active:
        raise NotFound(_("There is no such disabled account."))
    account.active = True
    account.disabled_at = None
    account.version += 1
    journal.record(session, actor, "account.enable", "account", account.id)


def edit_user(
    session: Session, actor: Actor, account_id: UUID, values: AccountValues, version: int | None = None
) -> list[str]:
    """Change name, role or entity and return the names of what changed; a new role or entity ends the sessions.

    Raises Invalid for a wrong field, NotFound without such an account, Conflict when somebody saved after ``version``,
    for the actor's own role, and for the last active administrator's.
    """
    serialise(session, _ADMINISTRATORS)
    account = _locked(session, account_id)
    before = values_of(account)
    values = AccountValues(texts.normalise(values.name), values.role, values.entity or None)
    if version not in {None, account.version}:
        raise Conflict(_("Somebody changed this account while you were editing it."), _differences(values, before))
    faults = services.name_and_role_faults(values.name, values.role)
    if (values.role, values.entity) != (before.role, before.entity):
        faults += services.account_entity_faults(session, values.role, values.entity)
    if faults:
        raise Invalid(_("The account cannot be changed like this."), tuple(faults))
    changed = [name for name in ("name", "role", "entity") if getattr(values, name) != getattr(before, name)]
    if not changed:
        return []
    if "role" in changed:
        _spare_own_role(actor, account)
        _spare_last_administrator(session, account)
    account.name, account.role, account.entity = values.name, values.role, values.entity
    account.version += 1
    ended = 0 if changed == ["name"] else end_sessions(session, account.id)
    # Codes alone: a name is no matter of the journal.
    after = {"role": values.role, "entity": values.entity}
    journal.record(
        session, actor, "account.edit", "account", account.id, changed=changed, sessions_ended=ended, **after
    )
    return changed


def unlock_user(session: Session, actor: Actor, account_id: UUID) -> None:
    """Forget the wrong guesses of strangers at an account. Raises NotFound without such an account."""
    account = _locked(session, account_id)
    throttle.unlock(session, throttle.account_key(vault_of(session), account.email))
    journal.record(session, actor, "account.unlock", "account", account.id)


def _locked(session: Session, account_id: UUID) -> Account:
    """The account as it stands, held until the transaction ends."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _shut_out(session: Session, account: Account) -> int:
    """End the account's sessions and make its devices strangers; says how many sessions."""
    account.device_generation += 1
    account.version += 1
    session.flush()
    return end_sessions(session, account.id)


def _spare_own_role(actor: Actor, account: Account) -> None:
    if account.id == actor.id:
        raise Conflict(_("Nobody changes their own role. Another administrator does it."), code="own_account")


def _spare_last_administrator(session: Session, account: Account) -> None:
    """Raise Conflict for the last one. The caller holds the lock, so that two do not go at once."""
    if account.active and account.role == "admin" and not queries.has_administrator(session, besides=account.id):
        raise Conflict(
            _("This is the last active administrator. Add or enable another one first."), code="last_administrator"
        )


def _differences(yours: AccountValues, theirs: AccountValues) -> tuple[Difference, ...]:
    labels = {"name": _("Name"), "role": _("Role"), "entity": _("Entity")}
    return tuple(
        Difference(label, getattr(yours, field) or "", getattr(theirs, field) or "")
        for field, label in labels.items()
        if getattr(yours, field) != getattr(theirs, field)
    )
