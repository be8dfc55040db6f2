"""Who acted, in words: accounts and programs by the label under which rows and the journal hold them."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account, ApiToken
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import ActorName, Naming, RecordName, uuids_of
from attention_point.foundation.language import gettext as _


def say_actors(session: Session, labels: Iterable[str]) -> dict[str, str]:
    """The names of some actors by their labels, in at most two queries; one that is gone is said to be."""
    wanted = set(labels)
    ids = [label.partition(":")[2] for label in wanted]
    accounts = _accounts(session, ids) if any(label.startswith("account:") for label in wanted) else {}
    tokens = _tokens(session, ids) if any(label.startswith("token:") for label in wanted) else {}
    return {label: _said(label, accounts, tokens) for label in wanted}


def _said(label: str, accounts: dict[str, Account], tokens: dict[str, ApiToken]) -> str:
    kind, _colon, actor_id = label.partition(":")
    if kind == "account":
        return accounts[actor_id].name if actor_id in accounts else _("An account that no longer exists")
    if kind == "token":
        known = tokens.get(actor_id)
        return _("Program: %(name)s", name=known.name) if known else _("A program that no longer exists")
    return _("System")


def _accounts(session: Session, ids: Collection[str] | None) -> dict[str, Account]:
    query = select(Account) if ids is None else select(Account).where(Account.id.in_(uuids_of(ids)))
    return {str(account.id): account for account in session.scalars(query)}


def _tokens(session: Session, ids: Collection[str] | None) -> dict[str, ApiToken]:
    query = select(ApiToken) if ids is None else select(ApiToken).where(ApiToken.id.in_(uuids_of(ids)))
    return {str(token.id): token for token in session.scalars(query)}


def _named(account: Account) -> ActorName:
    name = account.name if account.active else _("%(account)s, disabled", account=account.name)
    return ActorName(name, account.email)


def _everybody(session: Session) -> dict[str, ActorName]:
    """All accounts and programs by label: tens, not thousands."""
    tokens = _tokens(session, None).items()
    return {
        **{f"account:{key}": _named(account) for key, account in _accounts(session, None).items()},
        **{f"token:{key}": ActorName(_("Program: %(name)s", name=token.name)) for key, token in tokens},
    }


def _name_accounts(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    return {key: RecordName(_named(account).line) for key, account in _accounts(session, ids).items()}


def _name_tokens(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    return {key: RecordName(token.name) for key, token in _tokens(session, ids).items()}


NAMING = Naming({"account": _name_accounts, "token": _name_tokens}, actors=(_everybody,))
