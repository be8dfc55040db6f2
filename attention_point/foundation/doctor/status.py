"""What the first pages of the administrator and of the supervisor say, as data: each room tells of what it knows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from attention_point.foundation.access.actor import Actor
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


LATE, TODAY, NEXT = TASK_GROUPS = ("late", "today", "next")


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for whoever opens the page: a sentence with its number, and the page of the thing itself.

    ``group`` is one of ``TASK_GROUPS``; ``arguments`` are those of the page's address.
    """

    group: str
    sentence: str
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)


ListTasks = Callable[[Session, Actor], Iterable[Task]]
"""Gives what waits in a room for a reader. It counts, and opens no record of a person."""
