"""Somebody who keeps the accounts is always left, also when two go at once; nobody shuts themselves out."""

import threading
from uuid import UUID

import pytest

from attention_point.accounts.administration import account_changes
from attention_point.accounts.administration.account_changes import AccountValues
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict
from tests.accounts.support import add_account


def account(database: Database, account_id: UUID) -> Account:
    """The account as it is stored."""
    with database.read_session() as session:
        return session.get_one(Account, account_id)


def test_the_last_active_administrator_stays(database: Database) -> None:
    only, second = add_account(database, role="admin"), add_account(database, "luz@example.org", "admin")
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, second)
    for change in (
        lambda session: account_changes.disable_account(session, SYSTEM, only),
        lambda session: account_changes.edit_account(session, SYSTEM, only, AccountValues("Ana", "office", None)),
    ):
        with database.write_session() as session, pytest.raises(Conflict) as refused:
            change(session)
        assert refused.value.code == "last_administrator"
    with database.write_session() as session:
        account_changes.edit_account(session, SYSTEM, only, AccountValues("Ana Mora", "admin", None))
        account_changes.enable_account(session, SYSTEM, second)
        account_changes.disable_account(session, SYSTEM, only)


def test_two_administrators_who_go_at_once_do_not_both_go(database: Database) -> None:
    both = [add_account(database, f"jefe{number}@example.org", "admin") for number in range(2)]
    start, refused = threading.Barrier(2), []

    def disable(account_id: UUID) -> None:
        start.wait()
        try:
            with database.write_session() as session:
                account_changes.disable_account(session, SYSTEM, account_id)
        except Conflict as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=disable, args=(account_id,)) for account_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_administrator"]
    assert sum(account(database, account_id).active for account_id in both) == 1


@pytest.mark.parametrize("change", ["reset", "disable", "role"])
def test_nobody_shuts_themselves_out(database: Database, change: str) -> None:
    own = add_account(database, role="admin")
    add_account(database, "luz@example.org", "admin")
    with database.write_session() as session:
        actor = authentication.build_account_actor(session.get_one(Account, own))
        calls = {
            "reset": lambda: account_changes.reset_password(session, actor, own, "x", "x"),
            "disable": lambda: account_changes.disable_account(session, actor, own),
            "role": lambda: account_changes.edit_account(
                session, actor, own, AccountValues("Ana Rojas", "office", None)
            ),
        }
        with pytest.raises(Conflict) as refused:
            calls[change]()
    assert refused.value.code == "own_account"
