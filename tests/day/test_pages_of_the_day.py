"""The pages of ``docs/day/`` name pictures that exist and screens that the program has."""

import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from werkzeug.exceptions import HTTPException

from tests.day.recipe import FOLDER, MOST_BYTES, WIDTH

MOST_PICTURES = 20
PAGES = sorted(FOLDER.glob("*.md"))
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)]+)\)")
_ADDRESS = re.compile(r"`(/[^`\s]*)`")


def _find_all(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [(page.name, text) for page in PAGES for text in pattern.findall(page.read_text(encoding="utf-8"))]


def test_there_is_a_page_for_each_role_and_the_first_one_leads_to_it() -> None:
    linked = set(_LINK.findall((FOLDER / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in PAGES if page.name != "README.md"} == linked
    assert len(linked) == 5


@pytest.mark.parametrize(("page", "target"), _find_all(_LINK))
def test_what_a_page_links_to_exists(page: str, target: str) -> None:
    assert (FOLDER / target).is_file(), page


def test_every_picture_is_named_small_and_few() -> None:
    pictures: list[Path] = sorted(FOLDER.glob("*.png"))
    named = [target for _page, target in _find_all(_LINK) if target.endswith(".png")]
    assert sorted(named) == [picture.name for picture in pictures]
    assert len(pictures) <= MOST_PICTURES
    for picture in pictures:
        assert picture.stat().st_size <= MOST_BYTES, picture.name
        with Image.open(picture) as drawn:
            assert drawn.width <= WIDTH, picture.name


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    assert not [page.name for page in PAGES if "![](" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize(("page", "address"), _find_all(_ADDRESS))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_screen_that_a_page_names_exists(app: Flask, page: str, address: str) -> None:
    try:
        app.url_map.bind("localhost").match(address, method="GET")
    except HTTPException as refusal:
        pytest.fail(f"{page}: {address} is no screen ({refusal.code})")


def test_every_button_that_a_page_names_is_a_word_of_the_program(app: Flask) -> None:
    """Whoever changes a word on a screen is told that the recipe of the day says it."""
    catalogues = "\n".join(path.read_text(encoding="utf-8") for path in Path(app.root_path).rglob("es.po"))
    catalogues += "\n".join(path.read_text(encoding="utf-8") for path in Path(app.root_path).rglob("*.yaml"))
    words = {text for _page, text in _find_all(re.compile("«([^»]+)»"))}
    assert not [text for text in words if " ".join(text.split()) not in catalogues]
