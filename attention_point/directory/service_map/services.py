"""A map of services is uploaded, looked at, and loaded as a whole or not at all. Services never commit."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from attention_point.directory import labels, queries
from attention_point.directory.models import EDITED, Place, ServiceMap
from attention_point.directory.revision import build_change, build_json_value, increase_revision
from attention_point.directory.service_map.planning import (
    PlannedPoint,
    build_place_id,
    build_values,
    compute_plan_digest,
    plan_points,
)
from attention_point.directory.service_map.reading import Point
from attention_point.directory.services import CONFIRMATION_COLUMNS, list_added_values, lock_row
from attention_point.directory.snapshot import Directory, PlaceRow
from attention_point.directory.validation.place_schemas import PlaceData
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object

# Nobody remembers for longer what a map said.
_KEPT_FOR = timedelta(days=1)
# What the office may decide of a doubtful point.
LEAVE, ADD, CHANGE = "leave", "add", "change"
_MAX_SOURCE_LETTERS = 300


class PreparedPlan(NamedTuple):
    """What would become of each point of a map, over one state of the directory."""

    directory: Directory
    points: list[PlannedPoint]


def upload_service_map(session: Session, actor: Actor, entity: str, points: list[dict[str, Any]]) -> UUID:
    """Keep the points of a map until somebody decides. Nothing of the directory changes.

    Raises Invalid, which names each row that could not be loaded.
    """
    if queries.find_entity(session, entity) is None:
        raise Invalid(
            _("Nothing was loaded. The file needs correcting:"), (FieldError("entity", _("Choose an entity.")),)
        )
    if errors := tuple(_list_point_errors(session, entity, points)):
        raise Invalid(_("Nothing was loaded. The file needs correcting:"), errors)
    session.execute(delete(ServiceMap).where(ServiceMap.uploaded_at < clock.now() - _KEPT_FOR))
    row = ServiceMap(entity=entity, uploaded_at=clock.now(), uploaded_by=actor.journal_label, points=points)
    session.add(row)
    session.flush()
    return row.id


def get_service_map(session: Session, map_id: UUID) -> ServiceMap:
    """A map that waits. Raises NotFound."""
    row = session.get(ServiceMap, map_id)
    if row is None:
        raise NotFound(_("This map was loaded or is older than a day. Upload it again."))
    return row


def plan_service_map(session: Session, row: ServiceMap) -> list[PlannedPoint]:
    """What would become of each point of a map. Only the departments of the office's points are wanted."""
    return plan_points(
        queries.get_directory(session), row.entity, row.points, _list_departments(session), clock.today()
    )


def _list_departments(session: Session) -> frozenset[str]:
    return frozenset(point.municipality[:2] for point in queries.list_points(session) if point.municipality)


def _list_point_errors(session: Session, entity: str, points: Iterable[Point]) -> Iterator[FieldError]:
    """The errors of the points that are wanted, as places: nobody decides on a point that cannot be loaded."""
    directory, departments, today = queries.get_directory(session), _list_departments(session), clock.today()
    for point in points:
        if departments and point["municipality"][:2] not in departments:
            continue
        values, _unknown_services = build_values(directory, point, today)
        place_id = build_place_id(entity, point) or str(new_id())
        try:
            parse_object(PlaceData, {"valid_from": today, **values, "id": place_id, "entity": entity})
        except Invalid as error:
            yield from _name_point_errors(point["row"], error)


def _name_point_errors(row: int, error: Invalid) -> Iterator[FieldError]:
    for field_error in error.field_errors:
        label = labels.FIELD_LABELS.get(field_error.field.partition(".")[0])
        message = f"{_(label)}: {field_error.message}" if label else field_error.message
        yield FieldError(f"rows.{row}", message)


def prepare_plan(session: Session, row: ServiceMap) -> PreparedPlan:
    """The plan of a map with the directory for which it was made."""
    return PreparedPlan(queries.get_directory(session), plan_service_map(session, row))


