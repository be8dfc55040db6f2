"""Strangers' guesses keep strangers out: who signed in on a browser before goes on signing in there."""

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import given as generated
from hypothesis import settings as examined
from hypothesis import strategies as st

from attention_point.accounts.administration import account_changes
from attention_point.accounts.rules import ACCOUNT_LIMIT, ADDRESS_LIMIT
from attention_point.accounts.sign_in import authentication, known_browsers
from attention_point.accounts.sign_in.cookies import KNOWN_BROWSER_COOKIE_NAMES
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import TooManyTries, Unauthenticated
from attention_point.foundation.network.ip_addresses import read_networks
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring, Vault
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, password_hash, sign_in, token_of
from tests.support.application import composed
from tests.support.pages import PageClient

OTHER = "luz.marin@example.org"
DESK = "192.0.2.1"


def tried(database: Database, password: str, email: str = EMAIL, address: str = DESK, cookie: str | None = None) -> str:
    """What becomes of a try: ``in``, ``wrong``, or ``wait``."""
    try:
        authentication.sign_in(database, email, password, address, cookie)
    except Unauthenticated:
        return "wrong"
    except TooManyTries:
        return "wait"
    return "in"


def known_browser(database: Database, email: str = EMAIL, before: str | None = None) -> str:
    """The cookie of a browser on which an account has signed in."""
    return authentication.sign_in(database, email, PASSWORD, "203.0.113.5", before)[1].browser_cookie


def guess_until_locked(database: Database, **of: str) -> int:
    """Guess until one has to wait; says how many guesses passed."""
    through = 0
    while tried(database, "wrong wrong wrong", **of) == "wrong":
        through += 1
    return through


@pytest.mark.usefixtures("quick")
def test_a_guess_at_the_end_of_every_wait_does_not_keep_the_owner_out(database: Database, time: Clock) -> None:
    add_account(database)
    cookie = known_browser(database)
    for _wait in range(10):
        guess_until_locked(database)
        assert tried(database, PASSWORD) == "wait"
        assert tried(database, PASSWORD, cookie=cookie) == "in"
        time.pass_by(minutes=15)


@pytest.mark.usefixtures("quick")
def test_the_owner_s_sign_ins_give_strangers_no_new_guesses(database: Database, time: Clock) -> None:
    add_account(database)
    cookie = known_browser(database)
    through = 0
    for _minute in range(16):
        through += guess_until_locked(database)
        assert tried(database, PASSWORD, cookie=cookie) == "in"
        time.pass_by(minutes=1)
    assert through <= 10  # five free, then waits of 30, 60, 120, 240, 480 seconds


@pytest.mark.usefixtures("quick")
def test_a_stolen_browser_guesses_no_more_than_a_stranger_and_locks_no_other(database: Database, time: Clock) -> None:
    add_account(database)
    stolen, other = known_browser(database), known_browser(database)
    through = 0
    for _quarter in range(12):
        through += guess_until_locked(database, cookie=stolen)
        assert tried(database, PASSWORD, cookie=other) == "in"
        time.pass_by(minutes=15)
    assert through <= 2 * (ACCOUNT_LIMIT.free_failures + 12)
    # Its own counter at its end, it is a stranger: one more way to guess, not two for each wait.
    assert tried(database, PASSWORD, cookie=stolen) in {"in", "wait"}


@pytest.mark.usefixtures("quick")
def test_the_owner_who_mistypes_on_an_own_browser_is_a_stranger_next(database: Database, time: Clock) -> None:
    add_account(database)
    cookie = known_browser(database)
    assert guess_until_locked(database, cookie=cookie) == 2 * ACCOUNT_LIMIT.free_failures
    time.pass_by(seconds=30)
    assert tried(database, PASSWORD, cookie=cookie) == "in"


@pytest.mark.usefixtures("quick")
def test_a_known_browser_signs_in_behind_a_blocked_address(database: Database, time: Clock) -> None:
    add_account(database)
    add_account(database, OTHER)
    cookie = known_browser(database)
    for number in range(ADDRESS_LIMIT.free_failures):
        tried(database, "wrong wrong wrong", f"user{number}@example.org")
    assert tried(database, PASSWORD) == "wait"
    assert tried(database, PASSWORD, cookie=cookie) == "in"
    assert tried(database, PASSWORD, OTHER) == "wait"
    # A desk's tablet is its own origin for a colleague who was never on it, or whose password was just reset.
    assert tried(database, PASSWORD, OTHER, cookie=cookie) == "in"


