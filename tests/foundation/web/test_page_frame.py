"""The menu of places, the initials, and how a browser chooses the size of the text and the contrast."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from attention_point.catalogue import FEATURES
from attention_point.foundation.access import get_permissions
from attention_point.foundation.access.policy import ROLES
from attention_point.foundation.feature import MenuItem
from attention_point.foundation.web.page_frame.display import build_initials, split_references
from attention_point.foundation.web.page_frame.menu import MOST_PLACES, choose_daily_items
from tests.support.pages import PageClient, read
from tests.support.staff import SignIn

ITEMS = tuple(item for feature in FEATURES for item in feature.menu)
PLACES = [MenuItem(f"Place {number}", f"place.{number}", "some.permission") for number in range(7)]


def test_the_first_five_stand_in_sight_where_none_is_daily() -> None:
    assert choose_daily_items(PLACES, "agent") == PLACES[:5]


def test_a_daily_place_goes_before_an_earlier_one() -> None:
    daily = MenuItem("Daily", "daily", "some.permission", daily_for=("agent",))
    assert daily in choose_daily_items([*PLACES, daily], "agent")
    assert daily not in choose_daily_items([*PLACES, daily], "office")


@given(st.lists(st.builds(MenuItem, st.text(), st.text(), st.text(), daily_for=st.sampled_from([(), ("agent",)]))))
def test_never_more_than_five_and_no_daily_place_behind_another(items: list[MenuItem]) -> None:
    chosen = choose_daily_items(items, "agent")
    assert len(chosen) == min(MOST_PLACES, len(items))
    daily_count = sum("agent" in item.daily_for for item in items)
    assert sum("agent" in item.daily_for for item in chosen) == min(MOST_PLACES, daily_count)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_has_more_daily_places_than_the_menu_shows(role: str) -> None:
    daily_items = [item for item in ITEMS if role in item.daily_for]
    assert 0 < len(daily_items) <= MOST_PLACES
    assert {item.permission for item in daily_items} <= get_permissions(role)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Rojas", "AR"),
        ("ana del pilar ñáñez (apoyo y caja)", "AÑ"),
        ("(apoyo)", "·"),
        ("Ángela", "Á"),
        ("admin@localhost", "A"),
        ("3 · 7", "·"),
        ("", "·"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert build_initials(name) == initials


def test_a_reference_breaks_at_no_hyphen(app: Flask) -> None:
    assert split_references("Request DP-2026-00015") == ["Request ", "DP-2026-00015", ""]
    macros = app.jinja_env.get_template("parts/page.html").module
    assert macros.whole("<b> BGA-2026-000123") == '&lt;b&gt; <span class="whole">BGA-2026-000123</span>'  # type: ignore[attr-defined]
    assert macros.whole(Markup("A &amp; B")) == "A &amp; B"  # type: ignore[attr-defined]


def _find_root(client: PageClient, path: str = "/desk") -> dict[str, str]:
    return next(
        element for element in read(client.get(path).get_data(as_text=True)) if element.tag == "html"
    ).attributes


def test_text_size_and_contrast_are_kept_by_the_browser(as_role: SignIn) -> None:
    client = as_role("agent")
    assert "data-text-size" not in _find_root(client)
    reply = client.get("/text-size/largest?next=/visits")
    assert (reply.status_code, reply.location) == (302, "/visits")
    client.get("/contrast/high")
    root = _find_root(client)
    assert (root["data-text-size"], root["data-contrast"]) == ("largest", "high")
    client.get("/text-size/normal")
    assert "data-text-size" not in _find_root(client)


@pytest.mark.parametrize("path", ["/text-size/huge", "/contrast/low", "/text-size/"])
def test_an_unknown_size_is_no_page(as_role: SignIn, path: str) -> None:
    assert as_role("agent").get(path).status_code == 404


def test_a_foreign_cookie_or_address_changes_nothing(app: Flask, as_role: SignIn) -> None:
    client = as_role("agent")
    client.set_cookie("text_size", '"><script>')
    client.set_cookie("contrast", "")
    root = _find_root(client)
    assert "data-text-size" not in root
    assert "data-contrast" not in root
    assert client.get("/contrast/high?next=https://example.org/").location == "/"


def test_who_is_not_signed_in_chooses_too(app: Flask) -> None:
    client = PageClient(app, app.response_class)
    client.get("/text-size/large?next=/sign-in")
    assert _find_root(client, "/sign-in")["data-text-size"] == "large"


def test_a_rare_place_never_stands_in_sight() -> None:
    rare = MenuItem("Rare", "rare", "some.permission", is_rare=True)
    assert rare not in choose_daily_items([rare, *PLACES[:2]], "agent")
