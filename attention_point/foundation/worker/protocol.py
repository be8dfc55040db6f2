"""What passes between the server and its worker, over a pipe and never over a file: it may hold personal data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attention_point.foundation.damage_notes import DamagedValue
from attention_point.foundation.errors import AppError
from attention_point.foundation.settings import Settings

SECONDS_FOR_A_TASK = 60
IDLE_SECONDS = 60  # then the worker ends; the next one starts within about two seconds
# A task that needs more would take the memory of the server itself: it fails, and the server goes on.
MEMORY_BYTES = 1024**3


class NotDone(AppError):
    """The worker did not do it: it was killed, or needed too much time or memory."""

    status = 503
    code = "not_done"


@dataclass(frozen=True, slots=True)
class Task:
    """A function of a module, and what it needs. It is called with a reading session and the settings first.

    ``language`` and ``now`` are those of the request, so that the result is the same as in the server itself.
    """

    settings: Settings
    language: str
    now: datetime
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a task, or why there is none: an error for the reader, or the kind and places of a fault.

    ``error`` is the class and the attributes of an ``AppError`` or ``VaultError``: their constructors differ.
    """

    value: Any = None
    error: tuple[type[Exception], str, dict[str, Any]] | None = None
    fault: tuple[str, list[str]] | None = None
    damaged_values: list[DamagedValue] = field(default_factory=list)
    journal_entries: list[dict[str, Any]] = field(default_factory=list)
