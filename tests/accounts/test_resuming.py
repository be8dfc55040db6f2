"""A form sent without a session comes back after signing in again, with every field and no password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.accounts.sign_in.resumed_forms import _is_resumable_field
from attention_point.foundation.database import Database
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, list_hidden_fields, sign_in, token_of
from tests.support.pages import PageClient

HOSTILE = '"><script>alert(1)</script>'
SENT = {
    "needs": ["MIG-REG", "EMP-SENA"],
    "given_names": ["Ñuñez, Zoë 'María' & hijos"],
    "notes": ["first line\nsecond line"],
    "markup": [HOSTILE],
    "blank": [""],
}
DROPPED = {"password": ["secret one"], "new_Password": ["secret two"], "_next": ["/nowhere"], "csrf_token": ["old"]}


def normal(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The fields that are kept, by name."""
    kept: dict[str, list[str]] = {}
    for name, value in fields:
        if name != "csrf_token" and not name.startswith("_"):
            kept.setdefault(name, []).append(value)
    return kept


def again(client: PageClient, page: list[tuple[str, str]], password: str = PASSWORD, email: str = EMAIL) -> dict:
    """The fields of the page on which one signs in again, filled in."""
    fields: dict[str, list[str]] = {}
    for name, value in page:
        fields.setdefault(name, []).append(value)
    return {**fields, "_email": [email], "_password": [password]}


def test_every_field_comes_back_and_no_password(client: PageClient, database: Database, time: Clock) -> None:
    add_account(database)
    sign_in(client)
    time.pass_by(hours=1)
    reply = client.post("/account/language", data={**SENT, **DROPPED})
    assert reply.status_code == 401
    assert normal(list_hidden_fields(reply)) == SENT
    text = reply.get_data(as_text=True)
    assert HOSTILE not in text
    assert "secret" not in text

    wrong = client.post("/sign-in/resume", data=again(client, list_hidden_fields(reply), "wrong wrong wrong"))
    assert wrong.status_code == 401
    assert normal(list_hidden_fields(wrong)) == SENT

    back = client.post("/sign-in/resume", data=again(client, list_hidden_fields(wrong)))
    assert back.status_code == 200
    fields = list_hidden_fields(back)
    assert normal(fields) == SENT
    assert ("_resumed", "1") in fields
    assert 'action="/account/language"' in back.get_data(as_text=True)
    assert HOSTILE not in back.get_data(as_text=True)
    assert PASSWORD not in back.get_data(as_text=True)

    token = dict(fields)["csrf_token"]
    assert client.post("/account/language", data={"csrf_token": token, "language": "en"}).status_code == 302


def test_another_role_gets_no_further(client: PageClient, database: Database) -> None:
    add_account(database)
    reply = client.post("/accounts/new", data={"name": "Luis"})
    back = client.post(
        "/sign-in/resume", data=again(client, list_hidden_fields(reply) + [("csrf_token", token_of(reply))])
    )
    assert back.status_code == 200
    assert client.post("/accounts/new", data=dict(list_hidden_fields(back))).status_code == 403


@pytest.mark.parametrize("ends", ["by time", "by signing out", "with its cookie"])
def test_nobody_else_gets_it(client: PageClient, database: Database, time: Clock, ends: str) -> None:
    """The next agent on a shared tablet signs in where the form of the one before waits."""
    add_account(database)
    add_account(database, email="otra@example.org")
    sign_in(client)
    writer_digest = dict(list_hidden_fields(client.get("/account/password")))["written_by"]
    if ends == "by time":
        time.pass_by(hours=1)
    elif ends == "by signing out":
        client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))})
    else:
        client.delete_cookie("session")
    reply = client.post(
        "/account/language", data={**SENT, "written_by": writer_digest if ends == "with its cookie" else ""}
    )
    fields = again(client, list_hidden_fields(reply), email="otra@example.org")
    back = client.post("/sign-in/resume", data=fields, follow_redirects=True)
    assert back.status_code == 200
    assert "lo escribió otra persona" in back.get_data(as_text=True)
    assert "Zoë" not in back.get_data(as_text=True)


def test_the_address_to_go_on_to_is_ours(client: PageClient, database: Database) -> None:
    add_account(database)
    reply = client.post("/account/language", data={"language": "en"})
    fields = again(client, list_hidden_fields(reply))
    for elsewhere in ("https://evil.example/account/language", "//evil.example", "/static/css/base.css", "/account"):
        reply = client.post("/sign-in/resume", data={**fields, "_next": [elsewhere]})
        assert "evil" not in reply.get_data(as_text=True)
        assert reply.status_code == 302
        assert reply.headers["Location"] in {"/", "/account"}
        assert client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))}).status_code == 302
        fields["csrf_token"] = [token_of(client.get("/sign-in"))]


def test_too_many_fields_are_refused(client: PageClient) -> None:
    assert list_hidden_fields(client.post("/account/language", data={f"f{n}": "x" for n in range(1001)})) == []
    assert len(list_hidden_fields(client.post("/account/language", data={f"f{n}": "x" for n in range(1000)}))) == 1002


def test_too_large_a_form_is_refused(client: PageClient) -> None:
    reply = client.post("/account/language", data={"notes": "x" * (2 * 1024 * 1024 + 1)})
    assert reply.status_code in {401, 413}


def test_a_form_from_another_site_is_not_given_back(client: PageClient) -> None:
    reply = client.post("/account/language", data=SENT, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert "given_names" not in reply.get_data(as_text=True)


@given(st.text(), st.sampled_from(["password", "PASSWORD", "Password"]), st.text())
def test_whatever_is_called_a_password_is_dropped(before: str, word: str, after: str) -> None:
    assert not _is_resumable_field(before + word + after)


@pytest.mark.parametrize(("name", "kept"), [("email", True), ("_email", False), ("csrf_token", False), ("a_b", True)])
def test_own_fields_are_dropped(name: str, kept: bool) -> None:
    assert _is_resumable_field(name) is kept