def load_service_map(
    session: Session,
    actor: Actor,
    map_id: UUID,
    digest: str,
    decisions: Mapping[int, str],
    prepared: PreparedPlan | None = None,
) -> dict[str, int]:
    """Write what the plan with this digest says, and count what was added and changed.

    ``decisions`` are LEAVE, ADD or CHANGE by the row of a doubtful point; without one it is left. ``prepared`` was made
    before the session began to write. Raises NotFound, Conflict if the directory has changed since the plan was shown,
    and Invalid: then nothing is loaded.
    """
    # Locked: two who load one map would add each place twice.
    row = session.get(ServiceMap, map_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("This map was loaded or is older than a day. Upload it again."))
    # Nobody waits while a large map is planned, unless the directory changed meanwhile.
    is_current = prepared is not None and queries.get_directory(session) is prepared.directory
    plans = prepared.points if prepared and is_current else plan_service_map(session, row)
    if compute_plan_digest(plans) != digest:
        raise Conflict(_("The directory changed while you were looking at the map. Look at it again."))
    points = {point["row"]: point for point in row.points}
    counts = {ADD: 0, CHANGE: 0, LEAVE: 0}
    errors: list[FieldError] = []
    order = max((place.order for place in queries.get_directory(session).places.get(row.entity, ())), default=0)
    for plan in plans:
        action = decisions.get(plan.row, LEAVE) if plan.kind == "doubtful" else plan.kind
        try:
            if action == CHANGE and plan.place is not None:
                _change_place(session, actor, plan, plan.place)
            elif action == ADD:
                place_id = build_place_id(row.entity, points[plan.row]) or str(new_id())
                _add_place(session, actor, row.entity, plan, place_id, order + counts[ADD] + 1)
            counts[action if action in counts else LEAVE] += 1
        except Invalid as error:
            errors += _name_point_errors(plan.row, error)
    if errors:
        raise Invalid(_("Nothing was loaded. The file needs correcting:"), tuple(errors))
    session.delete(row)
    increase_revision(session)
    journal.record(session, actor, "directory.import", "directory", added=counts[ADD], changed=counts[CHANGE])
    return counts


def _add_place(session: Session, actor: Actor, entity: str, plan: PlannedPoint, place_id: str, order: int) -> None:
    values = {
        **plan.values,
        **{"id": place_id, "entity": entity, "source": _build_source(plan), "order": order},
        "valid_from": plan.values.get("valid_to") or clock.today(),
    }
    columns = parse_object(PlaceData, values).build_columns()
    if session.get(Place, place_id) is not None:
        raise Invalid("", (FieldError("id", _("This place is already in the directory.")),))
    place = Place(**columns, origin=EDITED, version=1)
    session.add(place)
    session.add(build_change(actor, "directory.import", place, list_added_values(columns)))
    session.flush()


def _change_place(session: Session, actor: Actor, plan: PlannedPoint, row: PlaceRow) -> None:
    place = lock_row(session, Place, row.id)
    values = {**_build_stored_values(row), **plan.values, "source": _build_source(plan)}
    columns = parse_object(PlaceData, values).build_columns()
    # Nobody has asked the entity about what the map says.
    columns |= dict.fromkeys(CONFIRMATION_COLUMNS)
    changes = {name: (getattr(place, name), value) for name, value in columns.items() if getattr(place, name) != value}
    for name, (_before, value) in changes.items():
        setattr(place, name, value)
    place.origin = EDITED
    place.version += 1
    session.add(build_change(actor, "directory.import", place, changes))


def _build_source(plan: PlannedPoint) -> str:
    source = _("Map of services")
    if plan.unknown_services:
        source = f"{source}: {', '.join(plan.unknown_services)}"
    return source[:_MAX_SOURCE_LETTERS]


def _build_stored_values(place: PlaceRow) -> dict[str, Any]:
    """The values of a place as a file has them, without who confirmed it."""
    names = set(PlaceData.model_fields) - {"confirmed", "review_on", "hours"}
    values = {name: build_json_value(getattr(place, name)) for name in names}
    hours = [
        {
            "weekday": opening.weekday,
            "opens_at": f"{opening.opens_at:%H:%M}",
            "closes_at": f"{opening.closes_at:%H:%M}",
        }
        for opening in place.hours
    ]
    return {**values, "hours": hours}
