"""What a room offers the app: the app asks nothing else of it."""

from collections.abc import Callable
from dataclasses import dataclass

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from attention_point.foundation.doctor import Check
from attention_point.foundation.jobs import Job
from attention_point.foundation.journal.naming import Naming


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu: a message id, the endpoint it leads to, the permission that shows it.

    ``also``: endpoints of its pages whose addresses do not begin with its own.
    """

    label: str
    endpoint: str
    permission: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """One room. ``reference`` loads the room's reference data into a new or older installation; safe to repeat.

    ``jobs`` are what the room does by itself, each once a period. ``checks`` are what ``doctor`` looks at in the room.
    ``naming`` is how the room names its records and actors where the journal holds only ids.
    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    commands: tuple[click.Command, ...] = ()
    reference: tuple[Callable[[Session], None], ...] = ()
    jobs: tuple[Job, ...] = ()
    checks: tuple[Check, ...] = ()
    naming: Naming = Naming()
