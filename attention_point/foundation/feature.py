"""A feature as data: everything that the app takes from a room."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from sqlalchemy.orm import Session

from attention_point.foundation.doctor import Check, ListStatus, ListTasks
from attention_point.foundation.erasers import Eraser
from attention_point.foundation.jobs import Job
from attention_point.foundation.journal.naming import RecordNaming
from attention_point.foundation.key_rotation import Rotation


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place of the menu: a message id, the endpoint of its page, and the permission that shows it.

    ``further_endpoints`` are pages that belong to the place although their addresses do not begin with its own;
    ``"corrections.*"`` stands for all pages of a blueprint. ``daily_for`` names the roles that work there every day: of
    all places that a role may see, the menu shows five, these first, and the others under "More". A place that
    ``is_rare``, because it is set up once, always stands there.
    """

    label: str
    endpoint: str
    permission: str
    further_endpoints: tuple[str, ...] = ()
    daily_for: tuple[str, ...] = ()
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """Everything that one room offers the app.

    ``reference_loaders`` load the room's reference data; ``init`` calls them for a new or older installation, and they
    are safe to repeat. ``status`` tells the page of the system about the room. ``naming`` gives the room's records and
    actors the names that the journal shows for their ids. ``rotations`` are its rows that stand under a key of the
    keyring itself. ``erasers`` empty its rows about people who are erased. ``tasks`` tell whoever leads a point what
    waits in the room.
    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    reference_loaders: tuple[Callable[[Session], None], ...] = ()
    jobs: tuple[Job, ...] = ()
    checks: tuple[Check, ...] = ()
    status: tuple[ListStatus, ...] = ()
    naming: RecordNaming = RecordNaming()
    rotations: tuple[Rotation, ...] = ()
    erasers: tuple[Eraser, ...] = ()
    tasks: tuple[ListTasks, ...] = ()
