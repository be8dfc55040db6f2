"""Guessing is slowed in the database, for every worker, and locks nobody out for ever."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from attention_point.accounts.models import SignInAttempt
from attention_point.accounts.rules import ACCOUNT_LIMIT, ADDRESS_LIMIT
from attention_point.accounts.sign_in import authentication, throttle
from attention_point.foundation.database import Database
from attention_point.foundation.errors import TooManyTries, Unauthenticated
from attention_point.foundation.vault import Vault
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, sign_in
from tests.support.pages import PageClient


def guess(database: Database, address: str = "192.0.2.1", email: str = EMAIL, cookie: str | None = None) -> bool:
    """Whether a wrong guess was let through to the password."""
    try:
        authentication.verify_credentials(database, email, "wrong wrong wrong", address, cookie)
    except Unauthenticated:
        return True
    except TooManyTries:
        return False
    raise AssertionError("a wrong password was right")


@pytest.mark.usefixtures("quick")
def test_a_thousand_guesses_with_a_restart_midway(database: Database, vault: Vault, time: Clock) -> None:
    add_account(database)
    through = 0
    for number in range(1000):
        if number == 500:
            database = Database(database.url.render_as_string(hide_password=False), {"vault": vault})
        through += guess(database, address=f"192.0.2.{number % 250}")
        time.pass_by(seconds=3)
    restarted = database
    # Fifty minutes: five free, then waits of 30, 60, 120, 240, 480, 900, 900 seconds.
    assert through <= 13
    time.pass_by(minutes=15)
    assert authentication.verify_credentials(restarted, EMAIL, PASSWORD, "198.51.100.7").account_id
    restarted.close()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("browser", [False, True], ids=["strangers", "own browser"])
def test_guesses_at_once_at_many_workers_are_counted_together(
    database: Database, time: Clock, *, browser: bool
) -> None:
    add_account(database)
    proof = authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1")
    cookie = proof.browser_cookie if browser else None
    url = database.url.render_as_string(hide_password=False)
    workers = [Database(url, database.info) for _worker in range(3)]
    results: list[bool] = []

    def work(worker: Database) -> None:
        for number in range(8):
            results.append(guess(worker, f"198.51.100.{number}", cookie=cookie))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.close()
    # An own browser that has used up its guesses has those of a stranger; no more, however many guess at once.
    assert (len(results), sum(results)) == (24, ACCOUNT_LIMIT.free_failures * (2 if browser else 1))


@pytest.mark.usefixtures("quick")
def test_whoever_is_locked_out_learns_nothing_of_whether_the_account_exists(
    client: PageClient, database: Database, time: Clock
) -> None:
    add_account(database)
    bodies = []
    for email in (EMAIL, "nobody@example.org"):
        replies = [sign_in(client, email, "wrong wrong wrong") for _guess in range(ACCOUNT_LIMIT.free_failures + 1)]
        assert [reply.status_code for reply in replies] == [401] * ACCOUNT_LIMIT.free_failures + [429]
        assert replies[-1].headers["Retry-After"] == "30"
        bodies.append(re.sub(r'(nonce|value)="[^"]*"', "", replies[-1].text))
    assert bodies[0] == bodies[1]


@pytest.mark.usefixtures("quick")
def test_a_right_password_starts_the_count_anew(database: Database, time: Clock) -> None:
    add_account(database)
    for _round in range(3):
        assert all(guess(database) for _time in range(ACCOUNT_LIMIT.free_failures - 1))
        authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1")


@pytest.mark.usefixtures("quick")
def test_the_right_password_waits_too_while_the_wait_lasts(database: Database, time: Clock) -> None:
    add_account(database)
    while guess(database):
        pass
    with pytest.raises(TooManyTries) as refused:
        authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1")
    assert refused.value.retry_after == 30
    time.pass_by(seconds=30)
    authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1")


@pytest.mark.usefixtures("quick")
def test_who_tries_many_accounts_is_slowed_by_address(database: Database, time: Clock) -> None:
    through = sum(guess(database, email=f"user{number}@example.org") for number in range(150))
    assert through == ADDRESS_LIMIT.free_failures
    assert guess(database, "198.51.100.7", "user200@example.org")


@pytest.mark.usefixtures("quick")
def test_right_passwords_do_not_use_up_an_office_s_address(database: Database, time: Clock) -> None:
    add_account(database)
    for _time in range(ADDRESS_LIMIT.free_failures + 5):
        authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1")
    assert guess(database)


@pytest.mark.usefixtures("quick")
def test_a_clock_two_years_ahead_for_a_minute_locks_for_no_longer_than_any(database: Database, time: Clock) -> None:
    add_account(database)
    time.pass_by(days=730)
    while guess(database):
        pass
    time.pass_by(seconds=60)
    time.pass_by(days=-730)
    assert authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1").account_id
    while guess(database):
        pass
    time.pass_by(minutes=15)
    assert guess(database)
    with database.read_session() as session:
        assert set(session.scalars(select(SignInAttempt.window_start <= time()))) == {True}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("ahead", [{"hours": 2}, {"minutes": 20}, {"minutes": 10}, {"days": 30}])
def test_whatever_the_clock_said_nobody_waits_longer(database: Database, time: Clock, ahead: dict[str, float]) -> None:
    """Also where the count began by the right clock and only the wait was written by the wrong one."""
    add_account(database)
    assert guess(database)
    time.pass_by(**ahead)
    while guess(database):
        pass
    time.pass_by(**{unit: -number for unit, number in ahead.items()})
    time.pass_by(minutes=15)
    assert authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1").account_id


@pytest.mark.usefixtures("quick")
def test_a_clock_behind_for_a_minute_locks_nobody(database: Database, time: Clock) -> None:
    add_account(database)
    time.pass_by(days=-730)
    while guess(database):
        pass
    time.pass_by(days=730)
    assert authentication.verify_credentials(database, EMAIL, PASSWORD, "192.0.2.1").account_id


@pytest.mark.usefixtures("quick")
def test_old_rows_are_cleared_away(database: Database, time: Clock) -> None:
    for number in range(5):
        guess(database, email=f"user{number}@example.org")
    time.pass_by(days=2)
    guess(database)
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_no_typed_address_is_stored(database: Database, vault: Vault) -> None:
    guess(database)
    with database.read_session() as session:
        keys = set(session.scalars(select(SignInAttempt.key)))
    assert keys == {throttle.build_account_key(vault, EMAIL), throttle.build_address_key(vault, "192.0.2.1")}
    assert throttle.build_account_key(vault, "192.0.2.1") != throttle.build_address_key(vault, "192.0.2.1")


@pytest.mark.usefixtures("quick")
def test_the_page_says_how_long(client: PageClient, database: Database, time: Clock) -> None:
    add_account(database)
    for _time in range(ACCOUNT_LIMIT.free_failures):
        sign_in(client, password="wrong wrong wrong")
    reply = sign_in(client)
    assert reply.status_code == 429
    assert reply.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (9, 480), (10, 900), (10_000, 900)]
)
def test_waits_grow_and_are_bounded(failures: int, seconds: int) -> None:
    assert ACCOUNT_LIMIT.wait_after(failures) == timedelta(seconds=seconds)
