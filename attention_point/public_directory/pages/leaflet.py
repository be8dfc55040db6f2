"""The leaflet about one need, in the reader's language: what to bring, where to go, and a QR code to the page."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from attention_point.directory.snapshot import Directory
from attention_point.foundation import clock
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Leaflet, LeafletPart
from attention_point.public_directory.pages.entries import (
    NeedEntry,
    PlaceEntry,
    ServiceEntry,
    list_emergency_lines,
    list_services_of_need,
)

_TAGS = {"es": "es-CO", "en": "en"}


def build_leaflet(
    directory: Directory,
    need: NeedEntry,
    day: date,
    *,
    issuer: str,
    points: Sequence[str],
    address: str,
    watermark: str | None,
) -> Leaflet:
    """The leaflet of a need on a day. ``address`` is that of its page in the language, ``points`` say where to ask."""
    services = list_services_of_need(directory, need.code, day)
    return Leaflet(
        language=_TAGS[current_language()],
        created_at=datetime.combine(day, time(), clock.TIME_ZONE),
        issuer=issuer,
        title=need.words,
        lead=services[0].description if len(services) == 1 else "",
        parts=tuple(_list_parts(services)),
        qr_code_address=address,
        qr_code_caption=_(
            "Scan this code, or open %(address)s, to see this page with its latest changes.", address=address
        ),
        call_lines=tuple(
            _("Call %(number)s: %(name)s", number=line.number, name=line.name[current_language()])
            for line in list_emergency_lines(directory, need.code, day)
        ),
        footer=(
            _("If they turn you away, ask the municipal ombudsman for help. It is free."),
            *points,
            _("Printed with what was known on %(day)s. %(issuer)s.", day=f"{day:%d/%m/%Y}", issuer=issuer),
        ),
        watermark=watermark,
    )


def _list_parts(services: Sequence[ServiceEntry]) -> Iterator[LeafletPart]:
    # A sheet has little room: what holds for all services stands once, and a place is described where it comes first.
    if services and all(service.service.documents_none for service in services):
        yield LeafletPart(_("What to bring"), (_("You do not need papers: nobody may ask you for any."),))
    described: list[PlaceEntry] = []
    for service in services:
        is_alone = len(services) == 1
        if is_alone and service.conditions:
            yield LeafletPart(_("Who it is for"), (service.conditions,))
        if service.requirements:
            yield LeafletPart(_("What to bring") if is_alone else service.name, service.requirements)
        if service.advice:
            yield LeafletPart(_("Good to know"), service.advice)
        yield from _list_options(service)
        places = tuple((place.name, () if place in described else _list_lines(place)) for place in service.places)
        described += service.places
        yield LeafletPart(_("Where to go") if is_alone else service.name, places=places)


def _list_options(service: ServiceEntry) -> Iterator[LeafletPart]:
    for option in service.options:
        until = (_("Until %(day)s", day=option.last_day),) if option.last_day else ()
        yield LeafletPart(option.name, (*until, *option.requirements, *option.advice))
    if service.closed:
        heading = _("If none of these fits you") if service.options else _("Closed today")
        yield LeafletPart(heading, (service.closed,))


def _list_lines(place: PlaceEntry) -> tuple[str, ...]:
    where = ", ".join(filter(None, (place.address, place.landmark, place.neighbourhood, place.municipality)))
    numbers = " · ".join(
        words
        for words, number in (
            (_("Telephone %(number)s", number=place.phone), place.phone),
            (f"WhatsApp {place.whatsapp}", place.whatsapp),
        )
        if number
    )
    terms = " ".join(filter(None, (place.appointment, place.cost)))
    lines = (where if place.address or place.landmark else "", place.hours, numbers, terms)
    return (*(line for line in lines if line), place.freshness)
