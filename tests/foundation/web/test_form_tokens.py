"""The token of forms: masked anew for each reply, and none other is accepted."""

import re
from base64 import urlsafe_b64encode

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.access import public
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.security.form_tokens import build_form_token, mask_secret, unmask_token
from tests.support.pages import PageClient

NO_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "36f098d9eac4b2c7e1376fa5d0c1b2a3948576e1"


@public
def write() -> str:
    """Give two tokens of a reply, or the field of a form that was sent."""
    form = BaseForm()
    return f"{build_form_token()} {form.csrf_token.current_token} {form.validate_on_submit()}"


@pytest.fixture
def pages(small: Flask, client: PageClient) -> PageClient:
    small.config["WTF_CSRF_METHODS"] = {"POST"}
    small.add_url_rule("/write", "write", lambda: (write(), {"Content-Type": "text/plain"}), methods=["GET", "POST"])
    public(small.view_functions["write"])
    return client


@given(secret=st.binary(min_size=20, max_size=20))
def test_a_masked_secret_is_read_again(secret: bytes) -> None:
    masked = mask_secret(secret.hex())
    assert unmask_token(masked) == secret.hex()
    assert re.fullmatch(r"[\w=-]{56}", masked)


@given(text=st.text(max_size=300))
def test_whatever_is_sent_is_read_without_an_error(text: str) -> None:
    assert isinstance(unmask_token(text), str)


def test_no_two_masked_tokens_share_a_part() -> None:
    """Pieces of eight letters, as an attacker would guess them: by chance two in a million million are alike."""
    masked = [mask_secret(SECRET) for _reply in range(50)]
    pieces = [text[start : start + 8] for text in masked for start in range(len(text) - 8)]
    assert len(set(pieces)) == len(pieces)
    assert urlsafe_b64encode(bytes.fromhex(SECRET)).decode()[:8] not in "".join(masked)


@NO_DATABASE
def test_a_reply_has_one_token_and_the_next_reply_another(pages: PageClient) -> None:
    first, second = (pages.get("/write").text.split() for _reply in range(2))
    assert first[0] == first[1]
    assert second[0] != first[0]
    for tokens in (first, second):  # both are accepted, in any order, as from two tabs
        reply = pages.post("/write", data={"csrf_token": tokens[0]})
        assert (reply.status_code, reply.text.split()[2]) == (200, "True")
    assert pages.post("/write", headers={"X-CSRFToken": second[0]}).status_code == 200


def mask_signed(token: str) -> str:
    """A token as the version before wrote it: signed, under a mask."""
    mask = bytes(range(len(token)))
    return urlsafe_b64encode(mask + bytes(a ^ b for a, b in zip(token.encode(), mask, strict=True))).decode()


@NO_DATABASE
def test_pages_of_the_versions_before_can_still_be_sent(pages: PageClient) -> None:
    write_signed = public(lambda: (generate_csrf(), {"Content-Type": "text/plain"}))
    pages.application.add_url_rule("/signed", "signed", write_signed)
    token = pages.get("/signed").text
    assert "." in token
    for sent in (token, mask_signed(token)):
        assert pages.post("/write", data={"csrf_token": sent}).status_code == 200
        assert pages.post("/write", data={"csrf_token": sent[:-6]}).status_code == 403


@NO_DATABASE
def test_a_session_without_a_secret_accepts_nothing(pages: PageClient) -> None:
    for sent in ("", "A" * 55 + "="):
        assert pages.post("/write", data={"csrf_token": sent}).status_code == 403


@NO_DATABASE
@pytest.mark.parametrize("change", ["", "x", "ñ", "a.b.c", "cut", "other mask"])
def test_another_token_is_refused(pages: PageClient, change: str) -> None:
    token = pages.get("/write").text.split()[0]
    sent = {"cut": token[:-4], "other mask": "AAAA" + token[4:]}.get(change, change)
    assert pages.post("/write", data={"csrf_token": sent}).status_code == 403


@NO_DATABASE
def test_the_token_of_another_browser_is_refused(pages: PageClient) -> None:
    other_client = pages.application.test_client()
    token = other_client.get("/write").text.split()[0]
    pages.get("/write")
    assert pages.post("/write", data={"csrf_token": token}).status_code == 403
