"""Lists a page at a time. The next page begins after a key that an index orders: an OFFSET would read all before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
PAGE_SIZE = 50


def parse_row_number(text: str) -> int:
    """Return the number in an address. Raises ValueError for a number that no row can have."""
    # A database takes 64 bits; a longer number would be an error of the driver.
    if not (text.isdecimal() and len(text) < 10):
        raise ValueError("no such number")
    return int(text)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items of a page, and the addresses of the pages around it."""

    items: Sequence[Item]
    next_url: str | None = None
    previous_url: str | None = None


def build_page(items: Sequence[Item], size: int, next_url: Callable[[Item], str], first_url: str | None) -> Page[Item]:
    """Return a page of at most ``size`` items. The caller reads one more, which tells that there is a next page."""
    shown_items = items[:size]
    has_more = len(items) > size
    return Page(shown_items, next_url(shown_items[-1]) if has_more else None, first_url)