@pytest.mark.usefixtures("quick")
def test_a_browser_of_the_house_cannot_try_account_after_account(database: Database, time: Clock) -> None:
    add_account(database)
    cookie = known_browser(database)
    results = [
        tried(database, "wrong wrong wrong", f"user{number}@example.org", cookie=cookie)
        for number in range(ADDRESS_LIMIT.free_failures + 5)
    ]
    assert results == ["wrong"] * ADDRESS_LIMIT.free_failures + ["wait"] * 5


@pytest.mark.usefixtures("quick")
def test_many_addresses_of_one_ipv6_site_are_one(database: Database, time: Clock) -> None:
    for number in range(ADDRESS_LIMIT.free_failures):
        assert tried(database, "wrong", f"user{number}@example.org", f"2001:db8:1:2::{number:x}") == "wrong"
    assert tried(database, "wrong", "other@example.org", "2001:db8:1:2:3:4:5:6") == "wait"
    assert tried(database, "wrong", "other@example.org", "2001:db8:1:3::1") == "wrong"


@pytest.mark.usefixtures("quick")
def test_a_tablet_knows_several_people(database: Database, time: Clock) -> None:
    add_account(database)
    add_account(database, OTHER)
    alone = known_browser(database)
    cookie = known_browser(database, OTHER, known_browser(database))
    for email in (EMAIL, OTHER):
        guess_until_locked(database, email=email)
        assert tried(database, PASSWORD, email, cookie=cookie) == "in"
    assert tried(database, PASSWORD, OTHER, cookie=alone) == "wait"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("event", ["reset", "disable", "own password"])
def test_a_browser_is_a_stranger_after_what_may_follow_a_theft(database: Database, time: Clock, event: str) -> None:
    account_id = add_account(database)
    cookie = known_browser(database)
    proof = authentication.verify_credentials(database, EMAIL, PASSWORD, DESK)
    with database.write_session() as session:
        if event == "reset":
            account_changes.reset_password(session, SYSTEM, account_id, PASSWORD, password_hash())
        elif event == "disable":
            account_changes.disable_account(session, SYSTEM, account_id)
            account_changes.enable_account(session, SYSTEM, account_id)
        else:
            renewed = authentication.change_password(session, SYSTEM, proof, password_hash())
    guess_until_locked(database)
    assert tried(database, PASSWORD, cookie=cookie) == "wait"
    if event == "own password":
        assert tried(database, PASSWORD, cookie=renewed) == "in"


def test_a_cookie_holds_nothing_of_a_person_and_no_two_are_alike(vault: Vault) -> None:
    cookies = {
        known_browsers.encode_browser_cookie(vault, known_browsers.add_account_tag(vault, None, EMAIL, 1))
        for _time in range(20)
    }
    parts = [part for cookie in cookies for part in cookie.split(".")]
    assert len(parts) == len(set(parts)) == 60
    assert not any("@" in part or "ana" in part.lower().split("_") for part in parts)


def test_a_cookie_stays_small_and_forgets_the_oldest(vault: Vault) -> None:
    browser = None
    for number in range(known_browsers.MAX_TAGS + 5):
        browser = known_browsers.add_account_tag(vault, browser, f"user{number}@example.org", 1)
    cookie = known_browsers.encode_browser_cookie(vault, browser or known_browsers.KnownBrowser(""))
    assert len(cookie) < 600
    stored = known_browsers.decode_browser_cookie(vault, cookie)
    assert stored == browser
    assert known_browsers.find_known_tag(vault, stored, f"user{known_browsers.MAX_TAGS + 4}@example.org", 1)
    assert not known_browsers.find_known_tag(vault, stored, "user0@example.org", 1)


