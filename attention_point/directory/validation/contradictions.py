"""What a service may not say: what contradicts itself, what nobody can meet, what has ended, what leads in a circle.

A file or a page with such a service is refused, and the services in force stay. A condition is tried out over the
situations that it can tell apart (``condition_samples.py``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.validation.condition_samples import always_covers, can_hold_together, walk_facts
from attention_point.directory.validation.rule_schemas import InstrumentData
from attention_point.directory.validation.schemas import DirectoryFile, OfferTerms, ServiceData
from attention_point.directory.validation.surroundings import (
    Pointer,
    Span,
    Surroundings,
    contains_span,
    describe_surroundings,
    find_expired_pointers,
    get_span,
    list_codes,
    list_conditions,
    list_needs_suggested_by,
    spans_meet,
)
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _

NOBODY = N_("No person can meet this condition: it contradicts itself.")
NOBODY_OF_THE_SERVICE = N_("No person for whom the service is can meet this: one excludes the other.")
NOT_IN_THESE_DAYS = N_("This is never in force while its service is: the days do not meet.")
ENDED = N_("This has ended, or is not yet in force, on all of these days: %(code)s.")
NEVER_REACHED = N_("Never used: on these days “%(code)s” comes first for the same people.")
UNKNOWN_CODE = N_("No answer has this code: %(code)s.")
UNKNOWN_NEED = N_("No service answers this need: %(code)s.")
ENDS_BEFORE = N_("This leads to “%(code)s”, which is over from %(day)s on: give this a last day too.")
STILL_LED_TO = N_("From %(day)s on “%(service)s” leads to what is over. Give it a last day in this file too.")
IN_A_CIRCLE = N_("This leads in a circle: %(path)s.")
_CODE_LISTS: Mapping[str, tuple[str, ...]] = {
    "accompanied_by": ("accompanied_by",),
    "nationality": ("nationality",),
    "population": ("population",),
    "status": ("status",),
    "intention": ("intention",),
    "vulnerabilities": ("vulnerabilities",),
    "documents": ("document_types", "case_papers"),
    "complained_of": ("complained_of_kinds",),
}
_REGISTERS = frozenset({"RAMV", "RUMV"})


def check_file(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    """The errors of all services, offers and lines of a file, by their path within the file."""
    surroundings = describe_surroundings(session, file.services, file.entities)
    spans: dict[str, Span] = {row.code: get_span(row) for row in queries.get_services_by_code(session).values()}
    spans |= {service.code: get_span(service) for service in file.services}
    listed_codes = {service.code for service in file.services}
    for index, service in enumerate(file.services):
        numbers = [number for number, offer in enumerate(file.offers) if offer.service == service.code]
        for error in find_contradictions(service, [file.offers[number] for number in numbers], surroundings):
            first, _point, remaining_path = error.field.partition(".")
            if first == "offers":
                number, _point, name = remaining_path.partition(".")
                yield FieldError(f"offers.{numbers[int(number)]}.{name}", error.message)
            else:
                yield FieldError(f"services.{index}.{error.field}", error.message)
    for index, offer in enumerate(file.offers):
        if offer.service not in listed_codes and offer.service in spans:
            yield from check_offer_days(f"offers.{index}", offer, offer.service, spans[offer.service], surroundings)
    for index, line in enumerate(file.lines):
        for code in line.services:
            if code in spans and not spans_meet(get_span(line), spans[code]):
                yield FieldError(f"lines.{index}.services", _(ENDED, code=code))


def check_ends(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    """What leads to something that ends earlier: in the file, or where the file brings the end to what stands."""
    before, after = describe_surroundings(session, ()), describe_surroundings(session, file.services, file.entities)
    for index, service in enumerate(file.services):
        offers = [offer for offer in file.offers if offer.service == service.code]
        for pointer, day in find_expired_pointers(service, offers, after):
            message = _(ENDS_BEFORE, code=pointer.code, day=day.isoformat())
            yield FieldError(f"services.{index}.{pointer.path}", message)
    listed_codes = {service.code for service in file.services}
    for row in queries.get_services_by_code(session).values():
        if row.code in listed_codes:
            continue
        # What led nowhere before is not this file's doing.
        pointers_before = {pointer for pointer, _day in find_expired_pointers(row, row.offers, before)}
        for pointer, day in find_expired_pointers(row, row.offers, after):
            if pointer not in pointers_before:
                message = _(STILL_LED_TO, day=day.isoformat(), service=row.code)
                yield FieldError(_find_ending_row(file, pointer), message)


def _find_ending_row(file: DirectoryFile, pointer: Pointer) -> str:
    if pointer.kind == "entity":
        index = next((index for index, row in enumerate(file.entities) if row.code == pointer.code), 0)
        return f"entities.{index}.valid_to"
    index = next((index for index, row in enumerate(file.services) if row.need == pointer.code), 0)
    return f"services.{index}.valid_to"


def find_contradictions(
    service: ServiceData, offers: Sequence[OfferTerms], surroundings: Surroundings
) -> Iterator[FieldError]:
    """The errors of one service, by their path within it."""
    span = (service.valid_from, service.valid_to)
    for path, condition, condition_span in list_conditions(service):
        yield from _check_codes(path, condition, condition_span, surroundings)
        if not can_hold_together(condition):
            yield FieldError(path, _(NOBODY))
        elif service.applies_if is not None and not can_hold_together(condition, service.applies_if):
            yield FieldError(path, _(NOBODY_OF_THE_SERVICE))
    for index, instrument in enumerate(service.instruments):
        yield from _check_instrument(f"instruments.{index}", instrument, index, service, offers, surroundings)
    yield from _check_advice("advice", service.advice, None, span)
    for offer_index, offer in enumerate(offers):
        yield from check_offer_days(f"offers.{offer_index}", offer, service.code, span, surroundings)
    yield from _check_circles(service, surroundings)


def check_offer_days(
    path: str, offer: OfferTerms, service_code: str, service_span: Span, surroundings: Surroundings
) -> Iterator[FieldError]:
    """The errors of an offer whose service or entity is in force on none of its days."""
    for span, code in ((service_span, service_code), (surroundings.entities.get(offer.entity), offer.entity)):
        if span is not None and not spans_meet(get_span(offer), span):
            yield FieldError(f"{path}.valid_from", _(ENDED, code=code))


def _check_codes(
    path: str, condition: Mapping[str, Any], span: Span, surroundings: Surroundings
) -> Iterator[FieldError]:
    for name, value in walk_facts(condition):
        for code in list_codes(value):
            if name == "needs":
                if code not in surroundings.needs:
                    yield FieldError(path, _(UNKNOWN_NEED, code=code))
                elif not any(spans_meet(span, other_span) for other_span in surroundings.needs[code]):
                    yield FieldError(path, _(ENDED, code=code))
            elif not _is_known(name, code, surroundings):
                yield FieldError(path, _(UNKNOWN_CODE, code=code))


def _is_known(name: str, code: str, surroundings: Surroundings) -> bool:
    if name == "registered_in":
        return code in _REGISTERS
    if name == "complained_of" and code in surroundings.entities:
        return True
    return name not in _CODE_LISTS or any(get_code_list(list_name).has_code(code) for list_name in _CODE_LISTS[name])


def _check_instrument(
    path: str,
    instrument: InstrumentData,
    index: int,
    service: ServiceData,
    offers: Sequence[OfferTerms],
    surroundings: Surroundings,
) -> Iterator[FieldError]:
    span = (instrument.valid_from, instrument.valid_to)
    if not spans_meet(span, (service.valid_from, service.valid_to)):
        yield FieldError(f"{path}.valid_from", _(NOT_IN_THESE_DAYS))
    if instrument.entity is not None:
        spans = [(offer.valid_from, offer.valid_to) for offer in offers if offer.entity == instrument.entity]
        spans = [
            other for other in spans if spans_meet(other, surroundings.entities.get(instrument.entity, (None, None)))
        ]
        if not any(spans_meet(span, other_span) for other_span in spans):
            yield FieldError(f"{path}.entity", _(ENDED, code=instrument.entity))
    for earlier in service.instruments[:index]:
        if contains_span((earlier.valid_from, earlier.valid_to), span) and always_covers(
            earlier.applies_if, instrument.applies_if
        ):
            yield FieldError(f"{path}.applies_if", _(NEVER_REACHED, code=earlier.code))
            break
    yield from _check_advice(f"{path}.advice", instrument.advice, instrument.applies_if, span)


def _check_advice(
    path: str, entries: Iterable[Any], condition: Mapping[str, Any] | None, span: Span
) -> Iterator[FieldError]:
    for index, entry in enumerate(entries):
        if not spans_meet((entry.valid_from, entry.valid_to), span):
            yield FieldError(f"{path}.{index}.valid_from", _(NOT_IN_THESE_DAYS))
        if condition is None or entry.applies_if is None:
            continue
        if can_hold_together(entry.applies_if) and not can_hold_together(entry.applies_if, condition):
            yield FieldError(f"{path}.{index}.applies_if", _(NOBODY_OF_THE_SERVICE))


def _check_circles(service: ServiceData, surroundings: Surroundings) -> Iterator[FieldError]:
    # From the need that this service answers, along what each need calls for, back to one for which it is suggested.
    sources = list_needs_suggested_by(service)
    paths: list[tuple[str, ...]] = [(service.need,)]
    seen = {service.need}
    while paths:
        path = paths.pop(0)
        if path[-1] in sources:
            yield FieldError("suggested_if", _(IN_A_CIRCLE, path=" → ".join((path[-1], *path))))
            return
        next_needs = sorted(surroundings.leads_to.get(path[-1], frozenset()) - seen)
        seen.update(next_needs)
        paths += [(*path, need) for need in next_needs]
