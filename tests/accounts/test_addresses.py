"""To whom the house writes."""

from sqlalchemy import update

from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account
from attention_point.accounts.queries import Addressee, list_addressees_with_permission
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.accounts.support import add_account


def test_those_who_hold_a_permission_and_may_sign_in(database: Database) -> None:
    gone = add_account(database, "gone@example.org", "office")
    for name, role in (("office", "office"), ("desk", "agent"), ("lead", "supervisor")):
        add_account(database, f"{name}@example.org", role)
    with database.write_session() as session:
        session.execute(update(Account).where(Account.email == "lead@example.org").values(language="en"))
        account_changes.disable_account(session, SYSTEM, gone)
    with database.read_session() as session:
        assert list_addressees_with_permission(session, "statistics.export") == [
            Addressee("lead@example.org", "Ana Rojas", "en"),
            Addressee("office@example.org", "Ana Rojas", "es"),
        ]
        assert [addressee.email for addressee in list_addressees_with_permission(session, "desk.use")] == [
            "desk@example.org",
            "lead@example.org",
        ]
        assert list_addressees_with_permission(session, "no.such-permission") == []
