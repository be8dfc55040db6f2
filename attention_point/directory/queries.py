"""Queries of the directory. Each process keeps the whole of it in memory until its revision changes.

A session selects the revision once; everything else comes from memory. A session that has changed the directory reads
it from the database and does not fill the cache, because its transaction may still be rolled back.
"""

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from attention_point.directory.models import (
    ConsentText,
    DirectoryState,
    EmergencyLine,
    Entity,
    Offer,
    Place,
    Point,
    Service,
)
from attention_point.directory.service_rows import (
    AcceptedDocumentRow,
    AdviceRow,
    InstrumentRow,
    OfferRow,
    RequirementRow,
    ServiceOfferRow,
    ServiceRow,
)
from attention_point.directory.snapshot import (
    ConsentTextRow,
    Directory,
    EmergencyLineRow,
    EntityRow,
    OpeningHours,
    PlaceRow,
    PointRow,
)
from attention_point.foundation.database import PreparedStatement, get_single_value
from attention_point.foundation.language import current_language

_CHANGED_KEY = "directory-changed"
_DIRECTORY_KEY = "directory"
# Counted by engine: a database has one that reads and one that writes. Tests open many databases in one process.
_MAX_CACHED_DATABASES = 8
_SELECT_REVISION = PreparedStatement(select(DirectoryState.revision).where(DirectoryState.id == 1))
RowType = TypeVar("RowType")


# By engine. Two threads may read the directory at the same time; either result is right.
_cache: dict[Any, tuple[int, Directory]] = {}


def list_offers(session: Session) -> tuple[OfferRow, ...]:
    """Every offer of an entity that receives referrals. It is the same object until the directory changes."""
    return get_directory(session).offers


def get_services_by_code(session: Session) -> Mapping[str, ServiceRow]:
    """Every service by its code, also past and future ones."""
    return get_directory(session).services


def find_service(session: Session, code: str) -> ServiceRow | None:
    """A service by its code, or None."""
    return get_directory(session).services.get(code)


def list_services(session: Session, day: date) -> tuple[ServiceRow, ...]:
    """The services in force on a day, by code."""
    return tuple(row for row in get_directory(session).services.values() if row.is_in_force(day))


def list_service_codes(session: Session) -> frozenset[str]:
    """The codes of all services."""
    return frozenset(get_directory(session).services)


def find_entity(session: Session, code: str) -> EntityRow | None:
    """An entity by its code, or None."""
    return get_directory(session).entities.get(code)


def get_entities_by_code(session: Session) -> Mapping[str, EntityRow]:
    """Every entity by its code, also past and future ones."""
    return get_directory(session).entities


def list_entity_codes(session: Session) -> frozenset[str]:
    """The codes of all entities."""
    return frozenset(get_directory(session).entities)


def list_entities(session: Session, day: date | None = None) -> tuple[EntityRow, ...]:
    """The entities in force on a day, or all, by code."""
    return tuple(row for row in get_directory(session).entities.values() if day is None or row.is_in_force(day))


def list_entity_names(session: Session) -> dict[str, str]:
    """The short name of every entity by its code, in the reader's language, sorted by name."""
    names = {code: row.short[current_language()] for code, row in get_directory(session).entities.items()}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def list_places(session: Session, entity: str, service: str | None, day: date) -> tuple[PlaceRow, ...]:
    """The places of an entity that are in force on a day and give a service (None: any), the preferred one first."""
    return get_directory(session).list_places(entity, service, day)


def find_place(session: Session, place_id: str) -> PlaceRow | None:
    """A place by its id, or None."""
    return next((row for rows in get_directory(session).places.values() for row in rows if row.id == place_id), None)


def list_emergency_lines(session: Session, service_code: str, day: date) -> tuple[EmergencyLineRow, ...]:
    """The emergency lines that the slip of a service prints on a day."""
    return tuple(
        emergency_line
        for emergency_line in get_directory(session).emergency_lines
        if service_code in emergency_line.services and emergency_line.is_in_force(day)
    )


def find_consent_text(session: Session, day: date) -> ConsentTextRow | None:
    """The text that agents read on a day: of those in force the one that began last, or None."""
    texts_in_force = [text for text in get_directory(session).consent_texts.values() if text.is_in_force(day)]
    return max(texts_in_force, key=lambda text: (text.valid_from, text.version), default=None)


def find_consent_text_version(session: Session, version: str) -> ConsentTextRow | None:
    """A consent text by its version, or None."""
    return get_directory(session).consent_texts.get(version)


def list_consent_versions(session: Session) -> frozenset[str]:
    """The versions of all consent texts."""
    return frozenset(get_directory(session).consent_texts)


def find_point(session: Session, code: str) -> PointRow | None:
    """An attention point by its code, or None."""
    return get_directory(session).points.get(code)


def list_points(session: Session, day: date | None = None) -> tuple[PointRow, ...]:
    """The points in force on a day, or all, by code."""
    return tuple(row for row in get_directory(session).points.values() if day is None or row.is_in_force(day))


def list_point_names(session: Session) -> dict[str, str]:
    """The name of every point by its code, in the reader's language, sorted by name."""
    names = {code: row.name[current_language()] for code, row in get_directory(session).points.items()}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def get_revision(session: Session) -> int:
    """How many times the directory has changed; 0 if it was never loaded."""
    return get_single_value(_SELECT_REVISION.execute(session, {})) or 0


