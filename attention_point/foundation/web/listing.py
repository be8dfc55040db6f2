"""Bounded lists: a page at a time, by a key that an index orders; never an offset, never all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
SIZE = 50


def number_of(text: str) -> int:
    """A number that an address holds; raises ValueError for one that no row can have (a database takes 64 bits)."""
    if not (text.isdecimal() and len(text) < 10):
        raise ValueError("no such number")
    return int(text)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and the addresses of the pages around them."""

    items: Sequence[Item]
    next_url: str | None = None
    previous_url: str | None = None


def page_of(items: Sequence[Item], size: int, next_url: Callable[[Item], str], first_url: str | None) -> Page[Item]:
    """A page out of ``size + 1`` items read: one more than shown tells that there is a next page."""
    shown = items[:size]
    more = len(items) > size
    return Page(shown, next_url(shown[-1]) if more else None, first_url)
