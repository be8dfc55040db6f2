"""The places of a slip: where one of its people is to go, with whom, and what is still to be brought.

Besides the referrals these are the services that were suggested and not sent: whoever goes there alone needs the
address all the more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.snapshot import Directory, PlaceRow, RequirementRow, ServiceRow
from attention_point.foundation.language import current_language, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork.slip.content import SlipReferral
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.queries import DecryptedReferral
from attention_point.referrals.rules import ENDED_STATES


@dataclass(frozen=True, slots=True)
class SlipTraveller:
    """One of the people for whom a slip is printed, and what they showed at the desk.

    ``document_types`` are the codes of the documents on file. ``covered_services`` are those of which the person showed
    an accepted document. ``suggestions`` are those of the visit, as they stand in its record. The other values tell the
    people of one slip apart without a name.
    """

    referrals: Sequence[DecryptedReferral]
    document_types: frozenset[str] = frozenset()
    covered_services: frozenset[str] = frozenset()
    suggestions: Sequence[Mapping[str, Any]] = ()
    reference: str = ""
    relation: str | None = None
    sex: str | None = None
    age: int | None = None


class SlipPlace(NamedTuple):
    """A service at an entity. ``is_sent``: the entity has the referral."""

    entity: str
    service: str
    is_restricted: bool
    is_urgent: bool
    is_sent: bool
    appointment: Appointment | None = None


def list_places(traveller: SlipTraveller, *, with_confidential: bool) -> list[SlipPlace]:
    """Where the person is to go, urgent places first, and those first that have the referral."""
    places = [place for place in _list_all_places(traveller) if with_confidential or not place.is_restricted]
    return sorted(places, key=lambda place: (not place.is_urgent, not place.is_sent))


def _list_all_places(traveller: SlipTraveller) -> Iterator[SlipPlace]:
    for referral in traveller.referrals:
        if referral.state not in ENDED_STATES:
            yield SlipPlace(
                referral.entity, referral.service, referral.restricted, referral.urgent, True, referral.appointment
            )
    # One that has ended was sent too: nobody is told to go there again.
    sent_services = {referral.service for referral in traveller.referrals}
    for suggestion in traveller.suggestions:
        if suggestion["service"] not in sent_services:
            is_restricted, is_urgent = bool(suggestion.get("restricted")), bool(suggestion.get("urgent"))
            yield SlipPlace(suggestion["entity"], suggestion["service"], is_restricted, is_urgent, False)


def build_slip_referral(snapshot: Directory, place: SlipPlace, traveller: SlipTraveller, day: date) -> SlipReferral:
    """A place in words: names, contact data that the office has confirmed, and what is in force on the day."""
    entity, service = snapshot.entities.get(place.entity), snapshot.services.get(place.service)
    # The places of an entity are many; the slip names the one that it prefers.
    first_place = next(iter(snapshot.list_places(place.entity, place.service, day)), None)
    address, opening_hours, phone = _format_contact(first_place)
    requirements, requirement_note = _list_requirements(service, day, traveller)
    appointment = place.appointment
    if appointment and appointment.bring:
        requirements = (*requirements, appointment.bring)
    has_contact = bool(address or opening_hours or phone)
    return SlipReferral(
        entity_name=_format_name(entity.name) if entity else place.entity,
        service_name=_format_service_name(place, service),
        address=address,
        opening_hours=opening_hours,
        phone=phone,
        requirements=requirements,
        requirement_note=requirement_note,
        reason="" if place.is_sent else _("Your data were not sent there. You can go by yourself."),
        checked_note=_("Information checked on %(date)s.", date=format_date(first_place.confirmed_on))
        if has_contact and first_place and first_place.confirmed_on
        else "",
        is_urgent=place.is_urgent,
        # One of a day that is past would send the person away in vain.
        appointment=appointment.description if appointment and not appointment.is_over else "",
    )


def _format_name(name: Mapping[str, str]) -> str:
    """A name in the reader's language; on an English slip also in Spanish, for the door and for those behind it."""
    translated, spanish = name[current_language()], name["es"]
    return translated if translated == spanish else f"{translated} ({spanish})"


def _format_service_name(place: SlipPlace, service: ServiceRow | None) -> str:
    # Whoever sees the paper, at another entity or at home, must not learn of violence or trafficking (DOMAIN M2): not
    # even that there is something in confidence.
    if place.is_restricted:
        return _("Guidance")
    return _format_name(service.name) if service else place.service


def _format_contact(place: PlaceRow | None) -> tuple[str, str, str]:
    """Address, hours and phone, once somebody has confirmed them. A wrong address would cost the person a day."""
    # Unconfirmed data is not printed, whatever the directory holds.
    if place is None or place.confirmed_on is None:
        return "", "", ""
    address = place.address[current_language()] if place.address else ""
    return address, describe_hours(place), place.phone or ""


def _list_requirements(service: ServiceRow | None, day: date, traveller: SlipTraveller) -> tuple[tuple[str, ...], str]:
    """What the person still has to find, and a sentence about documents."""
    if service is None:
        return (), ""
    if service.documents_none:
        return (), _("Nobody may ask you for documents for this.")
    requirements = service.requirements_on(day)
    lacking = [requirement for requirement in requirements if not _is_covered(requirement, service, traveller)]
    # What was shown at the desk is not asked for again, but it has to come along.
    note = (
        _("Also bring the document that you showed at the attention point.") if len(lacking) < len(requirements) else ""
    )
    return tuple(requirement.text[current_language()] for requirement in lacking), note


def _is_covered(requirement: RequirementRow, service: ServiceRow, traveller: SlipTraveller) -> bool:
    """Whether the person showed at the desk what this requirement asks for."""
    asked = frozenset(requirement.documents)
    accepted = {document.type for document in service.documents}
    # Any one of the documents that the service accepts is enough, so that its other documents are not needed then.
    if asked and asked <= accepted:
        return service.code in traveller.covered_services
    return bool(asked & traveller.document_types)
