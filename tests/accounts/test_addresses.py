"""To whom the house writes."""

from sqlalchemy import update

from attention_point.accounts import changes
from attention_point.accounts.models import Account
from attention_point.accounts.queries import Addressee, addresses_with
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.accounts.support import add


def test_those_who_hold_a_permission_and_may_sign_in(database: Database) -> None:
    gone = add(database, "gone@example.org", "office")
    for name, role in (("office", "office"), ("desk", "agent"), ("lead", "supervisor")):
        add(database, f"{name}@example.org", role)
    with database.writing() as session:
        session.execute(update(Account).where(Account.email == "lead@example.org").values(language="en"))
        changes.disable_user(session, SYSTEM, gone)
    with database.reading() as session:
        assert addresses_with(session, "statistics.export") == [
            Addressee("lead@example.org", "Ana Rojas", "en"),
            Addressee("office@example.org", "Ana Rojas", "es"),
        ]
        assert [each.email for each in addresses_with(session, "desk.use")] == ["desk@example.org", "lead@example.org"]
        assert addresses_with(session, "no.such-permission") == []
