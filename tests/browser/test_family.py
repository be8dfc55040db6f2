"""A mother with three children at the desk, as fingers would go it: one form, one check, one slip."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from attention_point.intake.models import Visit
from tests.browser.test_desk import looked_at, sign_in, staff

pytestmark = pytest.mark.browser
__all__ = ["staff"]
MOST_TAPS = 45


class Hand:
    """Counts what a hand does: taps, and characters typed. Going on to the next box by the keyboard is no tap."""

    def __init__(self) -> None:
        self.taps = 0
        self.characters = 0

    def tap(self, target: Locator) -> None:
        """Tap something."""
        target.click()
        self.taps += 1

    def write(self, target: Locator, text: str) -> None:
        """Tap a box and type into it."""
        self.tap(target)
        target.press_sequentially(text)
        self.characters += len(text)


def fill_mother(page: Page, hand: Hand) -> None:
    """Who came, with what, and what she authorises."""
    for number in range(2):
        hand.tap(page.locator("label:has(input[name=needs]):visible").nth(number))
    hand.write(page.locator("#given_names"), "Yohana")
    hand.write(page.locator("#surname_1"), "Velásquez")
    hand.write(page.locator("#surname_2"), "Pérez")
    hand.write(page.locator("#birth_date"), "17031991")
    hand.tap(page.locator("label:has(input[name=sex][value=F])"))
    hand.tap(page.locator("label:has(input[name=attention][value=yes])"))


def add_child(page: Page, hand: Hand, number: int, kin: str, name: str, born: str) -> None:
    """A row: who it is, name, birth date or age, and the same needs as the mother's."""
    hand.tap(page.get_by_role("button", name="Agregar a una persona"))
    row = f"companions-{number}"
    hand.tap(page.locator(f"label:has(input[name={row}-kin][value={kin}])"))
    hand.write(page.locator(f"#{row}-given_names"), name)
    hand.write(page.locator(f"#{row}-birth_date"), born)
    hand.tap(page.locator(f"label:has(input[name={row}-same_needs])"))


def test_a_mother_with_three_children_and_one_slip(
    page: Page, app: Flask, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    page.set_viewport_size({"width": 800, "height": 1280})
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/visits/new")
    hand = Hand()
    fill_mother(page, hand)
    fold = page.locator("details.fold:has([data-companions])")
    if not fold.evaluate("fold => fold.open"):  # the birth date of a child opens it
        hand.tap(fold.locator("> summary"))
    for number, child in enumerate((("daughter", "Ana", "02052010"), ("son", "Luis", "7"), ("daughter", "Eva", "2"))):
        add_child(page, hand, number, *child)
    expect(page.locator("#companions-2-surname_1")).to_have_value("Velásquez")
    looked_at(page, "family-form")
    hand.tap(page.get_by_role("button", name="Revisar y continuar"))
    looked_at(page, "family-check")
    decide_all(page, hand)
    hand.tap(page.get_by_role("button", name="Guardar e imprimir").last)
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    looked_at(page, "family-done")
    print(f"mother and three children: {hand.taps} taps, {hand.characters} characters")  # noqa: T201 - for docs/desk.md
    assert hand.taps <= MOST_TAPS
    with app.extensions["database"].read_session() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 4


def decide_all(page: Page, hand: Hand) -> None:
    """Refer to everything that is suggested."""
    refer_all = page.get_by_role("button", name="Remitir todas")
    if refer_all.count():
        hand.tap(refer_all.first)
        return
    for choice in page.locator("label:has(input[value=refer]:not(:checked))").all():
        hand.tap(choice)
