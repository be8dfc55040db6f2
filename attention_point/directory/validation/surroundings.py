"""What services stand among, and where their parts lead: to needs that others answer, to entities that offer them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Session

from attention_point.dates import find_gaps
from attention_point.directory import queries
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.validation.condition_samples import walk_facts
from attention_point.directory.validation.schemas import EntityData, ServiceData

# Without a first or a last day a span is open on that side.
Span = tuple[date | None, date | None]


@dataclass(frozen=True)
class Surroundings:
    """What services stand among. ``entities``: the days of each; ``needs``: the days on which each need is answered.

    ``leads_to``: the needs that a need calls for by the rules of the program and by other services.
    """

    entities: Mapping[str, Span]
    needs: Mapping[str, Sequence[Span]]
    leads_to: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Pointer(NamedTuple):
    """What leads to a need or an entity: the path of a part within its service, and the days on which it counts."""

    path: str
    kind: Literal["need", "entity"]
    code: str
    span: Span


def describe_surroundings(
    session: Session, services: Iterable[ServiceData], entities: Iterable[EntityData] = ()
) -> Surroundings:
    """What these services would stand among: the stored ones that they do not replace, and they themselves."""
    rows: dict[str, ServiceRow | ServiceData] = dict(queries.get_services_by_code(session))
    rows |= {service.code: service for service in services}
    entity_spans: dict[str, Span] = {row.code: get_span(row) for row in queries.list_entities(session)}
    entity_spans |= {entity.code: get_span(entity) for entity in entities}
    needs: dict[str, list[Span]] = {}
    # The room of routing, above this one, says which needs its rules add to which.
    leads_to = {need: frozenset(codes) for need, codes in session.info.get("needs_added_by_rules", {}).items()}
    for row in rows.values():
        needs.setdefault(row.need, []).append(get_span(row))
        for need in list_needs_suggested_by(row):
            leads_to[need] = leads_to.get(need, frozenset()) | {row.need}
    return Surroundings(entity_spans, needs, leads_to)


def get_span(row: Any) -> Span:
    """The first and the last day of a dated row."""
    return row.valid_from, row.valid_to


def list_needs_suggested_by(service: ServiceData | ServiceRow) -> frozenset[str]:
    """The stated needs for which a service is suggested without being asked for."""
    facts = walk_facts(service.suggested_if, skip_negated=True)
    codes = chain.from_iterable(list_codes(value) for name, value in facts if name == "needs")
    return frozenset(codes) - {service.need}


def find_expired_pointers(
    service: ServiceData | ServiceRow, offers: Iterable[Any], surroundings: Surroundings
) -> Iterator[tuple[Pointer, date]]:
    """What in a service leads on to a need or an entity that has ended meanwhile, and from which day on it does.

    What leads to something on none of its days is found by ``find_contradictions``.
    """
    for pointer in list_pointers(service):
        spans: Iterable[Span] = surroundings.needs.get(pointer.code, ())
        if pointer.kind == "entity":
            entity_span = surroundings.entities.get(pointer.code, (None, None))
            spans = [narrow_span(get_span(row), entity_span) for row in offers if row.entity == pointer.code]
        if gaps := find_gaps(pointer.span, spans):
            yield pointer, gaps[0][0]


def list_pointers(service: ServiceData | ServiceRow) -> Iterator[Pointer]:
    """The needs and entities to which the conditions and windows of a service lead. What is negated leads nowhere."""
    for path, condition, span in list_conditions(service):
        codes = [list_codes(value) for name, value in walk_facts(condition, skip_negated=True) if name == "needs"]
        # A service leads to its own need as long as it lasts.
        needs = dict.fromkeys(chain.from_iterable(codes))
        yield from (Pointer(path, "need", need, span) for need in needs if need != service.need)
    instruments: Iterable[Any] = service.instruments
    for index, instrument in enumerate(instruments):
        if instrument.entity is not None:
            span = narrow_span(get_span(instrument), get_span(service))
            yield Pointer(f"instruments.{index}.entity", "entity", instrument.entity, span)


def list_conditions(service: ServiceData | ServiceRow) -> Iterator[tuple[str, Mapping[str, Any], Span]]:
    """Each condition of a service, by its path, with the days on which it counts."""
    for name in ("applies_if", "suggested_if", "urgent_if"):
        if (condition := getattr(service, name)) is not None:
            yield name, condition, get_span(service)
    instruments: Sequence[Any] = service.instruments
    parts: list[tuple[str, Any, Any]] = [(f"instruments.{index}", part, part) for index, part in enumerate(instruments)]
    parts += [
        (f"instruments.{index}.advice.{number}", entry, instrument)
        for index, instrument in enumerate(instruments)
        for number, entry in enumerate(instrument.advice)
    ]
    parts += [(f"advice.{index}", entry, entry) for index, entry in enumerate(service.advice)]
    for path, part, holder in parts:
        if part.applies_if is not None:
            span = narrow_span(get_span(part), get_span(holder), get_span(service))
            yield f"{path}.applies_if", part.applies_if, span


def list_codes(value: Any) -> list[str]:
    """The codes of what a condition demands of a fact."""
    return [code for code in (value if isinstance(value, list) else [value]) if isinstance(code, str)]


def narrow_span(*spans: Span) -> Span:
    """The days of all spans. Where they do not meet, the last day is before the first: a span without a day."""
    firsts, lasts = ([span[end] for span in spans if span[end] is not None] for end in (0, 1))
    return max(filter(None, firsts), default=None), min(filter(None, lasts), default=None)


def spans_meet(first: Span, second: Span) -> bool:
    """Whether two spans have a day in common."""
    return _starts_by(first[0], second[1]) and _starts_by(second[0], first[1])


def _starts_by(first_day: date | None, last_day: date | None) -> bool:
    return first_day is None or last_day is None or first_day <= last_day


def contains_span(outer: Span, inner: Span) -> bool:
    """Whether every day of the inner span lies in the outer one."""
    starts = outer[0] is None or (inner[0] is not None and outer[0] <= inner[0])
    return starts and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))
