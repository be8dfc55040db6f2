"""Compares the points of a map with the directory: what would be added, changed, and what is doubtful."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from attention_point import texts
from attention_point.directory.service_map.reading import Point, find_services, load_vocabulary
from attention_point.directory.snapshot import Directory, PlaceRow

PlanKind = Literal["add", "change", "doubtful", "same", "left"]
# Of 100: below these, two names or addresses are of two places. Tried on names of branches, which differ by a word.
_SAME_NAME, _SAME_ADDRESS = 88, 82
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
    plans: list[PlannedPoint] = []
    # Two spellings of an id, or two long ones that begin alike, are one id of a place.
    place_ids = [build_place_id(entity, point) for point in points]
    for index, point in enumerate(points):
        if departments and point["municipality"][:2] not in departments:
            plans.append(PlannedPoint("left", point["row"], point["name"], {}, "elsewhere"))
            continue
        place_id = place_ids[index]
        earlier = next(
            (
                earlier_point
                for earlier_point, earlier_id in zip(points[:index], place_ids, strict=False)
                if (place_id and earlier_id == place_id) or _is_same_point(point, earlier_point)
            ),
            None,
        )
        plans.append(_plan_point(directory, entity, point, earlier, today))
    return plans


def compute_plan_digest(plans: Iterable[PlannedPoint]) -> str:
    """A text that changes with the plan: whoever says yes says it to what was shown."""
    parts = [(plan.kind, plan.row, plan.reason, plan.place.version if plan.place else 0, plan.values) for plan in plans]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def build_place_id(entity: str, point: Point) -> str | None:
    """The id of the place of a point that has an id in its map, so that a later map finds it again."""
    words = texts.fold_text(str(point.get("id", ""))).split()
    return f"{entity}-{'-'.join(words)}"[:60].rstrip("-") if words else None


def _plan_point(directory: Directory, entity: str, point: Point, earlier: Point | None, today: date) -> PlannedPoint:
    values, unknown_services = build_values(directory, point, today)
    place = _find_place(directory, entity, point)
    facts = {"row": point["row"], "name": point["name"], "unknown_services": unknown_services}
    if earlier is not None:
        return PlannedPoint("doubtful", values=values, reason="twice", other_row=earlier["row"], **facts)
    if place is None:
        near = next((other for row in directory.places.values() for other in row if _is_near(point, other)), None)
        if near is not None:
            return PlannedPoint("doubtful", values=values, reason="near", place=near, **facts)
        if not point["is_open"]:
            return PlannedPoint("left", values=values, reason="closed", **facts)
        return PlannedPoint("add", values=values, **facts)
    differences = {name for name in _MAP_FIELDS if name in values and values[name] != read_place_value(place, name)}
    if not point["is_open"] and place.valid_to is None:
        differences.add("valid_to")
    if not differences:
        return PlannedPoint("same", values=values, place=place, **facts)
    if place.confirmed_on is not None:
        # Somebody asked the entity itself: a map does not put that aside.
        return PlannedPoint("doubtful", values=values, reason="confirmed", place=place, **facts)
    return PlannedPoint("change", values=values, place=place, **facts)


def _find_place(directory: Directory, entity: str, point: Point) -> PlaceRow | None:
    place_id = build_place_id(entity, point)
    places = directory.places.get(entity, ())
    by_id = next((place for place in places if place.id == place_id), None)
    if by_id or place_id:
        return by_id
    name = texts.fold_text(point["name"])
    return next(
        (
            place
            for place in places
            if place.name
            and texts.fold_text(place.name["es"]) == name
            and place.municipality == point["municipality"]
            and _compare_addresses(point.get("address", ""), place.address["es"] if place.address else "") == 100
        ),
        None,
    )


def _is_same_point(point: Point, other: Point) -> bool:
    return (
        point["municipality"] == other["municipality"]
        and _compare_names(point["name"], other["name"]) >= _SAME_NAME
        and _compare_addresses(point.get("address", ""), other.get("address", "")) >= _SAME_ADDRESS
    )


def _is_near(point: Point, place: PlaceRow) -> bool:
    if place.name is None or place.municipality not in {None, point["municipality"]}:
        return False
    address = place.address["es"] if place.address else ""
    return (
        _compare_names(point["name"], place.name["es"]) >= _SAME_NAME
        and _compare_addresses(point.get("address", ""), address) >= _SAME_ADDRESS
    )


# Each text is compared with all others of its municipality.
_fold = lru_cache(maxsize=10_000)(texts.fold_text)


def _compare_texts(text: str, other: str, least: float) -> float:
    """How alike two texts are, of 100; 0 below ``least``, which is found out far sooner."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - few requests compare texts

    return fuzz.token_sort_ratio(text, other, score_cutoff=least)


def _compare_names(name: str, other: str) -> float:
    return _compare_texts(_fold(name), _fold(other), _SAME_NAME)


@lru_cache(maxsize=10_000)
def _spell_address(address: str) -> str:
    """One spelling for ``Cll 45 No. 9B - 10`` and ``Calle 45 #9b-10``."""
    folded = re.sub(r"#|\bn(?:o|ro|um|umero)?\s*[.°](?=\s*\d)|\b(?:no|nro|numero)(?=\s*\d)", " # ", _fold(address))
    words = re.sub(r"\s*-\s*", "-", re.sub(r"[.,;]", " ", folded)).split()
    names_by_short = load_vocabulary()["streets"]
    return " ".join(names_by_short.get(word, word) for word in words if word != "#")


def _compare_addresses(address: str, other: str) -> float:
    """How alike two addresses are, of 100. One that nobody knows speaks against nothing."""
    first, second = (_spell_address(text).split() for text in (address, other))
    if not first or not second:
        return 100
    # Calle 35 # 10-43 and Calle 35 # 10-34 are two houses: numbers are the same or they are not.
    numbers = [[word for word in words if any(letter.isdigit() for letter in word)] for words in (first, second)]
    if numbers[0] != numbers[1]:
        return 0
    return _compare_texts(" ".join(first), " ".join(second), _SAME_ADDRESS)


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
