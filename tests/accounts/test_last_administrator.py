"""Somebody who keeps the accounts is always left, also when two go at once; nobody shuts themselves out."""

import threading
from uuid import UUID

import pytest

from attention_point.accounts import authentication, changes
from attention_point.accounts.changes import AccountValues
from attention_point.accounts.models import Account
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.refusals import Conflict
from tests.accounts.support import add


def account(database: Database, account_id: UUID) -> Account:
    """The account as it is stored."""
    with database.reading() as session:
        return session.get_one(Account, account_id)


def test_the_last_active_administrator_stays(database: Database) -> None:
    only, second = add(database, role="admin"), add(database, "luz@example.org", "admin")
    with database.writing() as session:
        changes.disable_user(session, SYSTEM, second)
    for change in (
        lambda session: changes.disable_user(session, SYSTEM, only),
        lambda session: changes.edit_user(session, SYSTEM, only, AccountValues("Ana", "office", None)),
    ):
        with database.writing() as session, pytest.raises(Conflict) as refused:
            change(session)
        assert refused.value.code == "last_administrator"
    with database.writing() as session:
        changes.edit_user(session, SYSTEM, only, AccountValues("Ana Mora", "admin", None))
        changes.enable_user(session, SYSTEM, second)
        changes.disable_user(session, SYSTEM, only)


def test_two_administrators_who_go_at_once_do_not_both_go(database: Database) -> None:
    both = [add(database, f"jefe{number}@example.org", "admin") for number in range(2)]
    start, refused = threading.Barrier(2), []

    def disable(account_id: UUID) -> None:
        start.wait()
        try:
            with database.writing() as session:
                changes.disable_user(session, SYSTEM, account_id)
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
    own = add(database, role="admin")
    add(database, "luz@example.org", "admin")
    with database.writing() as session:
        actor = authentication.actor_of(session.get_one(Account, own))
        calls = {
            "reset": lambda: changes.reset_password(session, actor, own, "x", "x"),
            "disable": lambda: changes.disable_user(session, actor, own),
            "role": lambda: changes.edit_user(session, actor, own, AccountValues("Ana Rojas", "office", None)),
        }
        with pytest.raises(Conflict) as refused:
            calls[change]()
    assert refused.value.code == "own_account"
