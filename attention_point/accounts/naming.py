"""The names of accounts, programs and devices for the journal, which holds them by labels such as ``account:ID``."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.devices.models import Device
from attention_point.accounts.models import Account, ApiToken
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import ActorName, RecordName, RecordNaming, parse_uuids
from attention_point.foundation.language import gettext as _


def find_actor_names(session: Session, labels: Iterable[str]) -> dict[str, str]:
    """The names of some actors by their labels, in three queries. A sentence stands for an actor that is gone."""
    unique_labels = set(labels)
    ids = [label.partition(":")[2] for label in unique_labels]
    accounts, tokens = _list_accounts_by_id(session, ids), _list_tokens_by_id(session, ids)
    devices = _list_devices_by_id(session, ids)
    return {label: _format_actor_name(label, accounts, tokens, devices) for label in unique_labels}


def _format_actor_name(
    label: str, accounts: dict[str, Account], tokens: dict[str, ApiToken], devices: dict[str, Device]
) -> str:
    kind, _colon, actor_id = label.partition(":")
    if kind == "account":
        return accounts[actor_id].name if actor_id in accounts else _("An account that no longer exists")
    if kind == "token":
        token = tokens.get(actor_id)
        return _("Program: %(name)s", name=token.name) if token else _("A program that no longer exists")
    if kind == "device":
        device = devices.get(actor_id)
        return _("Device: %(name)s", name=device.name) if device else _("A device that no longer exists")
    # Nobody knows who says by the code of a slip what became of a referral.
    return _("Somebody without an account") if kind == "visitor" else _("System")


def _list_accounts_by_id(session: Session, ids: Collection[str] | None = None) -> dict[str, Account]:
    """The accounts with these ids, or all of them."""
    query = select(Account) if ids is None else select(Account).where(Account.id.in_(parse_uuids(ids)))
    return {str(account.id): account for account in session.scalars(query)}


def _list_tokens_by_id(session: Session, ids: Collection[str] | None = None) -> dict[str, ApiToken]:
    """The tokens with these ids, or all of them."""
    query = select(ApiToken) if ids is None else select(ApiToken).where(ApiToken.id.in_(parse_uuids(ids)))
    return {str(token.id): token for token in session.scalars(query)}


def _list_devices_by_id(session: Session, ids: Collection[str] | None = None) -> dict[str, Device]:
    """The devices with these ids, or all of them."""
    query = select(Device) if ids is None else select(Device).where(Device.id.in_(parse_uuids(ids)))
    return {str(device.id): device for device in session.scalars(query)}


# Accounts are disabled, never deleted, so that a name stays beside what its owner did.
def _build_actor_name(account: Account) -> ActorName:
    name = account.name if account.active else _("%(account)s, disabled", account=account.name)
    return ActorName(name, account.email)


def _list_all_actors(session: Session) -> dict[str, ActorName]:
    """All accounts, programs and devices by label. They are tens, not thousands."""
    names = {f"account:{key}": _build_actor_name(account) for key, account in _list_accounts_by_id(session).items()}
    for key, token in _list_tokens_by_id(session).items():
        names[f"token:{key}"] = ActorName(_("Program: %(name)s", name=token.name))
    for key, device in _list_devices_by_id(session).items():
        names[f"device:{key}"] = ActorName(_("Device: %(name)s", name=device.name))
    return names


def _list_account_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    accounts = _list_accounts_by_id(session, ids)
    return {key: RecordName(_build_actor_name(account).full_text) for key, account in accounts.items()}


def _list_token_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    return {key: RecordName(token.name) for key, token in _list_tokens_by_id(session, ids).items()}


def _list_device_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    return {key: RecordName(device.name) for key, device in _list_devices_by_id(session, ids).items()}


NAMING = RecordNaming(
    {"account": _list_account_names, "token": _list_token_names, "device": _list_device_names},
    actor_namers=(_list_all_actors,),
)
