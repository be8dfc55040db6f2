"""Changes that an administrator makes to accounts. Services take the caller's session and never commit."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import queries, rules, services
from attention_point.accounts.models import Account
from attention_point.accounts.services import end_sessions
from attention_point.accounts.sign_in import throttle
from attention_point.foundation import clock, journal, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Difference, Invalid, NotFound
from attention_point.foundation.language import format_datetime, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault

_ADMINISTRATORS_LOCK_KEY = b"accounts: the last administrator"


@dataclass(frozen=True, slots=True)
class AccountValues:
    """The changes that an administrator can make to an account."""

    name: str
    role: str
    entity: str | None


def build_account_values(account: Account) -> AccountValues:
    """Read from an account what can be changed of it."""
    return AccountValues(account.name, account.role, account.entity)


def reset_password(
    session: Session, actor: Actor, account_id: UUID, password: str, password_hash: str, site_url: str | None = None
) -> None:
    """Replace the password of an account by a one-time password and end the account's sessions.

    With ``site_url``, the public address of the installation, the password leaves by mail and opens the account for a
    day. Without, the caller shows it once, and it opens the account for a week. Raises NotFound if there is no such
    account, Conflict for a disabled account and for the actor's own, Invalid for an address that takes no mail.
    """
    account = _lock_account(session, account_id)
    if not account.active:
        raise Conflict(_("The account is disabled. Enable it first."), code="account_disabled")
    if account.id == actor.id:
        raise Conflict(_("Change your own password under 'My account'."), code="own_account")
    now = clock.now()
    account.password_hash = password_hash
    account.must_change_password = True
    account.password_expires_at = now + (rules.MAILED_PASSWORD_LIFETIME if site_url else rules.SHOWN_PASSWORD_LIFETIME)
    account.password_changed_at = now
    # Whoever knew the old password may sit in a session or have a known browser.
    ended_count = _end_all_access(session, account)
    throttle.clear_failures(session, throttle.build_account_key(get_vault(session), account.email))
    journal.record(
        session, actor, "account.reset", "account", account.id, mailed=site_url is not None, sessions_ended=ended_count
    )
    if site_url:
        _queue_password_mail(session, account, password, site_url)


def _queue_password_mail(session: Session, account: Account, password: str, site_url: str) -> None:
    with in_language(account.language):  # the reader's, not the administrator's
        expiry_text = format_datetime(account.password_expires_at or clock.now())
        body = mail.build_letter(
            account.name,
            _("Your password at the attention point was reset. Sign in with this one-time password:"),
            password,
            _("It is valid until %(moment)s. You then choose your own password. Sign in here:", moment=expiry_text),
            f"{site_url}/sign-in",
            _("If you did not ask for this, tell the person who manages the accounts."),
        )
        message = mail.Message(account.email, _("Your new one-time password"), body)
    mail.queue_message(session, f"account-reset/{account.id}/{account.version}", message)


def disable_account(session: Session, actor: Actor, account_id: UUID) -> None:
    """Disable an account and end its sessions at once.

    Raises NotFound if there is no such active account, Conflict for the actor's own and for the last active
    administrator, because somebody must be left who can enable accounts.
    """
    lock_for_transaction(session, _ADMINISTRATORS_LOCK_KEY)
    account = _lock_account(session, account_id)
    if not account.active:
        raise NotFound(_("There is no such active account."))
    if account.id == actor.id:
        raise Conflict(_("You cannot disable your own account."), code="own_account")
    _check_not_last_administrator(session, account)
    account.active = False
    account.disabled_at = clock.now()
    mail.discard_messages_to(session, account.email)
    ended_count = _end_all_access(session, account)
    journal.record(session, actor, "account.disable", "account", account.id, sessions_ended=ended_count)


def enable_account(session: Session, actor: Actor, account_id: UUID) -> None:
    """Let a disabled account sign in again, with the password that it had. Raises NotFound for any other account."""
    account = _lock_account(session, account_id)
    if account.active:
        raise NotFound(_("There is no such disabled account."))
    account.active = True
    account.disabled_at = None
    account.version += 1
    journal.record(session, actor, "account.enable", "account", account.id)


def edit_account(
    session: Session, actor: Actor, account_id: UUID, values: AccountValues, version: int | None = None
) -> list[str]:
    """Change name, role or entity; return the names of what changed. A new role or entity ends the sessions.

    Raises Invalid for a wrong field, NotFound if there is no such account, Conflict if somebody saved it after
    ``version``, for the actor's own role, and for the role of the last active administrator.
    """
    lock_for_transaction(session, _ADMINISTRATORS_LOCK_KEY)
    account = _lock_account(session, account_id)
    stored_values = build_account_values(account)
    # A form sends an empty text for no entity.
    values = AccountValues(texts.normalise_text(values.name), values.role, values.entity or None)
    if version not in {None, account.version}:
        differences = _list_differences(values, stored_values)
        raise Conflict(_("Somebody changed this account while you were editing it."), differences)
    errors = services.check_name_and_role(values.name, values.role)
    if (values.role, values.entity) != (stored_values.role, stored_values.entity):
        errors += services.check_account_entity(session, values.role, values.entity)
    if errors:
        raise Invalid(_("The account cannot be changed like this."), tuple(errors))
    changed = [name for name in ("name", "role", "entity") if getattr(values, name) != getattr(stored_values, name)]
    if not changed:
        return []
    if "role" in changed:
        _check_not_own_role(actor, account)
        _check_not_last_administrator(session, account)
    account.name, account.role, account.entity = values.name, values.role, values.entity
    account.version += 1
    ended_count = 0 if changed == ["name"] else end_sessions(session, account.id)
    # The journal gets codes, never the name: it cannot be corrected or erased.
    journal.record(
        session, actor, "account.edit", "account", account.id,
        changed=changed, sessions_ended=ended_count, role=values.role, entity=values.entity,
    )  # fmt: skip
    return changed


def unlock_account(session: Session, actor: Actor, account_id: UUID) -> None:
    """Forget the wrong passwords that strangers tried on an account. Raises NotFound if there is no such account."""
    account = _lock_account(session, account_id)
    throttle.clear_failures(session, throttle.build_account_key(get_vault(session), account.email))
    journal.record(session, actor, "account.unlock", "account", account.id)


def _lock_account(session: Session, account_id: UUID) -> Account:
    # ``populate_existing``: what the session read before the lock may be stale.
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _end_all_access(session: Session, account: Account) -> int:
    """End the account's sessions, forget its browsers, and return how many sessions ended."""
    # Browsers that the account knew are strangers again: one of them may be the thief's.
    account.browser_generation += 1
    account.version += 1
    session.flush()
    return end_sessions(session, account.id)


def _check_not_own_role(actor: Actor, account: Account) -> None:
    if account.id == actor.id:
        raise Conflict(_("You cannot change your own role. Ask another administrator."), code="own_account")


def _check_not_last_administrator(session: Session, account: Account) -> None:
    # The caller holds the lock: two administrators who disable each other would both see the other one left.
    is_administrator = account.active and account.role == "admin"
    if is_administrator and not queries.has_administrator(session, excluded_account_id=account.id):
        message = _("This is the last active administrator. Add or enable another one first.")
        raise Conflict(message, code="last_administrator")


def _list_differences(yours: AccountValues, theirs: AccountValues) -> tuple[Difference, ...]:
    labels = {"name": _("Name"), "role": _("Role"), "entity": _("Entity")}
    return tuple(
        Difference(label, getattr(yours, field) or "", getattr(theirs, field) or "")
        for field, label in labels.items()
        if getattr(yours, field) != getattr(theirs, field)
    )
