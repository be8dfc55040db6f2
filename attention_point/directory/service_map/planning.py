"""Compares the points of a map with the directory: what would be added, changed, and what is doubtful."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from attention_point import texts
from attention_point.directory.service_map.likeness import Spelling, SpellingIndex, spell_place
from attention_point.directory.service_map.reading import Point, find_services
from attention_point.directory.snapshot import Directory, PlaceRow

PlanKind = Literal["add", "change", "doubtful", "same", "left"]
# What a map says of a place; everything else of a place stays as it is.
_MAP_FIELDS = (
    *("name", "address", "landmark", "neighbourhood", "municipality", "hours_note", "phone", "whatsapp", "email"),
    *("website", "services", "latitude", "longitude"),
)


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """A point of the map with what would become of it.

    ``reason`` is a key of ``REASONS`` in ``pages/map_views.py``. ``place`` is the place on file that it is or may be,
    ``other_row`` the row of the same point elsewhere in the map. ``values`` are those of ``save_place``.
    """

    kind: PlanKind
    row: int
    name: str
    values: Mapping[str, Any]
    reason: str = ""
    place: PlaceRow | None = None
    other_row: int | None = None
    unknown_services: tuple[str, ...] = ()


def plan_points(
    directory: Directory, entity: str, points: Sequence[Point], departments: frozenset[str], today: date
) -> list[PlannedPoint]:
    """One plan for each point, in the order of the map. ``departments`` are those whose points are wanted."""
    on_file = _PlacesOnFile(directory, entity)
    spellings = [spell_place(point["municipality"], point["name"], point.get("address", "")) for point in points]
    points_of_map, first_by_id = SpellingIndex(spellings), dict[str, int]()
    plans: list[PlannedPoint] = []
    for index, (point, spelling) in enumerate(zip(points, spellings, strict=True)):
        # Two spellings of an id, or two long ones that begin alike, are one id of a place.
        place_id = build_place_id(entity, point)
        first_with_id = first_by_id.setdefault(place_id, index) if place_id else index
        if departments and point["municipality"][:2] not in departments:
            plans.append(PlannedPoint("left", point["row"], point["name"], {}, "elsewhere"))
            continue
        # A point is like itself: what is found is the point, or an earlier one that is the same.
        first = min(first_with_id, next(iter(points_of_map.find_like(spelling)), index))
        values, unknown_services = build_values(directory, point, today)
        plan = PlannedPoint("add", point["row"], point["name"], values, unknown_services=unknown_services)
        if first < index:
            plans.append(replace(plan, kind="doubtful", reason="twice", other_row=points[first]["row"]))
        elif place := on_file.find_same(place_id, point["name"], spelling):
            plans.append(_plan_known_place(plan, place, is_open=point["is_open"]))
        elif near := on_file.find_near(spelling):
            plans.append(replace(plan, kind="doubtful", reason="near", place=near))
        else:
            plans.append(plan if point["is_open"] else replace(plan, kind="left", reason="closed"))
    return plans


class _PlacesOnFile:
    """The places with which the points of an entity's map are compared."""

    def __init__(self, directory: Directory, entity: str) -> None:
        # A place without a name of its own bears that of its entity, which no map says of a point.
        self._named = [place for places in directory.places.values() for place in places if place.name]
        self._spellings = [_spell_place_on_file(place) for place in self._named]
        self._index = SpellingIndex(self._spellings)
        self._by_id = {place.id: place for place in directory.places.get(entity, ())}
        self._by_name: dict[tuple[str | None, str], list[tuple[PlaceRow, Spelling]]] = defaultdict(list)
        for place, spelling in zip(self._named, self._spellings, strict=True):
            if place.entity == entity and place.name:
                self._by_name[place.municipality, texts.fold_text(place.name["es"])].append((place, spelling))

    def find_same(self, place_id: str | None, name: str, spelling: Spelling) -> PlaceRow | None:
        """The place of the entity that a point is, by its id or, where the map gives none, by name and address."""
        if place_id:
            return self._by_id.get(place_id)
        # What is found so is changed without a question: nothing but the way of writing may differ.
        of_name = self._by_name.get((spelling.municipality, texts.fold_text(name)), ())
        return next((place for place, other in of_name if spelling.may_share_address(other, least=100)), None)

    def find_near(self, spelling: Spelling) -> PlaceRow | None:
        """A place of any entity that a point may be."""
        return next((self._named[index] for index in self._index.find_like(spelling)), None)


def _spell_place_on_file(place: PlaceRow) -> Spelling:
    name, address = (text["es"] if text else "" for text in (place.name, place.address))
    return spell_place(place.municipality, name, address)


def _plan_known_place(plan: PlannedPoint, place: PlaceRow, *, is_open: bool) -> PlannedPoint:
    values = plan.values
    is_different = any(values[name] != read_place_value(place, name) for name in _MAP_FIELDS if name in values)
    if not is_different and (is_open or place.valid_to is not None):
        return replace(plan, kind="same", place=place)
    if place.confirmed_on is not None:
        # Somebody asked the entity itself: a map does not put that aside.
        return replace(plan, kind="doubtful", reason="confirmed", place=place)
    return replace(plan, kind="change", place=place)


def compute_plan_digest(plans: Iterable[PlannedPoint]) -> str:
    """A text that changes with the plan: whoever says yes says it to what was shown."""
    parts = [(plan.kind, plan.row, plan.reason, plan.place.version if plan.place else 0, plan.values) for plan in plans]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def build_place_id(entity: str, point: Point) -> str | None:
    """The id of the place of a point that has an id in its map, so that a later map finds it again."""
    words = texts.fold_text(str(point.get("id", ""))).split()
    return f"{entity}-{'-'.join(words)}"[:60].rstrip("-") if words else None


def build_values(directory: Directory, point: Point, today: date) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values of a place as ``save_place`` takes them, and the services that the directory does not know."""
    codes, unknown_services = find_services(point["services"], frozenset(directory.services))
    values: dict[str, Any] = {
        name: point[name] for name in ("neighbourhood", "phone", "whatsapp", "email", "website") if point.get(name)
    }
    for field, name in (("name", "name"), ("address", "address"), ("landmark", "landmark"), ("hours", "hours_note")):
        if point.get(field):
            values[name] = {"es": point[field], "en": point[field]}
    for name in ("latitude", "longitude"):
        if name in point:
            values[name] = float(str(point[name]).replace(",", "."))
    values |= {"municipality": point["municipality"], "services": codes}
    if not point["is_open"]:
        values["valid_to"] = today.isoformat()
    return values, tuple(unknown_services)


def read_place_value(place: PlaceRow, name: str) -> Any:
    """The value of a place as ``PlannedPoint.values`` has it."""
    value = getattr(place, name)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
