"""Services and organizations as HSDS has them.

The standard gives a service one organization. Here several entities may give one service: each of them is a service of
its own, with an id that follows from both codes. Texts are Spanish; ``alternate_name`` holds the English name.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from attention_point.directory.service_rows import InstrumentRow
from attention_point.directory.snapshot import Directory, EntityRow, PlaceRow
from attention_point.foundation.language import gettext as _
from attention_point.public_directory.freshness_words import describe_freshness
from attention_point.public_directory.hsds.identifiers import build_id, build_taxonomy_id
from attention_point.public_directory.hsds.places import (
    HsdsObject,
    build_location,
    build_uri,
    drop_empty,
    list_phones,
    list_schedules,
)
from attention_point.public_directory.provided_services import ProvidedService, list_places_of, list_provided_services

# What a service that is not given today is called (status of HSDS 3.0).
_STATUSES = {
    "current": "active",
    "future": "inactive",
    "past": "defunct",
    "closed": "temporarily_closed".replace("_", " "),
}


def build_service_id(provided: ProvidedService) -> str:
    """The id of a service at an entity."""
    return build_id("service", provided.service.code, provided.entity.code if provided.entity else "")


def build_service(directory: Directory, provided: ProvidedService, day: date) -> HsdsObject:
    """A service without what hangs on it, as lists have it."""
    service, places = provided.service, list_places_of(directory, provided, day)
    confirmed_days = [place.confirmed_on for place in places if place.confirmed_on]
    return drop_empty(
        {
            "id": build_service_id(provided),
            "organization_id": build_id("organization", provided.entity.code) if provided.entity else None,
            "name": service.name["es"],
            "alternate_name": service.name["en"],
            "description": service.description["es"],
            "url": build_uri(next((place.website for place in places if place.website), None)),
            "email": next((place.email for place in places if place.email), None),
            "status": _find_status(provided, day),
            "eligibility_description": service.conditions["es"] if service.conditions else None,
            "application_process": _describe_application(provided, places),
            "fees_description": _describe_fees(places),
            "assured_date": min(confirmed_days).isoformat() if confirmed_days else None,
            "alert": _describe_alert(provided, places, day),
        }
    )


def build_full_service(directory: Directory, provided: ProvidedService, day: date) -> HsdsObject:
    """A service with everything that hangs on it."""
    places = list_places_of(directory, provided, day)
    service_id = build_service_id(provided)
    nested = {
        "phones": _list_service_phones(directory, provided, day),
        "schedules": [schedule for place in places for schedule in list_schedules(place)],
        "service_at_locations": [build_service_at_location(provided, place, day) for place in places],
        "languages": [
            {"id": build_id("language", service_id, "es"), "service_id": service_id, "name": "Español", "code": "es"}
        ],
        "organization": build_organization(provided.entity, places) if provided.entity else None,
        "cost_options": list(_list_costs(service_id, places)),
        "required_documents": _list_documents(provided, service_id, day),
        "attributes": [_build_attribute(directory, provided.service.need, service_id)],
    }
    return {**build_service(directory, provided, day), **drop_empty(nested)}


def _find_status(provided: ProvidedService, day: date) -> str:
    if provided.entity is None or not provided.entity.receives_referrals:
        return "inactive"
    is_closed = bool(provided.service.instruments) and not _list_open_instruments(provided, day)
    return _STATUSES["closed" if is_closed and provided.is_open(day) else provided.find_validity(day)]


def _list_open_instruments(provided: ProvidedService, day: date) -> list[InstrumentRow]:
    return [instrument for instrument in provided.service.instruments if instrument.is_in_force(day)]


def _describe_alert(provided: ProvidedService, places: Sequence[PlaceRow], day: date) -> str:
    """That a procedure is closed and what is open, and that nobody confirmed where it is."""
    sentences = []
    if provided.service.closed and not _list_open_instruments(provided, day):
        sentences.append(provided.service.closed["es"])
    if places and not any(place.confirmed_on for place in places):
        sentences.append(describe_freshness(places[0], day))
    return " ".join(sentences)


def _describe_application(provided: ProvidedService, places: Iterable[PlaceRow]) -> str:
    sentences = []
    if provided.service.documents_none:
        sentences.append(_("You do not need papers: nobody may ask you for any."))
    appointments = {place.appointment for place in places}
    if appointments == {"required"}:
        sentences.append(_("Only with an appointment."))
    elif appointments == {"walk_in"}:
        sentences.append(_("Without an appointment."))
    return " ".join(sentences)


def _describe_fees(places: Iterable[PlaceRow]) -> str:
    if costs := list(dict.fromkeys(place.cost["es"] for place in places if place.cost)):
        return " ".join(costs)
    return _("It is free.") if {place.is_free for place in places} == {True} else ""


def _list_costs(service_id: str, places: Iterable[PlaceRow]) -> Iterable[HsdsObject]:
    for place in places:
        if place.is_free is not None or place.cost:
            cost: dict[str, Any] = {"id": build_id("cost", service_id, place.id), "service_id": service_id}
            if place.is_free:
                cost |= {"amount": 0, "currency": "COP"}
            yield drop_empty({**cost, "amount_description": place.cost["es"] if place.cost else None}, kept=("amount",))


def _list_service_phones(directory: Directory, provided: ProvidedService, day: date) -> list[HsdsObject]:
    """The lines to call about a service, whatever the hour, before the telephones of its places."""
    service_id, code = build_service_id(provided), provided.service.code
    lines = [
        {
            "id": build_id("phone", service_id, line.code),
            "service_id": service_id,
            "number": line.number,
            "type": "voice",
            "description": line.name["es"],
        }
        for line in directory.emergency_lines
        if code in line.services and line.is_in_force(day)
    ]
    return lines + [phone for place in list_places_of(directory, provided, day) for phone in list_phones(place)]


def _list_documents(provided: ProvidedService, service_id: str, day: date) -> list[HsdsObject]:
    documents = [requirement.text["es"] for requirement in provided.service.requirements_on(day)]
    # What one way of a procedure asks for is no requirement of the others.
    documents += [
        f"{instrument.name['es']}: {requirement.text['es']}"
        for instrument in _list_open_instruments(provided, day)
        for requirement in instrument.papers
        if requirement.is_in_force(day)
    ]
    return [
        {"id": build_id("document", service_id, document), "service_id": service_id, "document": document}
        for document in dict.fromkeys(documents)
    ]


def build_service_at_location(provided: ProvidedService, place: PlaceRow, day: date) -> HsdsObject:
    """That a service is given in a place."""
    service_id = build_service_id(provided)
    nested = build_location(provided.entity, place, day) if provided.entity else None
    return drop_empty(
        {
            "id": build_id("service-at-location", service_id, place.id),
            "service_id": service_id,
            "location_id": build_id("location", place.id),
            "description": place.appointment_note["es"] if place.appointment_note else None,
            "location": nested,
        }
    )


def build_organization(entity: EntityRow, places: Iterable[PlaceRow]) -> HsdsObject:
    """An entity without what hangs on it."""
    places = list(places)
    return drop_empty(
        {
            "id": build_id("organization", entity.code),
            "name": entity.name["es"],
            "alternate_name": entity.short["es"],
            "description": entity.description["es"],
            "email": next((place.email for place in places if place.email), None),
            "website": build_uri(next((place.website for place in places if place.website), None)),
        }
    )


def build_full_organization(directory: Directory, entity: EntityRow, day: date) -> HsdsObject:
    """An entity with its places. What it gives is found by ``/services?organization_id=``: 3.0 has no field for it."""
    places = directory.list_places(entity.code, None, day)
    organization_id = build_id("organization", entity.code)
    phones = [{**phone, "organization_id": organization_id} for place in places for phone in list_phones(place)]
    nested = {"locations": [build_location(entity, place, day) for place in places], "phones": phones}
    return {**build_organization(entity, places), **drop_empty(nested)}


def build_taxonomy() -> HsdsObject:
    """The list of needs, by which services are found."""
    return {
        "id": build_taxonomy_id(),
        "name": _("Needs of people on the move"),
        "description": _("What people come to the attention point for. The codes stay the same."),
    }


def list_terms(directory: Directory) -> list[HsdsObject]:
    """The needs, by code."""
    return [build_term(directory, need) for need in sorted({service.need for service in directory.services.values()})]


def build_term(directory: Directory, need: str) -> HsdsObject:
    """A need. Its words are those of the service that has its code, or of the first that answers it."""
    services = [service for service in directory.services.values() if service.need == need]
    words = min(services, key=lambda service: (service.code != need, service.code))
    return {
        "id": build_id("term", need),
        "code": need,
        "name": words.name["es"],
        "description": words.description["es"],
        "taxonomy": build_taxonomy()["name"],
        "taxonomy_id": build_taxonomy_id(),
        "language": "es",
    }


def _build_attribute(directory: Directory, need: str, service_id: str) -> HsdsObject:
    term = build_term(directory, need)
    return {
        "id": build_id("attribute", service_id, need),
        "link_id": service_id,
        "link_type": "service_focus",
        "link_entity": "service",
        "taxonomy_term_id": term["id"],
        "taxonomy_term": term,
    }


def build_export(directory: Directory, day: date) -> list[HsdsObject]:
    """Every service of the directory with everything that hangs on it, as ``directory export`` writes them."""
    return [build_full_service(directory, provided, day) for provided in list_provided_services(directory, day)]
