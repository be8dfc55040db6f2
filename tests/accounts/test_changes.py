"""Mending accounts: reset, disable, enable, edit, unlock; what must never happen to the last administrator."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries, services
from attention_point.accounts.administration import account_changes, account_list
from attention_point.accounts.administration.account_changes import AccountValues
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound, TooManyTries, Unauthenticated
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail.message import decode_message
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.vault import Vault
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, password_hash
from tests.support.directory import load_shipped

ADDRESS = "192.0.2.1"
SITE = "https://point.example.org"


def reset(database: Database, account_id: UUID, site: str | None = None) -> str:
    """Reset a password; the one-time one."""
    password = passwords.generate_one_time_password()
    hashed = passwords.hash_password(password)
    with database.write_session() as session:
        account_changes.reset_password(session, SYSTEM, account_id, password, hashed, site)
    return password


def account(database: Database, account_id: UUID) -> Account:
    with database.read_session() as session:
        return session.get_one(Account, account_id)


def actions(database: Database) -> list[str]:
    with database.read_session() as session:
        return list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


def state(database: Database, account_id: UUID, time: Clock) -> str:
    return account_list.get_account_state(account(database, account_id), time())


def can_sign_in(database: Database, password: str) -> bool:
    try:
        authentication.sign_in(database, EMAIL, password, ADDRESS)
    except Unauthenticated:
        return False
    return True


def test_a_reset_password_opens_once_more_and_the_old_one_never(database: Database, time: Clock) -> None:
    account_id = add_account(database)
    token, _proof = authentication.sign_in(database, EMAIL, PASSWORD, ADDRESS)
    password = reset(database, account_id)
    with database.read_session() as session:
        assert queries.find_signed_in_account(session, services.hash_secret(token)) is None
    assert state(database, account_id, time) == "must-change"
    assert not can_sign_in(database, PASSWORD)
    assert can_sign_in(database, password)
    assert account(database, account_id).must_change_password
    assert actions(database).count("account.reset") == 1


@pytest.mark.parametrize(("site", "days"), [(None, 7), (SITE, 1)])
def test_a_one_time_password_ends(database: Database, time: Clock, site: str | None, days: int) -> None:
    account_id = add_account(database)
    password = reset(database, account_id, site)
    time.pass_by(days=days, seconds=-1)
    assert can_sign_in(database, password)
    time.pass_by(seconds=1)
    assert not can_sign_in(database, password)
    assert state(database, account_id, time) == "expired"


def test_a_one_time_password_of_a_clock_two_years_ahead_does_not_last_two_years(
    database: Database, time: Clock
) -> None:
    account_id = add_account(database)
    time.pass_by(days=730)
    password = reset(database, account_id)
    time.pass_by(days=-730)
    assert not can_sign_in(database, password)


def test_a_changed_password_does_not_end(database: Database, time: Clock) -> None:
    account_id = add_account(database)
    reset(database, account_id)
    with database.write_session() as session:
        stored = session.get_one(Account, account_id)
        stored.password_hash = password_hash()
    proof = authentication.verify_credentials(database, EMAIL, PASSWORD, ADDRESS)
    with database.write_session() as session:
        actor = authentication.build_account_actor(session.get_one(Account, account_id))
        authentication.change_password(session, actor, proof, password_hash())
    time.pass_by(days=400)
    assert can_sign_in(database, PASSWORD)


def test_a_reset_password_is_mailed_in_the_reader_s_language(database: Database, vault: Vault, time: Clock) -> None:
    account_id = add_account(database)
    password = reset(database, account_id, SITE)
    with database.read_session() as session:
        row = session.scalars(select(OutboxMail)).one()
    letter = decode_message(vault.open("mail_outbox", row.id, row.sealed or b""))
    assert letter.to == EMAIL
    assert password not in letter.subject
    for words in (password, f"{SITE}/sign-in", "Su contraseña"):
        assert words in letter.body
    again = reset(database, account_id, SITE)
    with database.read_session() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 2
    assert again != password


def test_a_reset_lets_a_locked_owner_in_at_once(database: Database, time: Clock) -> None:
    account_id = add_account(database)
    for _guess in range(5):
        assert not can_sign_in(database, "wrong wrong wrong")
    with pytest.raises(TooManyTries):
        can_sign_in(database, PASSWORD)
    assert can_sign_in(database, reset(database, account_id))


def test_the_journal_tells_a_reset_without_password_or_address(database: Database) -> None:
    password = reset(database, add_account(database), SITE)
    with database.read_session() as session:
        details = "".join(session.scalars(select(JournalEntry.detail)))
    assert password not in details
    assert "@" not in details


@pytest.mark.parametrize("change", ["reset", "disable", "enable", "edit", "unlock"])
def test_an_account_that_is_not_there_is_not_found(session: Session, change: str) -> None:
    nobody = uuid4()
    calls = {
        "reset": lambda: account_changes.reset_password(session, SYSTEM, nobody, "x", "x"),
        "disable": lambda: account_changes.disable_account(session, SYSTEM, nobody),
        "enable": lambda: account_changes.enable_account(session, SYSTEM, nobody),
        "edit": lambda: account_changes.edit_account(session, SYSTEM, nobody, AccountValues("A", "agent", None)),
        "unlock": lambda: account_changes.unlock_account(session, SYSTEM, nobody),
    }
    with pytest.raises(NotFound):
        calls[change]()


def test_disabled_is_not_burnt(database: Database, time: Clock) -> None:
    account_id = add_account(database)
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, account_id)
    assert state(database, account_id, time) == "disabled"
    assert not can_sign_in(database, PASSWORD)
    with pytest.raises(Conflict) as refused:
        add_account(database)
    assert refused.value.code == "account_disabled"
    with database.write_session() as session, pytest.raises(Conflict):
        account_changes.reset_password(session, SYSTEM, account_id, "x", "x")
    with database.write_session() as session:
        account_changes.enable_account(session, SYSTEM, account_id)
    assert can_sign_in(database, PASSWORD)
    with database.write_session() as session, pytest.raises(NotFound):
        account_changes.enable_account(session, SYSTEM, account_id)
    assert actions(database)[-2:] == ["account.enable", "account.sign-in"]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        (AccountValues(" ", "agent", None), ["name"]),
        (AccountValues("x" * 121, "king", None), ["name", "role"]),
        (AccountValues("Ana", "entity", None), ["entity"]),
        (AccountValues("Ana", "entity", "no-such-entity"), ["entity"]),
        (AccountValues("Ana", "office", "dane"), ["entity"]),
    ],
)
def test_a_wrong_change_names_its_fields_and_stores_nothing(
    database: Database, values: AccountValues, fields: list[str]
) -> None:
    account_id = add_account(database)
    with database.write_session() as session:
        load_shipped(session)
    with database.write_session() as session, pytest.raises(Invalid) as refused:
        account_changes.edit_account(session, SYSTEM, account_id, values)
    assert [fault.field for fault in refused.value.field_errors] == fields
    assert account(database, account_id).version == 1


@pytest.mark.parametrize(
    ("values", "changed", "open_sessions"),
    [
        (AccountValues("Ana Rojas", "agent", None), [], True),
        (AccountValues("Ana María Rojas", "agent", None), ["name"], True),
        (AccountValues("Ana Rojas", "office", ""), ["role"], False),
        (AccountValues("Ana Rojas", "entity", "sena"), ["role", "entity"], False),
    ],
)
def test_a_new_role_or_entity_ends_the_sessions(
    database: Database, values: AccountValues, changed: list[str], open_sessions: bool
) -> None:
    account_id = add_account(database)
    with database.write_session() as session:
        load_shipped(session)
    token, _proof = authentication.sign_in(database, EMAIL, PASSWORD, ADDRESS)
    with database.write_session() as session:
        assert account_changes.edit_account(session, SYSTEM, account_id, values) == changed
    with database.read_session() as session:
        assert (queries.find_signed_in_account(session, services.hash_secret(token)) is not None) is open_sessions
    stored = account(database, account_id)
    assert (stored.name, stored.role, stored.entity) == (values.name, values.role, values.entity or None)


def test_who_saves_second_is_told_what_differs(database: Database) -> None:
    account_id = add_account(database)
    with database.write_session() as session:
        account_changes.edit_account(session, SYSTEM, account_id, AccountValues("Ana Mora", "agent", None), version=1)
    with database.write_session() as session, pytest.raises(Conflict) as refused:
        account_changes.edit_account(session, SYSTEM, account_id, AccountValues("Ana Ruiz", "agent", None), version=1)
    assert [(difference.yours, difference.theirs) for difference in refused.value.differences] == [
        ("Ana Ruiz", "Ana Mora")
    ]
    assert account(database, account_id).name == "Ana Mora"


def test_unlocking_lets_strangers_try_at_once(database: Database, time: Clock) -> None:
    account_id = add_account(database)
    for _guess in range(5):
        assert not can_sign_in(database, "wrong wrong wrong")
    with database.read_session() as session:
        row = account_list.build_account_row(session, session.get_one(Account, account_id), time())
    assert row.locked_until is not None
    with database.write_session() as session:
        account_changes.unlock_account(session, SYSTEM, account_id)
    with database.read_session() as session:
        assert (
            account_list.build_account_row(session, session.get_one(Account, account_id), time()).locked_until is None
        )
    assert can_sign_in(database, PASSWORD)
    assert "account.unlock" in actions(database)


def test_states_follow_an_account_s_life(database: Database, time: Clock) -> None:
    account_id = add_account(database, must_change=True)
    assert state(database, account_id, time) == "waiting"
    authentication.sign_in(database, EMAIL, PASSWORD, ADDRESS)
    assert state(database, account_id, time) == "must-change"
    assert account(database, account_id).last_sign_in_at == time()
    proof = authentication.verify_credentials(database, EMAIL, PASSWORD, ADDRESS)
    with database.write_session() as session:
        actor = authentication.build_account_actor(session.get_one(Account, account_id))
        authentication.change_password(session, actor, proof, password_hash())
    assert state(database, account_id, time) == "active"


def test_accounts_are_found_by_words_without_accents(database: Database, time: Clock) -> None:
    add_account(database, "luz.marin@example.org", "office")
    account_id = add_account(database)
    with database.write_session() as session:
        account_changes.edit_account(session, SYSTEM, account_id, AccountValues("Ána Muñoz", "agent", None))
    with database.read_session() as session:
        rows = account_list.list_account_rows(session, time())
    found = lambda **of: [row.account.email for row in account_list.filter_account_rows(rows, **of)]  # noqa: E731
    assert found(search_text="munoz ANA") == [EMAIL]
    assert found(search_text="marin@") == ["luz.marin@example.org"]
    assert found(search_text="munoz luz") == []
    assert found(role="office") == ["luz.marin@example.org"]
    assert found(state="waiting") == [EMAIL, "luz.marin@example.org"]
    assert found(state="locked") == []