def get_directory(session: Session) -> Directory:
    """The whole directory, from memory as long as its revision is the same."""
    # Kept in the session, so that one request sees one directory.
    directory: Directory | None = session.info.get(_DIRECTORY_KEY)
    if directory is None:
        directory = session.info[_DIRECTORY_KEY] = (
            _read_directory(session) if session.info.get(_CHANGED_KEY) else _get_cached_directory(session)
        )
    return directory


def forget_directory(session: Session) -> None:
    """Let the session read the directory again, after it has changed it."""
    # What the session has changed may still be rolled back, so no other session may see it.
    session.info[_CHANGED_KEY] = True
    session.info.pop(_DIRECTORY_KEY, None)


def _get_cached_directory(session: Session) -> Directory:
    current_revision = get_revision(session)
    engine = session.bind
    cached = _cache.get(engine)
    if cached is not None and cached[0] == current_revision:
        return cached[1]
    directory = _read_directory(session)
    if len(_cache) >= _MAX_CACHED_DATABASES:
        _cache.clear()
    _cache[engine] = (current_revision, directory)
    return directory


def _read_directory(session: Session) -> Directory:
    offers: dict[str, list[ServiceOfferRow]] = {}
    for row in _select_rows(session, Offer, Offer.service, Offer.order, Offer.entity, Offer.valid_from):
        offers.setdefault(row.service, []).append(ServiceOfferRow(**row._mapping))
    places: dict[str, list[PlaceRow]] = {}
    for row in _select_rows(session, Place, Place.entity, Place.order, Place.id):
        places.setdefault(row.entity, []).append(_build_place_row(row))
    services = {
        row.code: build_service_row(row._asdict(), tuple(offers.get(row.code, ())))
        for row in _select_rows(session, Service, Service.code)
    }
    return Directory(
        entities=MappingProxyType(
            {
                row.code: EntityRow(**{**row._mapping, "withheld_fields": tuple(row.withheld_fields or ())})
                for row in _select_rows(session, Entity, Entity.code)
            }
        ),
        # Read-only, because all threads share them.
        services=MappingProxyType(services),
        emergency_lines=tuple(
            EmergencyLineRow(**{**row._mapping, "services": tuple(row.services)})
            for row in _select_rows(session, EmergencyLine, EmergencyLine.code)
        ),
        points=_index_by_code(PointRow, _select_rows(session, Point, Point.code)),
        consent_texts=MappingProxyType(
            {
                row.version: ConsentTextRow(**row._mapping)
                for row in _select_rows(session, ConsentText, ConsentText.version)
            }
        ),
        places=MappingProxyType({entity: tuple(rows) for entity, rows in places.items()}),
    )


def _select_rows(session: Session, model: Any, *order: Any) -> list[Row[Any]]:
    return list(session.connection().execute(select(model.__table__).order_by(*order)))


def _index_by_code(row_type: type[RowType], rows: list[Row[Any]]) -> Mapping[str, RowType]:
    return MappingProxyType({row.code: row_type(**row._mapping) for row in rows})


def _build_place_row(row: Row[Any]) -> PlaceRow:
    hours = (
        OpeningHours(part["weekday"], time.fromisoformat(part["opens_at"]), time.fromisoformat(part["closes_at"]))
        for part in row.hours
    )
    return PlaceRow(**{**row._mapping, "hours": tuple(hours), "services": tuple(row.services)})


def build_service_row(row: Mapping[str, Any], offers: tuple[ServiceOfferRow, ...]) -> ServiceRow:
    """A service of the columns of its table."""
    parts: dict[str, Any] = {
        "legal_basis": tuple(row["legal_basis"]),
        "documents": tuple(AcceptedDocumentRow(**_parse_dates(part)) for part in row["documents"]),
        "papers": tuple(
            # Rows of an older version of the program have no documents.
            RequirementRow(**{**_parse_dates(part), "documents": tuple(part.get("documents", ()))})
            for part in row["papers"]
        ),
        "fields": tuple(row["fields"]),
        "offers": offers,
        # Rows of an older version of the program have neither of them.
        "instruments": tuple(_build_instrument_row(part) for part in row["instruments"] or ()),
        "advice": tuple(_build_advice_row(part) for part in row["advice"] or ()),
    }
    return ServiceRow(**{**row, **parts})


def _build_instrument_row(part: Mapping[str, Any]) -> InstrumentRow:
    dated_part = _parse_dates(part)
    window = {"valid_from": dated_part["valid_from"], "valid_to": dated_part["valid_to"], "verified": part["verified"]}
    return InstrumentRow(
        **{
            **dated_part,
            "documents": tuple(AcceptedDocumentRow(**document, **window) for document in part["documents"]),
            "papers": tuple(
                RequirementRow(**{**paper, "documents": tuple(paper["documents"])}, **window)
                for paper in part["papers"]
            ),
            "advice": tuple(_build_advice_row(entry) for entry in part["advice"]),
            "basis": tuple(part["basis"]),
        }
    )


def _build_advice_row(part: Mapping[str, Any]) -> AdviceRow:
    return AdviceRow(**_parse_dates(part))


def _parse_dates(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as JSON stores it, with its days as dates."""
    days = {name: part[name] for name in ("valid_from", "valid_to")}
    return {**part, **{name: day and date.fromisoformat(day) for name, day in days.items()}}
