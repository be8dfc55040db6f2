"""The shared parts in a browser: sizes, accessibility, and what each small module does."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.foundation.web.gallery import gallery_app
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = pytest.mark.browser

SIZES = [(1024, 768), (768, 1024), (360, 740)]


@pytest.fixture
def gallery() -> Iterator[str]:
    """The gallery's address."""
    with serve(gallery_app()) as address:
        yield address


def test_the_parts_keep_wcag_at_every_size(page: Page, gallery: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{gallery}/?lang=es")
        expect(page.get_by_role("heading", name="Parts", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)


def test_targets_are_as_big_as_a_finger(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean")
    heights = page.locator(".button, .choice, .input, .menu a, .languages a").evaluate_all(
        """all => all.filter(each => each.offsetParent)
            .map(each => [each.getBoundingClientRect().height, each.outerHTML])"""
    )
    assert len(heights) > 30
    assert [target for height, target in heights if height < 47.9] == []


def test_what_one_came_to_do_is_in_sight_on_a_phone(page: Page, gallery: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{gallery}/clean")
    table = page.get_by_role("region", name="People found")
    button, around = page.get_by_role("link", name="Receive this person").bounding_box(), table.bounding_box()
    assert button
    assert around
    assert button["x"] + button["width"] <= around["x"] + around["width"]


def test_the_errors_are_read_first_and_lead_to_the_field(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Sex: Choose one").click()
    expect(page.get_by_label("Woman")).to_be_focused()


def test_a_birth_date_is_typed_as_digits_and_said_in_words(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean?lang=en")
    box = page.get_by_label("Birth date")
    box.press_sequentially("17031991")
    expect(box).to_have_value("17/03/1991")
    expect(page.locator("output")).to_contain_text("March 17, 1991")
    expect(page.locator("output")).to_contain_text("years")
    box.fill("31/02/1991")
    expect(page.locator("output")).to_be_empty()


def test_a_town_is_found_without_its_accent(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean?lang=en")
    box = page.get_by_label("Municipality")
    box.fill("giron")
    box.blur()
    expect(box).to_have_value("Girón")
    expect(page.locator("select[name=municipality]")).to_have_value("68307")
    box.fill("Caracas")
    box.blur()
    expect(page.get_by_text("No option in the list has this name.")).to_be_visible()
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_role("button", name="Yes, continue").click()
    expect(box).to_be_focused()


def test_a_conditional_section_comes_and_goes(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean")
    notes = page.get_by_label("Notes")
    expect(notes).to_be_hidden()
    expect(notes).to_be_disabled()
    page.get_by_label("Need b").check()
    expect(notes).to_be_enabled()
    notes.fill("Kept")
    page.get_by_label("Need b").uncheck()
    expect(notes).to_be_disabled()


def test_a_further_document_is_opened_and_taken_away(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean?lang=en")
    shown = page.locator("[data-slot]:visible")
    expect(shown).to_have_count(1)
    page.get_by_role("button", name="Add another document").click()
    expect(shown).to_have_count(2)
    page.locator("[name=documents-1-number]").fill("12")
    page.get_by_role("button", name="Remove: Document 2").click()
    expect(shown).to_have_count(1)
    expect(page.locator("[name=documents-1-number]")).to_have_value("")


def test_a_form_is_sent_once_and_only_if_confirmed(page: Page, gallery: str) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/clean", answer)
    page.goto(f"{gallery}/clean?lang=en")
    button = page.get_by_role("button", name="Check and continue")
    button.click()
    page.get_by_role("button", name="No, go back").click()
    expect(button).to_be_enabled()
    assert sent == []
    button.click()
    page.get_by_role("button", name="Yes, continue").click()
    expect(button).to_be_disabled()
    page.locator("form.form").evaluate("form => form.requestSubmit()")
    page.get_by_role("button", name="Yes, continue").click()
    assert sent == ["POST"]


def test_an_ended_session_covers_the_page_and_keeps_what_was_typed(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/clean?lang=en&seconds=2")
    page.get_by_label("Surname").fill("Velásquez")
    cover = page.get_by_role("dialog", name="Your session has ended")
    expect(cover).to_be_visible()
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_role("button", name="Continue").click()
    expect(cover).to_be_hidden()
    expect(page.get_by_label("Surname")).to_have_value("Velásquez")
