"""A form sent without a session comes back after signing in again, with every field and no password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.accounts.resuming import _kept
from attention_point.foundation.database import Database
from tests.accounts.support import EMAIL, PASSWORD, Clock, add, hidden, sign_in, token_of
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
    add(database)
    sign_in(client)
    time.pass_by(hours=1)
    asked = client.post("/account/language", data={**SENT, **DROPPED})
    assert asked.status_code == 401
    assert normal(hidden(asked)) == SENT
    text = asked.get_data(as_text=True)
    assert HOSTILE not in text
    assert "secret" not in text

    wrong = client.post("/sign-in/resume", data=again(client, hidden(asked), "wrong wrong wrong"))
    assert wrong.status_code == 401
    assert normal(hidden(wrong)) == SENT

    back = client.post("/sign-in/resume", data=again(client, hidden(wrong)))
    assert back.status_code == 200
    fields = hidden(back)
    assert normal(fields) == SENT
    assert ("_resumed", "1") in fields
    assert 'action="/account/language"' in back.get_data(as_text=True)
    assert HOSTILE not in back.get_data(as_text=True)
    assert PASSWORD not in back.get_data(as_text=True)

    token = dict(fields)["csrf_token"]
    assert client.post("/account/language", data={"csrf_token": token, "language": "en"}).status_code == 302


def test_another_role_gets_no_further(client: PageClient, database: Database) -> None:
    add(database)
    asked = client.post("/accounts/new", data={"name": "Luis"})
    back = client.post("/sign-in/resume", data=again(client, hidden(asked) + [("csrf_token", token_of(asked))]))
    assert back.status_code == 200
    assert client.post("/accounts/new", data=dict(hidden(back))).status_code == 403


@pytest.mark.parametrize("ends", ["by time", "by signing out", "with its cookie"])
def test_nobody_else_gets_it(client: PageClient, database: Database, time: Clock, ends: str) -> None:
    """The next agent on a shared tablet signs in where the form of the one before waits."""
    add(database)
    add(database, email="otra@example.org")
    sign_in(client)
    mark = dict(hidden(client.get("/account/password")))["written_by"]
    if ends == "by time":
        time.pass_by(hours=1)
    elif ends == "by signing out":
        client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))})
    else:
        client.delete_cookie("session")
    asked = client.post("/account/language", data={**SENT, "written_by": mark if ends == "with its cookie" else ""})
    fields = again(client, hidden(asked), email="otra@example.org")
    back = client.post("/sign-in/resume", data=fields, follow_redirects=True)
    assert back.status_code == 200
    assert "lo escribió otra persona" in back.get_data(as_text=True)
    assert "Zoë" not in back.get_data(as_text=True)


def test_the_address_to_go_on_to_is_ours(client: PageClient, database: Database) -> None:
    add(database)
    asked = client.post("/account/language", data={"language": "en"})
    fields = again(client, hidden(asked))
    for elsewhere in ("https://evil.example/account/language", "//evil.example", "/static/css/base.css", "/account"):
        reply = client.post("/sign-in/resume", data={**fields, "_next": [elsewhere]})
        assert "evil" not in reply.get_data(as_text=True)
        assert reply.status_code == 302
        assert reply.headers["Location"] in {"/", "/account"}
        assert client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))}).status_code == 302
        fields["csrf_token"] = [token_of(client.get("/sign-in"))]


def test_too_many_fields_are_refused(client: PageClient) -> None:
    assert hidden(client.post("/account/language", data={f"f{n}": "x" for n in range(1001)})) == []
    assert len(hidden(client.post("/account/language", data={f"f{n}": "x" for n in range(1000)}))) == 1002


def test_too_large_a_form_is_refused(client: PageClient) -> None:
    reply = client.post("/account/language", data={"notes": "x" * (2 * 1024 * 1024 + 1)})
    assert reply.status_code in {401, 413}


def test_a_form_from_another_site_is_not_given_back(client: PageClient) -> None:
    reply = client.post("/account/language", data=SENT, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert "given_names" not in reply.get_data(as_text=True)


@given(st.text(), st.sampled_from(["password", "PASSWORD", "Password"]), st.text())
def test_whatever_is_called_a_password_is_dropped(before: str, word: str, after: str) -> None:
    assert not _kept(before + word + after)


@pytest.mark.parametrize(("name", "kept"), [("email", True), ("_email", False), ("csrf_token", False), ("a_b", True)])
def test_own_fields_are_dropped(name: str, kept: bool) -> None:
    assert _kept(name) is kept
