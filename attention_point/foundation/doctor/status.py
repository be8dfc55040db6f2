"""What the page of the system says of an installation, as data: each room tells of what it knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the page of the system, in the language in use.

    ``advice`` says what somebody must do now; where it is empty, nobody has to do anything. ``endpoint`` is the page of
    the thing itself, if there is one.
    """

    label: str
    value: str
    advice: str = ""
    endpoint: str = ""


ListStatus = Callable[[Session, Settings], Iterable[StatusLine]]
"""Gives the lines of a room. It is called for a page, so it counts little and opens no record."""
