"""Two people give an account back to its owner, and neither of them alone can open it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import way_back
from attention_point.accounts.second_factor.models import WayBack
from attention_point.accounts.services import NewAccount, add_account
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.mail.models import OutboxMail
from tests.accounts.second_factor.test_second_step import list_actions, press, send_step
from tests.accounts.support import Clock, password_hash, sign_in
from tests.accounts.test_commands import Users
from tests.support.pages import PageClient

AddApp = Callable[[UUID], tuple[pyotp.TOTP, list[str]]]
EMAILS = {"lost": "office@example.org", "asks": "admin@example.org", "confirms": "supervisor@example.org"}
REASON = "Le robaron el celular ayer; vino con su cédula."


class Office:
    """Three accounts with a second step each, and a browser for each."""

    def __init__(self, app: Flask, database: Database, with_app: AddApp) -> None:
        self.database, self.accounts, self.totps = database, {}, {}
        self.browsers = {name: PageClient(app, app.response_class) for name in EMAILS}
        for name, email in EMAILS.items():
            with database.write_session() as session:
                new = NewAccount(email, f"Persona {name}", email.partition("@")[0])
                self.accounts[name] = add_account(session, SYSTEM, new, password_hash(), must_change=False)
            self.totps[name], _codes = with_app(self.accounts[name])
            self.age(name)
        for name in ("asks", "confirms"):
            sign_in(self.browsers[name], EMAILS[name])
            assert send_step(self.browsers[name], code=self.totps[name].at(clock.now())).status_code == 302

    def age(self, name: str) -> None:
        """Let an account and its second step be a week old."""
        week_ago = clock.now() - timedelta(days=8)
        with self.database.write_session() as session:
            account = session.get_one(Account, self.accounts[name])
            account.created_at = account.second_factor_at = week_ago

    def ask(self, name: str = "asks") -> str:
        """Ask on the page; the first half of the code."""
        address = f"/ways-back/accounts/{self.accounts['lost']}"
        shown = press(self.browsers[name], address, address, reason=REASON)
        assert shown.status_code == 201
        return read_half(shown.text)

    def find_row(self) -> UUID:
        with self.database.read_session() as session:
            return session.scalars(select(WayBack.id).where(WayBack.ended_at.is_(None))).one()


def read_half(page: str) -> str:
    return re.search(r">([a-z2-9]{5}-[a-z2-9]{5})<", page)[1]  # type: ignore[index]


@pytest.fixture
def office(strict_app: Flask, database: Database, with_app: AddApp) -> Office:
    return Office(strict_app, database, with_app)


def test_two_people_walk_it_and_each_half_alone_opens_nothing(office: Office, time: Clock) -> None:
    first = office.ask()
    lost, confirms = office.browsers["lost"], office.browsers["confirms"]
    sign_in(lost, EMAILS["lost"])
    assert send_step(lost, recovery=first).status_code == 401
    page = confirms.get("/ways-back").text
    assert REASON in page
    assert "Persona asks" in page
    confirmed = press(confirms, f"/ways-back/{office.find_row()}/confirm", "/ways-back")
    assert confirmed.status_code == 201
    second = read_half(confirmed.text)
    for wrong in (second, f"{first}{first}", f"{second}-{second}", f"{first}-aaaaa-aaaaa"):
        assert send_step(lost, recovery=wrong).status_code == 401
    time.pass_by(minutes=16)
    sign_in(lost, EMAILS["lost"])
    # The old device goes on opening the account until the way back is used: nothing was taken from its owner.
    assert send_step(lost, recovery=f"{first} {second}").status_code == 302
    page = lost.get("/account/second-step").text
    assert "Su dispositivo perdido ya no abre su cuenta" in page
    assert lost.get("/account").headers["Location"] == "/account/second-step"
    assert list_actions(office.database)[-2:] == ["account.way-back-use", "account.sign-in"]
    again = PageClient(lost.application, lost.response_wrapper)
    assert sign_in(again, EMAILS["lost"]).headers["Location"] == "/"
    with office.database.read_session() as session:
        assert session.get_one(Account, office.accounts["lost"]).second_factor_at is None


def test_who_asked_and_whose_account_it_is_do_not_confirm(office: Office, database: Database) -> None:
    office.ask()
    row = office.find_row()
    assert press(office.browsers["asks"], f"/ways-back/{row}/confirm", "/ways-back").status_code == 403
    with database.write_session() as session:
        for name in ("asks", "lost"):
            actor = replace(SYSTEM, kind="account", id=office.accounts[name])
            with pytest.raises(Exception, match="otra persona"):
                way_back.confirm_way_back(session, actor, row)
    own = f"/ways-back/accounts/{office.accounts['asks']}"
    assert press(office.browsers["asks"], own, own, reason=REASON).status_code == 409
    with database.write_session() as session:
        session.get_one(Account, office.accounts["confirms"]).active = False
    address = f"/ways-back/accounts/{office.accounts['lost']}"
    assert "user way-back" in office.browsers["asks"].get(address).text
    assert "Esto lo debe confirmar otra persona" in office.browsers["asks"].get("/ways-back").text


def test_an_account_made_or_taken_over_for_it_does_not_confirm(office: Office, database: Database) -> None:
    office.ask()
    row, confirms = office.find_row(), office.browsers["confirms"]
    for name in ("created_at", "second_factor_at"):
        with database.write_session() as session:
            setattr(session.get_one(Account, office.accounts["confirms"]), name, clock.now())
        assert press(confirms, f"/ways-back/{row}/confirm", "/ways-back").status_code == 403
        office.age("confirms")
    assert press(confirms, f"/ways-back/{row}/confirm", "/ways-back").status_code == 201


def test_a_way_back_ends_with_a_day_a_refusal_and_a_newer_one(office: Office, time: Clock) -> None:
    confirms, lost = office.browsers["confirms"], office.browsers["lost"]
    office.ask()
    old_row = office.find_row()
    office.ask()
    assert press(confirms, f"/ways-back/{old_row}/confirm", "/ways-back").status_code == 404
    assert press(confirms, f"/ways-back/{office.find_row()}/refuse", "/ways-back").status_code == 303
    assert "Nadie espera" in confirms.get("/ways-back").text
    first = office.ask()
    second = read_half(press(confirms, f"/ways-back/{office.find_row()}/confirm", "/ways-back").text)
    assert press(confirms, f"/ways-back/{office.find_row()}/confirm", "/ways-back").status_code == 404
    time.pass_by(hours=25)
    sign_in(lost, EMAILS["lost"])
    assert send_step(lost, recovery=first + second).status_code == 401


@pytest.mark.parametrize("reason", ["", "x" * 301, "\u202e"])
def test_a_reason_is_needed(office: Office, reason: str) -> None:
    address = f"/ways-back/accounts/{office.accounts['lost']}"
    assert press(office.browsers["asks"], address, address, reason=reason).status_code == 422
    assert list_actions(office.database).count("account.way-back-ask") == 0


def test_the_owner_and_the_second_person_get_a_mail(office: Office, strict_app: Flask, database: Database) -> None:
    strict_app.extensions["settings"] = replace(strict_app.extensions["settings"], smtp_url="smtp://127.0.0.1:1")
    office.ask()
    with database.read_session() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 2


def test_the_command_gives_half_a_code_and_a_whole_one_where_nobody_else_could_confirm(
    office: Office, database: Database
) -> None:
    user, asked = Users(database), ("way-back", EMAILS["lost"], "--reason", REASON)
    half = user(*asked)
    assert half.exit_code == 0, half.output
    assert re.search(r" [a-z2-9]{5}-[a-z2-9]{5}\n", half.stdout)
    with database.write_session() as session:
        for name in ("asks", "confirms"):
            session.get_one(Account, office.accounts[name]).active = False
    whole = user(*asked)
    assert whole.exit_code == 0, whole.output
    code = re.search(r" ([a-z2-9]{5}(?:-[a-z2-9]{5}){3})\n", whole.stdout)
    assert code
    sign_in(office.browsers["lost"], EMAILS["lost"])
    assert send_step(office.browsers["lost"], recovery=code[1]).status_code == 302
    assert user.refused("way-back", "nadie@example.org", "--reason", REASON)
    assert user.refused("way-back", EMAILS["lost"], "--reason", REASON)  # it has no second step any more
