"""A place as HSDS has it: a location with its address, telephones and hours."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.snapshot import EntityRow, PlaceRow
from attention_point.foundation.codelists import get_code_list
from attention_point.public_directory.freshness_words import describe_freshness
from attention_point.public_directory.hsds.identifiers import build_id

HsdsObject = dict[str, Any]

_DAYS = {1: "MO", 2: "TU", 3: "WE", 4: "TH", 5: "FR", 6: "SA", 7: "SU"}
_OFFSET = "-05:00"  # Colombia has no summer time
_UTC_HOURS = -5
_COUNTRY = "CO"


def build_location(entity: EntityRow, place: PlaceRow, day: date) -> HsdsObject:
    """A place with all that is known of it. What nobody has confirmed is published with a warning in words."""
    location_id = build_id("location", place.id)
    name = place.name or entity.name
    return drop_empty(
        {
            "id": location_id,
            "location_type": "physical" if place.address or place.landmark or place.municipality else "virtual",
            "url": build_uri(place.website),
            "organization_id": build_id("organization", entity.code),
            "name": name["es"],
            "alternate_name": name["en"],
            "description": describe_freshness(place, day),
            "transportation": place.landmark["es"] if place.landmark else None,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "external_identifier": place.id,
            "addresses": list(_list_addresses(place, location_id)),
            "phones": list_phones(place),
            "schedules": list(list_schedules(place)),
        }
    )


def _list_addresses(place: PlaceRow, location_id: str) -> Iterator[HsdsObject]:
    street = place.address or place.landmark
    if street is None or place.municipality is None:
        return  # the standard wants both
    municipality = next(code for code in get_code_list("municipality") if code.code == place.municipality)
    yield drop_empty(
        {
            "id": build_id("address", place.id),
            "location_id": location_id,
            "address_1": street["es"],
            "address_2": place.neighbourhood,
            "city": municipality.label("es"),
            "state_province": municipality.attributes["department"],
            # Nobody uses postal codes here; the standard wants the field.
            "postal_code": "",
            "country": _COUNTRY,
            "address_type": "physical",
        },
        kept=("postal_code",),
    )


def list_phones(place: PlaceRow) -> list[HsdsObject]:
    """The telephone and the WhatsApp number of a place."""
    location_id = build_id("location", place.id)
    numbers = (("voice", place.phone, ""), ("text", place.whatsapp, "WhatsApp"))
    return [
        drop_empty(
            {
                "id": build_id("phone", place.id, kind),
                "location_id": location_id,
                "number": number,
                "type": kind,
                "description": description,
            }
        )
        for kind, number, description in numbers
        if number
    ]


def list_schedules(place: PlaceRow) -> Iterator[HsdsObject]:
    """The weekly hours: one schedule for all days with the same span. Without hours, one says what is known."""
    spans = sorted(place.hours, key=lambda opening: (opening.opens_at, opening.closes_at, opening.weekday))
    description = describe_hours(place)
    common = {"location_id": build_id("location", place.id), "description": description}
    for (opens_at, closes_at), openings in groupby(spans, key=lambda opening: (opening.opens_at, opening.closes_at)):
        yield {
            "id": build_id("schedule", place.id, f"{opens_at:%H%M}", f"{closes_at:%H%M}"),
            **common,
            "freq": "WEEKLY",
            "interval": 1,
            "wkst": "MO",
            "byday": ",".join(_DAYS[opening.weekday] for opening in openings),
            "opens_at": f"{opens_at:%H:%M}{_OFFSET}",
            "closes_at": f"{closes_at:%H:%M}{_OFFSET}",
            "timezone": _UTC_HOURS,
        }
    if not spans and description:
        yield {"id": build_id("schedule", place.id, "note"), **common}


def build_uri(address: str | None) -> str | None:
    """A web address as the standard takes it; None for what is none."""
    if not address or " " in address:
        return None
    return address if address.startswith(("http://", "https://")) else f"https://{address}"


def drop_empty(values: HsdsObject, kept: Sequence[str] = ()) -> HsdsObject:
    """An object without fields that say nothing: the standard knows no null."""
    return {name: value for name, value in values.items() if name in kept or value not in (None, "", [], ())}
