"""Where a place is, when it is open and what it costs, as labelled lines of a slip."""

from collections.abc import Iterator
from datetime import date

from attention_point.directory.freshness import ENDING, STALE, find_freshness
from attention_point.directory.places.opening_hours import describe_hours, list_openings
from attention_point.directory.service_rows import BilingualText
from attention_point.directory.snapshot import PlaceRow
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_date
from attention_point.foundation.language import gettext as _

Line = tuple[str, str]


def list_contact_lines(
    place: PlaceRow | None, day: date, *, home_municipality: str | None, has_appointment: bool
) -> list[Line]:
    """Labels and texts of a place that somebody has confirmed; none otherwise. A wrong address costs a person a day.

    The municipality is said where it is not that of the attention point; how to get an appointment, while the person
    has none. ``day`` is that of the slip: a place that is closed on it says so.
    """
    # Unconfirmed data is not printed, whatever the directory holds.
    if place is None or place.confirmed_on is None:
        return []
    lines = [
        (_("Place:"), _translate_text(place.name)),
        (_("Address:"), ", ".join(_list_address_parts(place, home_municipality))),
        (_("Hours:"), _describe_hours_on(place, day)),
        (_("How to be received:"), "" if has_appointment else _describe_appointment(place)),
        (_("Phone:"), place.phone or ""),
        ("WhatsApp:", place.whatsapp or ""),
        (_("Website:"), place.website or ""),
        (_("Cost:"), _describe_cost(place)),
    ]
    return [(label, text) for label, text in lines if text]


def describe_check(place: PlaceRow | None, today: date) -> str:
    """When the data of a place were confirmed, and whether they may have changed since; empty for unconfirmed ones."""
    if place is None or place.confirmed_on is None or not place.has_contact:
        return ""
    freshness, day = find_freshness(place, today), format_date(place.confirmed_on)
    if freshness == STALE:
        return _("Information checked on %(date)s: it may have changed. Call before you go.", date=day)
    checked = _("Information checked on %(date)s.", date=day)
    if freshness == ENDING and place.valid_to:
        checked += " " + _("They are there until %(date)s.", date=format_date(place.valid_to))
    return checked


def _describe_hours_on(place: PlaceRow, day: date) -> str:
    # Whoever is told to go today, on a public holiday, would stand before a locked door.
    is_closed = list_openings(place, day) == ()
    return "; ".join([describe_hours(place), *([_("closed today")] if is_closed else [])])


def _translate_text(text: BilingualText | None) -> str:
    return text[current_language()] if text else ""


def _list_address_parts(place: PlaceRow, home_municipality: str | None) -> Iterator[str]:
    # What stands nearby is what people ask for in the street.
    yield from filter(None, (_translate_text(place.address), _translate_text(place.landmark)))
    if place.neighbourhood:
        yield _("neighbourhood %(name)s", name=place.neighbourhood)
    if place.municipality and place.municipality != home_municipality:
        yield get_code_list("municipality").label_for_code(place.municipality, current_language())


def _describe_appointment(place: PlaceRow) -> str:
    kinds = {"required": _("ask for an appointment first"), "walk_in": _("no appointment is needed")}
    words = [kinds.get(place.appointment or "", ""), _translate_text(place.appointment_note)]
    return ". ".join(filter(None, words))


def _describe_cost(place: PlaceRow) -> str:
    # Nothing is said where nobody knows: that something is free must be true.
    return _translate_text(place.cost) or (_("free") if place.is_free else "")
