"""The sheets hold every page, none too large to look at; of pages alike the fullest and the barest are drawn."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.crawl.contact_sheets import ALARM, HIGH, WIDE, tile_of, write_sheets
from tests.crawl.crawling import SeenPage
from tests.crawl.look import chosen


def png(width: int, height: int) -> bytes:
    """A white page."""
    kept = BytesIO()
    Image.new("RGB", (width, height), "white").save(kept, "PNG")
    return kept.getvalue()


def test_many_pages_fill_several_sheets_of_bounded_size(tmp_path: Path) -> None:
    tiles = [tile_of(f"GET /pages/{number}", "", png(800, 1400), 300) for number in range(40)]
    assert {tile.picture.size for tile in tiles} == {(300, 525)}
    sheets = write_sheets(tiles, tmp_path / "look", "office-800")
    assert [path.name for path in sheets] == ["office-800-1.png", "office-800-2.png"]
    for path in sheets:
        with Image.open(path) as sheet:
            assert sheet.width <= WIDE
            assert sheet.height <= HIGH + 100


def test_a_page_with_an_alarm_is_framed_in_its_colour(tmp_path: Path) -> None:
    for alarm in ("", "WIDER: 900 px"):
        (path,) = write_sheets([tile_of("GET /", alarm, png(360, 500), 200)], tmp_path, f"nobody{bool(alarm)}")
        with Image.open(path) as sheet:
            colours = {colour for _count, colour in sheet.getcolors(100_000) or []}
            assert (tuple(bytes.fromhex(ALARM[1:])) in colours) is bool(alarm)


def test_of_pages_alike_the_fullest_and_the_barest_are_chosen() -> None:
    def page(text: str, status: int = 200) -> SeenPage:
        return SeenPage("/events/<uuid:record>", "GET", f"/events/{len(text)}", status, text)

    seen = [page("x" * 100), page("x" * 300), page("x" * 290), page("x" * 50, 422)]
    assert [(len(one.text), one.status) for one in chosen(seen)] == [(300, 200), (100, 200), (50, 422)]
    assert [len(one.text) for one in chosen(seen[1:3])] == [300]
