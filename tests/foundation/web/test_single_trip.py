"""The page to which a form leads, with the reply to the form."""

import pytest
from flask import Flask, flash, get_flashed_messages, redirect, request, session
from werkzeug.wrappers import Response

from attention_point.foundation.access import public, requires
from tests.foundation.web.conftest import Visitors
from tests.support.pages import PageClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLAIN = {"Content-Type": "text/plain"}


@public
def send() -> Response:
    """Answers a form: with a redirect to where it says, and a word for the next page."""
    flash("Saved.")
    session["sent"] = request.form.get("text", "")
    return redirect(request.form["to"], int(request.form.get("status", 303)))


@public
def show() -> tuple[str, dict[str, str]]:
    """Tells how it was asked for, and what the form left."""
    told = [request.method, request.full_path, session.get("sent", ""), *get_flashed_messages()]
    return "|".join([*told, str(len(request.get_data())), str(request.content_type)]), PLAIN


@pytest.fixture
def pages(small: Flask, client: PageClient) -> PageClient:
    small.add_url_rule("/send", "send", send, methods=["POST"])
    small.add_url_rule("/show", "show", show)
    small.add_url_rule("/again", "again", public(lambda: redirect("/show?a=%C3%B1", 303)))
    small.add_url_rule("/round", "round", public(lambda: redirect("/round", 303)))
    small.add_url_rule("/closed", "closed", requires("accounts.manage")(lambda: "secret"))
    return client


def test_the_page_comes_with_the_reply(pages: PageClient) -> None:
    reply = pages.post("/send?at-once=", data={"to": "/show?a=1", "text": "ñ"})
    assert (reply.status_code, reply.text) == (200, "GET|/show?a=1|ñ|Saved.|0|None")
    assert "Location" not in reply.headers
    assert pages.get("/show").text == "GET|/show?|ñ|0|None"  # the cookie of the form was kept, its word was said


def test_a_redirect_of_a_redirect_is_followed(pages: PageClient) -> None:
    assert pages.post("/send?at-once=", data={"to": "/again"}).text.startswith("GET|/show?a=%C3%B1|")


@pytest.mark.parametrize("address", ["/send", "/send?at=once", "/send?once"])
def test_who_does_not_ask_for_it_is_led_there(pages: PageClient, address: str) -> None:
    reply = pages.post(address, data={"to": "/show"})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/show")


@pytest.mark.parametrize(
    ("location", "status"),
    [("//example.org/show", 303), ("https://example.org/", 303), ("/show#part", 303), ("show", 303), ("/show", 307)],
)
def test_only_a_page_of_ours_is_sent_along(pages: PageClient, location: str, status: int) -> None:
    reply = pages.post("/send?at-once=", data={"to": location, "status": str(status)})
    assert (reply.status_code, reply.headers["Location"]) == (status, location)


def test_a_way_without_an_end_is_left_to_the_browser(pages: PageClient) -> None:
    assert pages.post("/send?at-once=", data={"to": "/round"}).headers["Location"] == "/round"


def test_the_page_has_its_own_access_check(pages: PageClient, visitors: Visitors) -> None:
    visitors.sign_in("agent")
    refused = pages.post("/send?at-once=", data={"to": "/closed"})
    assert refused.status_code == 403
    assert "secret" not in refused.text


def test_another_site_cannot_use_it(pages: PageClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert pages.post("/send?at-once=", data={"to": "/show"}, headers=headers).status_code == 403


def test_a_get_is_left_as_it_is(pages: PageClient) -> None:
    assert pages.get("/again?at-once=").status_code == 303