@generated(st.text() | st.from_regex(r"[A-Za-z0-9_-]{22}(\.[A-Za-z0-9_-]{22}){0,30}"))
@examined(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cookie_that_this_house_did_not_make_is_no_browser(vault: Vault, text: str) -> None:
    assert known_browsers.decode_browser_cookie(vault, text) is None


def test_a_cookie_of_another_house_is_no_browser(vault: Vault) -> None:
    elsewhere = Vault(Keyring.generate())
    cookie = known_browsers.encode_browser_cookie(elsewhere, known_browsers.add_account_tag(elsewhere, None, EMAIL, 1))
    assert known_browsers.decode_browser_cookie(vault, cookie) is None


def test_a_tag_put_under_another_browser_is_of_no_use(vault: Vault) -> None:
    mine, other = (
        known_browsers.add_account_tag(vault, None, EMAIL, 1),
        known_browsers.add_account_tag(vault, None, OTHER, 1),
    )
    assert known_browsers.find_known_tag(vault, mine, EMAIL, 1)
    assert not known_browsers.find_known_tag(vault, replace(other, tags=mine.tags), EMAIL, 1)
    assert not known_browsers.find_known_tag(vault, mine, EMAIL, 2)


def test_the_cookie_is_set_by_a_good_sign_in_alone(client: PageClient, database: Database) -> None:
    add_account(database)
    assert sign_in(client, password="wrong wrong wrong").headers.getlist("Set-Cookie").count("known-browser=") == 0
    assert client.get_cookie("known-browser") is None
    reply = sign_in(client)
    set_cookie = next(
        set_cookie for set_cookie in reply.headers.getlist("Set-Cookie") if set_cookie.startswith("known-browser=")
    )
    assert {part.strip() for part in set_cookie.split(";")[1:]} >= {"HttpOnly", "SameSite=Strict", "Path=/"}
    assert "Max-Age=31536000" in set_cookie
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))})
    assert client.get_cookie("known-browser")


def test_over_tls_the_cookie_is_of_this_host_alone(settings: Settings, database: Database) -> None:
    add_account(database)
    with composed(replace(settings, public_url="https://point.example.org")) as app:
        client = PageClient(app, app.response_class)
        token = token_of(client.get("/sign-in", base_url="https://point.example.org"))
        fields = {"csrf_token": token, "email": EMAIL, "password": PASSWORD, "next": ""}
        reply = client.post("/sign-in", data=fields, base_url="https://point.example.org")
    set_cookie = next(
        set_cookie
        for set_cookie in reply.headers.getlist("Set-Cookie")
        if KNOWN_BROWSER_COOKIE_NAMES[True] in set_cookie
    )
    assert set_cookie.startswith("__Host-known-browser=")
    assert "Secure" in set_cookie
    assert "Domain" not in set_cookie


def test_a_known_browser_tells_nothing_of_other_accounts(client: PageClient, database: Database) -> None:
    add_account(database)
    add_account(database, OTHER)
    sign_in(client)
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))})
    replies = [sign_in(client, email, "wrong wrong wrong") for email in (OTHER, "nobody@example.org")]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert [reply.headers.getlist("Set-Cookie") == [] for reply in replies] == [True, True]


class _Visitor:
    """A browser behind a proxy at 127.0.0.1, which tells its address by a header."""

    def __init__(self, app: Flask) -> None:
        self.client = PageClient(app, app.response_class)
        self.token = token_of(self.client.get("/sign-in"))

    def send(self, email: str, password: str, forwarded: str) -> int:
        """Send the sign-in form with the proxy's header; the reply's status."""
        fields = {"csrf_token": self.token, "email": email, "password": password, "next": ""}
        return self.client.post("/sign-in", data=fields, headers={"X-Forwarded-For": forwarded}).status_code


@pytest.mark.usefixtures("quick")
def test_101_guesses_behind_a_trusted_proxy_keep_nobody_else_out(settings: Settings, database: Database) -> None:
    add_account(database)
    with composed(replace(settings, trusted_proxies=read_networks("127.0.0.1"))) as app:
        guesser, user = _Visitor(app), _Visitor(app)
        guesses = [
            guesser.send(f"user{number}@example.org", "wrong", f"203.0.113.{number}, 198.51.100.66")
            for number in range(101)
        ]
        assert guesses == [401] * 100 + [429]
        assert user.send(EMAIL, PASSWORD, "198.51.100.7") == 302


@pytest.mark.usefixtures("quick")
def test_nobody_escapes_by_writing_a_header_that_no_proxy_wrote(settings: Settings, database: Database) -> None:
    with composed(settings) as app:
        guesser = _Visitor(app)
        guesses = [guesser.send(f"user{number}@example.org", "wrong", f"203.0.113.{number}") for number in range(101)]
    assert guesses == [401] * 100 + [429]
