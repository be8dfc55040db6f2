"""The picture of the house in ``docs/house.md``."""

import pytest

from tests.architecture import picture


def test_the_picture_shows_the_imports_of_today() -> None:
    assert picture.PAGE.read_text(encoding="utf-8") == picture.build_page(), "run python -m tests.architecture.picture"


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    imports = {
        "top": frozenset({"middle", "bottom"}),
        "middle": frozenset({"bottom"}),
        "bottom": frozenset[str](),
    }
    reduced = picture.reduce_transitively(imports)
    assert reduced == {"top": {"middle"}, "middle": {"bottom"}, "bottom": set()}
    assert picture.draw_mermaid(reduced).splitlines()[2:-1] == ["    middle --> bottom", "    top --> middle"]


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the picture"):
        picture.put_between_markers("# A page\n", "a picture")
