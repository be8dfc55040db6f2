"""The menu of places: at most five stand in sight, those a role works in daily; the others stand under "More"."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from attention_point.foundation import language
from attention_point.foundation.access import Actor
from attention_point.foundation.feature import MenuItem

MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A place as the page shows it. ``active`` marks the place to which the page belongs."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The places in sight, and the further ones."""

    places: Sequence[MenuLine] = ()
    further_places: Sequence[MenuLine] = ()

    @property
    def current_further_place(self) -> MenuLine | None:
        """The further place to which the page belongs; it is named beside "More"."""
        return next((line for line in self.further_places if line.active), None)


def build_menu(items: Sequence[MenuItem], actor: Actor | None) -> Menu:
    """Return the menu of somebody who is signed in, in the order of the catalogue; an empty one for others."""
    if actor is None:
        return Menu()
    allowed_items = [item for item in items if actor.may(item.permission)]
    daily_items = choose_daily_items(allowed_items, actor.role)
    current_url = _find_current_url(allowed_items)
    places: list[MenuLine] = []
    further_places: list[MenuLine] = []
    for item in allowed_items:
        url = url_for(item.endpoint)
        lines = places if item in daily_items else further_places
        lines.append(MenuLine(language.gettext(item.label), url, url == current_url))
    return Menu(places, further_places)


def choose_daily_items(items: Sequence[MenuItem], role: str | None) -> Sequence[MenuItem]:
    """Return at most five items: those of the role's daily work first, then others, in the order of the catalogue."""
    return sorted((item for item in items if not item.is_rare), key=lambda item: role not in item.daily_for)[
        :MOST_PLACES
    ]


def _find_current_url(items: Sequence[MenuItem]) -> str | None:
    """Return the address of the item that claims this page, else the nearest address above it."""
    urls = [url_for(item.endpoint) for item in items]
    claims = {request.endpoint, request.blueprint and f"{request.blueprint}.*"}
    claimed_urls = [url for item, url in zip(items, urls, strict=True) if claims.intersection(item.further_endpoints)]
    matching_urls = claimed_urls or [url for url in urls if request.path == url or request.path.startswith(f"{url}/")]
    return max(matching_urls, key=len, default=None)
