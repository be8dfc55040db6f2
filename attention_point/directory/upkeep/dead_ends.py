"""What leads nowhere, now or later: the office ended a service, an offer or an entity, and something still leads there.

An end is a fact of the world, and no page refuses it. So that nobody learns from a visitor what it leaves behind, the
pages of the service and of the entity say it, and that of what waits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.dates import find_gaps
from attention_point.directory.freshness import WARNING_DAYS
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import Directory
from attention_point.directory.validation.surroundings import Span, get_span, list_pointers
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, format_date
from attention_point.foundation.language import gettext as _


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """What is wrong from ``day`` on, in the reader's language. ``codes``: the services and entities concerned."""

    day: date
    sentence: str
    codes: frozenset[str]


def list_dead_ends(session: Session, directory: Directory, code: str = "") -> list[DeadEnd]:
    """What leads nowhere today or later, the first day first; with ``code``, what concerns this service or entity."""
    rows = [
        *_list_unoffered(directory),
        *_list_pointers_to_ended(directory),
        *_list_ended_for_rules(session, directory),
    ]
    return sorted((row for row in rows if not code or code in row.codes), key=lambda row: (row.day, row.sentence))


def list_near_dead_ends(session: Session, directory: Directory) -> list[DeadEnd]:
    """Those of today and of the next 60 days."""
    last_day = clock.today() + timedelta(days=WARNING_DAYS)
    return [row for row in list_dead_ends(session, directory) if row.day <= last_day]


def _list_unoffered(directory: Directory) -> Iterator[DeadEnd]:
    for service in directory.services.values():
        offers = [offer for offer in directory.offers if offer.service == service.code]
        if day := _find_first_day(get_span(service), map(get_span, offers)):
            sentence = _("From %(day)s on nobody offers it: %(name)s.", day=format_date(day), name=_name(service))
            yield DeadEnd(day, sentence, frozenset({service.code, *(offer.entity for offer in service.offers)}))


def _list_pointers_to_ended(directory: Directory) -> Iterator[DeadEnd]:
    for service in directory.services.values():
        for pointer in list_pointers(service):
            if pointer.kind == "need":
                answering = [row for row in directory.services.values() if row.need == pointer.code]
                spans = list(map(get_span, answering))
                codes, target = {row.code for row in answering}, _name_need(directory, pointer.code)
            else:
                offers = [row for row in directory.offers if (row.service, row.entity) == (service.code, pointer.code)]
                spans = list(map(get_span, offers))
                codes, target = {pointer.code}, directory.entities[pointer.code].short[current_language()]
            if day := _find_first_day(pointer.span, spans):
                words = {"day": format_date(day), "name": _name(service), "target": target}
                sentence = _("From %(day)s on “%(name)s” leads to what is over: %(target)s.", **words)
                yield DeadEnd(day, sentence, frozenset({service.code, *codes}))


def _list_ended_for_rules(session: Session, directory: Directory) -> Iterator[DeadEnd]:
    # The room of routing, above this one, says to which needs its rules lead whoever did not ask for them.
    for need in sorted(session.info.get("needs_led_to_by_rules", ())):
        offers = [offer for offer in directory.offers if offer.need == need]
        if day := _find_first_day((None, None), map(get_span, offers)):
            words = {"day": format_date(day), "target": _name_need(directory, need)}
            sentence = _("From %(day)s on the rules of the program lead to what nobody answers: %(target)s.", **words)
            yield DeadEnd(day, sentence, frozenset({need, *(offer.service for offer in offers)}))


def _find_first_day(span: Span, spans: Iterable[Span]) -> date | None:
    """The first day from today on of which a span is not covered; None where each one is."""
    today, covering = clock.today(), list(spans)
    gaps = find_gaps(span, covering) if covering else [(span[0] or today, span[1])]
    return next((max(first, today) for first, last in gaps if last is None or last >= today), None)


def _name(service: ServiceRow) -> str:
    return service.name[current_language()]


def _name_need(directory: Directory, need: str) -> str:
    return _name(directory.services[need]) if need in directory.services else need
