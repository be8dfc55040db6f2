"""The needs as the kiosk shows them: in groups, with pictures and plain words."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sqlalchemy.orm import Session

from attention_point.directory import queries

_FILE = Path(__file__).with_name("data") / "needs.yaml"
OTHER_PICTURE = "other"


class NeedTile(NamedTuple):
    """One need on the screen. ``picture`` is an id of ``static/svg/kiosk.svg``; ``words`` are by language."""

    code: str
    picture: str
    words: Mapping[str, str]


class NeedGroup(NamedTuple):
    """Needs that stand together under one title, which is by language."""

    title: Mapping[str, str]
    tiles: tuple[NeedTile, ...]


def list_need_groups(session: Session, day: date) -> tuple[NeedGroup, ...]:
    """The groups with the needs that some service in force on the day answers; a group without any is left out.

    A need that the kiosk has no words for stands in the last group under the name of its first service, unless the
    kiosk leaves it to the desk.
    """
    services = queries.list_services(session, day)
    # Reversed, so that the first service of a need, by code, is the one that names it.
    names = {service.need: service.name for service in reversed(services)}
    groups = [NeedGroup(group.title, _select_tiles(group, names)) for group in _read_groups()]
    listed_codes = {tile.code for group in groups for tile in group.tiles} | _read_left_out()
    further_tiles = tuple(
        NeedTile(code, OTHER_PICTURE, names[code]) for code in sorted(names) if code not in listed_codes
    )
    last_group = groups[-1]._replace(tiles=(*groups[-1].tiles, *further_tiles))
    return tuple(group for group in (*groups[:-1], last_group) if group.tiles)


def list_need_codes(session: Session, day: date) -> frozenset[str]:
    """The codes of the needs that the kiosk offers on a day."""
    return frozenset(tile.code for group in list_need_groups(session, day) for tile in group.tiles)


def _select_tiles(group: NeedGroup, codes: Mapping[str, Any]) -> tuple[NeedTile, ...]:
    return tuple(tile for tile in group.tiles if tile.code in codes)


@cache
def _read_groups() -> tuple[NeedGroup, ...]:
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(NeedGroup(_read_words(group), _read_tiles(group["needs"])) for group in content["groups"])


@cache
def _read_left_out() -> frozenset[str]:
    return frozenset(yaml.safe_load(_FILE.read_text(encoding="utf-8"))["left_out"])


def _read_tiles(needs: Mapping[str, Mapping[str, str]]) -> tuple[NeedTile, ...]:
    return tuple(NeedTile(code, need["picture"], _read_words(need)) for code, need in needs.items())


def _read_words(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"es": entry["es"], "en": entry["en"]}
