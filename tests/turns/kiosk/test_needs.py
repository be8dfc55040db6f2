"""The needs in groups: each of the directory once, with a picture that exists and words in both languages."""

import re
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory.models import Service
from attention_point.directory.queries import list_services
from attention_point.directory.revision import increase_revision
from attention_point.foundation import paths
from attention_point.turns.kiosk.needs import list_need_codes, list_need_groups
from tests.support.directory import load_shipped

DAY = date(2026, 11, 30)
PICTURES = set(re.findall(r'<symbol id="([a-z-]+)"', (paths.STATIC_FOLDER / "svg" / "kiosk.svg").read_text("utf-8")))
MOST_LETTERS = 60


@pytest.fixture
def loaded(session: Session) -> Session:
    """A session that sees the shipped directory."""
    load_shipped(session)
    return session


def test_each_need_of_the_directory_stands_in_one_group(loaded: Session) -> None:
    tiles = Counter(tile.code for group in list_need_groups(loaded, DAY) for tile in group.tiles)
    needs = {service.need for service in list_services(loaded, DAY)}
    # What a tile of the same kind stands for is left to the desk.
    assert needs - set(tiles) == {
        *("PPT-DUP", "HUMAN-ALBERGUE", "HUMAN-ALIMENTO", "HUMAN-LEGAL", "CONVALIDA", "BANCO", "INTEGRATE")
    }
    assert set(tiles) < needs
    assert set(tiles.values()) == {1}


def test_each_need_has_a_picture_of_its_own_and_few_words(loaded: Session) -> None:
    tiles = [tile for group in list_need_groups(loaded, DAY) for tile in group.tiles]
    assert {tile.picture for tile in tiles} <= PICTURES
    assert len({tile.picture for tile in tiles}) == len(tiles)
    for tile in tiles:
        assert set(tile.words) == {"es", "en"}
        assert all(0 < len(words) <= MOST_LETTERS for words in tile.words.values()), tile


def test_the_templates_use_no_picture_that_was_not_drawn() -> None:
    source = "".join(path.read_text("utf-8") for path in (paths.TEMPLATES_FOLDER / "kiosk").glob("*.html"))
    named = set(re.findall(r'picture\("([a-z-]+)"\)', source))
    named |= set(re.findall(r'tile\("[a-z_]+", "[a-z_]*", _\("[^"]+"\), "([a-z-]+)"', source))
    assert len(named) > 10
    assert named <= PICTURES


def test_a_service_that_ended_takes_its_need_away(loaded: Session) -> None:
    loaded.execute(update(Service).where(Service.code == "EDU").values(valid_to=date(2026, 11, 29)))
    increase_revision(loaded)
    assert "EDU" not in list_need_codes(loaded, DAY)


def test_a_need_without_words_of_the_kiosk_stands_in_the_last_group_by_its_name(loaded: Session) -> None:
    loaded.execute(update(Service).where(Service.code == "EDU").values(need="BANK"))
    increase_revision(loaded)
    tile = list_need_groups(loaded, DAY)[-1].tiles[-1]
    assert (tile.code, tile.words["es"]) == ("BANK", "Cupo escolar")
