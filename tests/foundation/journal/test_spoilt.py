"""Values that only a hand in the database can have put there: the walk names them, and the page shows the rest."""

import pytest
from flask import Flask
from sqlalchemy import text

from attention_point.foundation.database import Database
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.verification.chain_verification import Fault
from tests.foundation.journal.support import faults, tamper, verdict, write
from tests.portal.support import browser

NOT_UTF8 = "CAST(x'ff' AS TEXT)"
SPOILT = {
    "blob for the actor": "actor = x'ff'",
    "blob for the action": "action = x'ff'",
    "blob for the record": "subject_id = x'ff'",
    "actor that is not UTF-8": f"actor = {NOT_UTF8}",
    "action that is not UTF-8": f"action = {NOT_UTF8}",
    "detail that is not UTF-8": f"detail = {NOT_UTF8}",
    "hash that is text": f"hash = {NOT_UTF8}",
}
ANYWHERE = {
    "detail too deep": "detail = '" + "[" * 20_000 + "'",
    "objects for names of fields": """action = 'account.edit', subject = 'account', detail = '{"changed": [{}]}'""",
}


@pytest.fixture
def chain(database: Database) -> Database:
    """A journal of five entries."""
    write(database)
    return database


@pytest.mark.parametrize("number", [1_000_000_000, 2**31 - 1])
def test_an_entry_with_a_far_number_leaves_one_gap(chain: Database, number: int) -> None:
    tamper(chain, f"UPDATE journal_entry SET seq = {number} WHERE seq = 5")
    assert [fault for fault in faults(chain) if fault.kind == "gap"] == [Fault(5, "gap", number - 1)]


@pytest.mark.parametrize("value", ["'abc'", "x'00'"])
def test_a_head_without_a_number_is_named(chain: Database, value: str) -> None:
    if not chain.is_sqlite:
        pytest.skip("PostgreSQL keeps numbers alone in the column")
    tamper(chain, f"UPDATE journal_head SET seq = {value}")
    assert faults(chain) == [Fault(5, "head")]


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT)
def test_a_value_that_is_no_text_is_named(chain: Database, change: str) -> None:
    if not chain.is_sqlite:
        pytest.skip("PostgreSQL keeps text alone in the column")
    tamper(chain, f"UPDATE journal_entry SET {change} WHERE seq = 3")
    assert Fault(3, "altered") in faults(chain)


def test_an_index_that_is_not_utf8_is_named(chain: Database) -> None:
    if not chain.is_sqlite:
        pytest.skip("PostgreSQL keeps text alone in the column")
    with chain.write_session() as session:
        session.execute(text(f"INSERT INTO journal_mention (record_id, seq) VALUES ({NOT_UTF8}, 3)"))
    assert Fault(3, "index") in verdict(chain).faults


@pytest.mark.parametrize("change", [*SPOILT.values(), *ANYWHERE.values()], ids=[*SPOILT, *ANYWHERE])
def test_a_spoilt_entry_leaves_the_page_to_the_others(app: Flask, database: Database, change: str) -> None:
    if change in SPOILT.values() and not database.is_sqlite:
        pytest.skip("PostgreSQL keeps text alone in the column")
    auditor = browser(app, "auditor")
    write(database)
    tamper(database, f"UPDATE journal_entry SET {change} WHERE seq = (SELECT max(seq) FROM journal_entry)")
    reply = auditor.get("/journal")
    assert reply.status_code == 200
    with database.read_session() as session:
        last = queries.get_head(session)[0]
    assert all(str(number) in reply.text for number in range(last - 4, last + 1))
