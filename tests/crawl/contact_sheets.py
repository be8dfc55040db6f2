"""Contact sheets: many pages side by side on one picture, each under its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
GAP, LABEL = 12, 34
"""Pixels between two pages, and for the lines above one."""
PAPER, WORDS, ALARM, EDGE = "#d9dde3", "#101828", "#b00020", "#8a93a1"
WIDE, HIGH = 1900, 2400
"""The most pixels of a sheet."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A page as a browser drew it. ``alarm`` says what is wrong with how it stands there; empty when nothing is."""

    label: str
    alarm: str
    picture: Image.Image


def tile_of(label: str, alarm: str, png: bytes, width: int) -> Tile:
    """A page made smaller to ``width``."""
    with Image.open(BytesIO(png)) as whole:
        height = max(1, round(whole.height * width / whole.width))
        return Tile(label, alarm, whole.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))


def write_sheets(tiles: Sequence[Tile], folder: Path, name: str) -> list[Path]:
    """Write the tiles in rows, as many sheets as they need: ``name-1.png`` and so on."""
    if not tiles:
        return []
    width = tiles[0].picture.width
    columns = max(1, (WIDE - GAP) // (width + GAP))
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    sheets: list[list[Sequence[Tile]]] = [[]]
    for row in rows:
        if sheets[-1] and sum(map(_height, [*sheets[-1], row])) > HIGH:
            sheets.append([])
        sheets[-1].append(row)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}-{number}.png" for number in range(1, len(sheets) + 1)]
    for path, sheet in zip(paths, sheets, strict=True):
        _draw(sheet, columns * (width + GAP) + GAP, width).save(path, optimize=False)
    return paths


def _height(row: Sequence[Tile]) -> int:
    return max(tile.picture.height for tile in row) + LABEL + GAP


def _draw(rows: Sequence[Sequence[Tile]], wide: int, width: int) -> Image.Image:
    sheet = Image.new("RGB", (wide, sum(map(_height, rows)) + GAP), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 12)
    top = GAP
    for row in rows:
        for place, tile in enumerate(row):
            left = GAP + place * (width + GAP)
            for line, (text, colour) in enumerate([(tile.label, WORDS), (tile.alarm, ALARM)]):
                pen.text((left, top + line * 15), _fitting(text, font, width), fill=colour, font=font)
            sheet.paste(tile.picture, (left, top + LABEL))
            box = (left - 1, top + LABEL - 1, left + width, top + LABEL + tile.picture.height)
            pen.rectangle(box, outline=ALARM if tile.alarm else EDGE)
        top += _height(row)
    return sheet


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The end of a text that is too long: addresses differ at their ends."""
    while font.getlength(text) > width:
        text = "…" + text.lstrip("…")[1:]
    return text
