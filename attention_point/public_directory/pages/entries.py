"""What the public pages say of a need, an entity and a place, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from attention_point.dates import is_in_force
from attention_point.directory import queries
from attention_point.directory.freshness import FRESH, find_freshness
from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.service_rows import AdviceRow, BilingualText, InstrumentRow, ServiceRow
from attention_point.directory.snapshot import Directory, EmergencyLineRow, EntityRow, PlaceRow
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.public_directory.freshness_words import describe_freshness
from attention_point.public_directory.provided_services import list_open_services, list_places_of
from attention_point.public_directory.search import list_first_services
from attention_point.texts import fold_text
from attention_point.turns.kiosk.needs import list_need_groups

_FURTHER_NEEDS = Path(__file__).parents[1] / "data" / "further_needs.yaml"
_EMERGENCY_NUMBER = "123"


@dataclass(frozen=True)
class NeedEntry:
    """A need in the person's words, with the title of the group in which it stands.

    ``is_confidential``: about violence or trafficking. Its pages leave as few traces as they can.
    """

    code: str
    words: str
    group: str
    is_confidential: bool


@dataclass(frozen=True)
class PlaceEntry:
    """A place as a card shows it; an empty text leaves out its line."""

    entity: EntityRow
    name: str
    address: str
    landmark: str
    neighbourhood: str
    municipality: str
    hours: str
    appointment: str
    cost: str
    phone: str
    whatsapp: str
    email: str
    freshness: str
    is_fresh: bool

    @property
    def is_known(self) -> bool:
        """Whether anything is known by which somebody can find or reach it."""
        return any((self.address, self.landmark, self.hours, self.phone, self.whatsapp, self.email))


@dataclass(frozen=True)
class OptionEntry:
    """A way that a procedure has today for some people; ``last_day`` is empty where it has no end."""

    name: str
    last_day: str
    requirements: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True)
class ServiceEntry:
    """A service of a need's page: what one brings, and the places of every entity that gives it.

    ``options`` are the ways of a procedure that are open today. ``closed`` is what is said to whom none of them fits.
    """

    service: ServiceRow
    name: str
    description: str
    conditions: str
    requirements: tuple[str, ...]
    advice: tuple[str, ...]
    options: tuple[OptionEntry, ...]
    closed: str
    places: tuple[PlaceEntry, ...]


def list_needs(session: Session, day: date) -> list[NeedEntry]:
    """The needs for which somebody may go somewhere on a day, in the kiosk's order and words.

    Those that the kiosk leaves to the desk stand beside theirs (``data/further_needs.yaml``).
    """
    open_services = list_open_services(queries.get_directory(session), day)
    confidential = {row.service.need: row.service.restricted for row in open_services}
    language = current_language()
    words = [
        (code, code_words[language], group.title[language])
        for group in list_need_groups(session, day)
        for tile in group.tiles
        for code, code_words in ((tile.code, tile.words), *_list_needs_beside(tile.code))
    ]
    return [NeedEntry(*entry, confidential[entry[0]]) for entry in words if entry[0] in confidential]


def _list_needs_beside(code: str) -> Iterator[tuple[str, BilingualText]]:
    for further_code, need in _read_further_needs().items():
        if need["beside"] == code:
            yield further_code, {"es": need["es"], "en": need["en"]}


@cache
def _read_further_needs() -> Mapping[str, Any]:
    needs: Mapping[str, Any] = yaml.safe_load(_FURTHER_NEEDS.read_text(encoding="utf-8"))["needs"]
    return needs


def list_services_of_need(directory: Directory, need: str, day: date) -> list[ServiceEntry]:
    """The services that answer a need on a day, each with every place where it is given."""
    places: dict[str, list[PlaceEntry]] = {}
    for provided in list_open_services(directory, day):
        if provided.service.need == need and provided.entity:
            rows = list_places_of(directory, provided, day)
            entries = [describe_place(provided.entity, place, day) for place in rows]
            places.setdefault(provided.service.code, []).extend(entries or [describe_unknown_place(provided.entity)])
    first_codes = list_first_services()
    codes = sorted(places, key=lambda code: (code not in first_codes, code != need, code))
    return [_describe_service(directory.services[code], places[code], day) for code in codes]


def _describe_service(service: ServiceRow, places: list[PlaceEntry], day: date) -> ServiceEntry:
    language = current_language()
    return ServiceEntry(
        service,
        service.name[language],
        service.description[language],
        _choose_words(service.conditions),
        tuple(requirement.text[language] for requirement in service.requirements_on(day)),
        _list_advice(service.advice, day),
        tuple(_describe_option(instrument, day) for instrument in service.instruments if instrument.is_in_force(day)),
        _choose_words(service.closed),
        tuple(places),
    )


def _describe_option(instrument: InstrumentRow, day: date) -> OptionEntry:
    language = current_language()
    return OptionEntry(
        instrument.name[language],
        f"{instrument.valid_to:%d/%m/%Y}" if instrument.valid_to else "",
        tuple(requirement.text[language] for requirement in instrument.papers if requirement.is_in_force(day)),
        _list_advice(instrument.advice, day),
    )


def _list_advice(advice: Iterable[AdviceRow], day: date) -> tuple[str, ...]:
    """What is said to everybody: advice for some alone needs somebody who asks."""
    return tuple(
        row.text[current_language()]
        for row in advice
        if not row.applies_if and row.shown_on != "card" and is_in_force(row.valid_from or date.min, row.valid_to, day)
    )


def list_emergency_lines(directory: Directory, need: str, day: date) -> list[EmergencyLineRow]:
    """The lines to call about a need at any hour; first the one that sends help."""
    codes = {service.code for service in directory.services.values() if service.need == need}
    lines = [line for line in directory.emergency_lines if codes & set(line.services) and line.is_in_force(day)]
    return sorted(lines, key=lambda line: line.number != _EMERGENCY_NUMBER)


def list_entities(directory: Directory, day: date) -> list[EntityRow]:
    """The entities to which people may go on a day, by their name."""
    codes = {row.entity.code for row in list_open_services(directory, day) if row.entity}
    return sorted((directory.entities[code] for code in codes), key=lambda row: row.name[current_language()].casefold())


def list_places_by_neighbourhood(
    directory: Directory, day: date
) -> tuple[Mapping[str, list[PlaceEntry]], list[PlaceEntry]]:
    """The places by neighbourhood and municipality, in order, and those that nobody can find or reach yet."""
    entries = [
        describe_place(entity, place, day)
        for entity in list_entities(directory, day)
        for place in directory.list_places(entity.code, None, day)
    ]
    groups: dict[str, list[PlaceEntry]] = {}
    for entry in sorted(entries, key=lambda entry: (not entry.neighbourhood, entry.municipality, entry.neighbourhood)):
        if not entry.is_known:
            continue
        area = ", ".join(filter(None, (entry.neighbourhood, entry.municipality)))
        title = area if entry.neighbourhood else _("%(area)s, neighbourhood not known yet", area=area or "Colombia")
        groups.setdefault(title, []).append(entry)
    return groups, [entry for entry in entries if not entry.is_known]


def describe_place(entity: EntityRow, place: PlaceRow, day: date) -> PlaceEntry:
    """A place in words."""
    return PlaceEntry(
        entity=entity,
        name=_name_place(entity, place),
        address=_choose_words(place.address),
        landmark=_choose_words(place.landmark),
        neighbourhood=place.neighbourhood or "",
        municipality=_name_municipality(place.municipality),
        hours=describe_hours(place),
        appointment=" ".join(_list_appointment_sentences(place)),
        cost=_choose_words(place.cost)
        or {True: _("It is free."), False: _("It costs money."), None: ""}[place.is_free],
        phone=place.phone or "",
        whatsapp=place.whatsapp or "",
        email=place.email or "",
        freshness=describe_freshness(place, day) if place.has_contact else _describe_unknown(),
        is_fresh=find_freshness(place, day) == FRESH,
    )


def describe_unknown_place(entity: EntityRow) -> PlaceEntry:
    """An entity of which no place is known: ask at the attention point."""
    name = entity.name[current_language()]
    return PlaceEntry(entity, name, "", "", "", "", "", "", "", "", "", "", _describe_unknown(), is_fresh=False)


def _describe_unknown() -> str:
    return _("We do not know its address yet. Ask at the attention point.")


def list_point_addresses(session: Session, day: date) -> list[str]:
    """Where and when one can ask: the attention points of which the address is known."""
    return [
        ". ".join(
            filter(
                None,
                (f"{row.name[current_language()]}: {_choose_words(row.address)}", _choose_words(row.hours), row.phone),
            )
        )
        for row in queries.list_points(session, day)
        if row.address
    ]


def _list_appointment_sentences(place: PlaceRow) -> Iterator[str]:
    if place.appointment:
        yield {"required": _("Only with an appointment."), "walk_in": _("Without an appointment.")}[place.appointment]
    if place.appointment_note:
        yield place.appointment_note[current_language()]


def _name_municipality(code: str | None) -> str:
    return get_code_list("municipality").label_for_code(code, current_language()) if code else ""


def _name_place(entity: EntityRow, place: PlaceRow) -> str:
    language = current_language()
    if not place.name:
        return entity.name[language]
    # "Centre office" alone says nothing: several entities have one.
    says_entity = fold_text(entity.short[language]) in fold_text(place.name[language])
    return place.name[language] if says_entity else f"{entity.short[language]} – {place.name[language]}"


def _choose_words(text: BilingualText | None) -> str:
    return text[current_language()] if text else ""
