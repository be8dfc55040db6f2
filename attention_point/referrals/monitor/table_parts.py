"""What the tables and charts of the monitor have in common."""

from collections.abc import Callable, Mapping

from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Cell
from attention_point.foundation.paperwork.cell_values import LinkedValue
from attention_point.referrals.monitor.queries import TOGETHER, EntityFigures, Monitor

MAX_BARS = 10  # of a horizontal chart, so that it stays legible on a tablet; the table beside it has all rows


def name_entity(entity: str, entity_names: Mapping[str, str]) -> str:
    """The short name of an entity, or of those that nobody sees alone."""
    if entity == TOGETHER:
        return _("Entities for confidential topics, together, up to last month")
    return entity_names.get(entity, entity)


def sort_entities(monitor: Monitor, count: Callable[[EntityFigures], float]) -> list[str]:
    """The entities with something to show, the highest first; those together stand last."""
    shown = [entity for entity, figures in monitor.entities.items() if count(figures)]
    return sorted(shown, key=lambda entity: (entity == TOGETHER, -count(monitor.entities[entity]), entity))


def link_number(count: int, address: str | None) -> Cell:
    """A number that leads to its list, where there is one and it is not empty."""
    return LinkedValue(count, address) if address and count else count


def describe_highest(title: str) -> str:
    """What a reader of the screen hears in place of a chart."""
    return _("%(title)s. The table beside it has the figures.", title=title)
