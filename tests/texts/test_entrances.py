"""The entrances that no crawl of forms finds: signing in again, decisions, a recipient's answer, headers, commands."""

from functools import partial

import pytest
from click.testing import CliRunner
from flask import Flask

from attention_point.accounts import commands
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext
from attention_point.foundation.mail.message import Message, check_message
from attention_point.foundation.vault import Vault
from attention_point.texts import MIXED_SCRIPTS, UNFIT_CHARACTERS
from tests.accounts.support import PASSWORD, add_account, sign_in, token_of
from tests.intake.desk import RECORD, checked, decided, posted, sent, told_beside
from tests.portal.support import browser
from tests.registers.calls import house
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.texts.hostile import HOSTILE, stored

MIXED = "an\u0430.rojas@example.org"


def test_an_email_of_two_alphabets_is_told_at_sign_in(client: PageClient, database: Database) -> None:
    add_account(database, "ana.rojas@example.org")
    refused = sign_in(client, MIXED)
    assert refused.status_code == 422
    told_beside(refused, "email", "email")
    assert gettext(MIXED_SCRIPTS) in refused.get_data(as_text=True)
    assert sign_in(client, "ana.rojas@example.org").status_code == 302


def test_an_account_of_two_alphabets_is_not_added(app: Flask) -> None:
    admin = browser(app, "admin")
    fields = {"email": MIXED, "name": "Ana", "role": "agent", "entity": "", "language": "es"}
    before = stored(app.extensions["database"])
    refused = admin.post("/accounts/new", data={**fields, "csrf_token": token_of(admin.get("/accounts/new"))})
    assert refused.status_code == 422
    assert gettext(MIXED_SCRIPTS) in refused.get_data(as_text=True)
    assert stored(app.extensions["database"]) == before


REFUSED = [
    (commands.user_commands, ("add", MIXED, "--role", "agent")),
    (commands.user_commands, ("add", "a\udcff@example.org", "--role", "agent")),
    (commands.user_commands, ("add", "a@example.org", "--role", "agent", "--name", "A\u202e")),
    (commands.user_commands, ("disable", "a\udcff@example.org")),
    *((commands.token_commands, ("add", name, "--scope", "intake")) for name in (*HOSTILE.values(), "a\udcff")),
    *((commands.token_commands, ("revoke", name)) for name in (*HOSTILE.values(), "a\udcff")),
]


def test_a_command_refuses_it_too(database: Database, vault: Vault) -> None:
    before, url = stored(database), database.url.render_as_string(hide_password=False)
    opened = partial(Database, url, {"vault": vault})
    for group, arguments in REFUSED:
        result = CliRunner().invoke(group, list(arguments), obj=opened)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), (arguments, result.output)
    assert stored(database) == before


def test_no_mail_goes_to_an_address_of_two_alphabets() -> None:
    with pytest.raises(Invalid) as refused:
        check_message(Message(MIXED, "Hola", "Buen día"))
    assert [(error.field, error.message) for error in refused.value.field_errors] == [("to", gettext(MIXED_SCRIPTS))]


@pytest.mark.parametrize("kind", ["nul", "override", "lost"])
def test_signing_in_again_with_a_hostile_address(client: PageClient, kind: str) -> None:
    token = token_of(client.get("/sign-in"))
    fields = {"_email": HOSTILE[kind], "_password": PASSWORD, "_next": "/visits", "csrf_token": token}
    resumed = client.post("/sign-in/resume", data={**fields, "notes": HOSTILE[kind], HOSTILE[kind]: "1"})
    body = resumed.get_data(as_text=True)
    assert resumed.status_code == 422
    assert gettext(UNFIT_CHARACTERS) in body
    assert kind == "lost" or HOSTILE[kind] not in body


@pytest.mark.parametrize("kind", ["nul", "zero-width"])
def test_a_hostile_reason_of_the_desk(app: Flask, kind: str) -> None:
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
    agent = browser(app, "agent")
    page = checked(agent, birth_date=["01/02/2015"], accompanied_by=["alone"], child_born_in_colombia_without_note=[])
    before = stored(app.extensions["database"])
    fields = decided(page, NNA_PROT="decline")
    refused = posted(agent, RECORD, {**fields, "reason-0-NNA-PROT": [HOSTILE[kind]]})
    told_beside(refused, "reason-0-NNA-PROT", "reason-0-NNA-PROT")
    assert gettext(UNFIT_CHARACTERS) in refused.get_data(as_text=True)
    assert HOSTILE[kind] not in refused.get_data(as_text=True)
    assert sent(refused, RECORD)["reason-0-NNA-PROT"] == ["Zurdo\ufffdQuimbaya"]
    assert stored(app.extensions["database"]) == before


def test_a_recipients_hostile_answer(app: Flask, client: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        record = house.call(session)
        house.recipient(session)
        (path,) = house.sent(session)
    address, names = f"{path}/{record}", ("needs", "person", "email", "phone")
    before = stored(app.extensions["database"])
    for text in HOSTILE.values():
        token = token_of(client.get(address))
        refused = client.post(address, data={"csrf_token": token, "interested": "yes", **dict.fromkeys(names, text)})
        assert refused.status_code == 422
        for name in names:
            told_beside(refused, name, name)
        assert refused.get_data(as_text=True).count(gettext(UNFIT_CHARACTERS)) >= len(names)
    assert stored(app.extensions["database"]) == before


@pytest.mark.parametrize(
    "name", ["Accept-Language", "User-Agent", "Referer", "Authorization", "Sec-Fetch-Site", "Cookie"]
)
@pytest.mark.parametrize(
    "value",
    ["a\x01b", "Bearer ap_\xff\x01", "language=\x01\xff; session=\x01\xff; x=\ufeff".encode().decode("latin-1")],
)
def test_a_hostile_header_is_no_failure(app: Flask, name: str, value: str) -> None:
    client = PageClient(app, app.response_class, use_cookies=False)
    for address in ("/sign-in", "/desk", "/language/es", "/api/v1/visits/00000000-0000-7000-8000-000000000007"):
        assert client.get(address, headers={name: value}).status_code < 500
