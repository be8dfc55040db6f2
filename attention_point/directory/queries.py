"""Reading the directory: the whole of it, held per process until its revision changes.

One cheap SELECT of the revision a call; the rest is memory. A session that has itself changed the directory reads its
own change and leaves the cache alone, since it may yet be undone.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from attention_point.directory.models import ConsentText, DirectoryState, Entity, Line, Offer, Point, Service
from attention_point.directory.rows import (
    ConsentTextRow,
    Directory,
    DocumentRow,
    EntityRow,
    LineRow,
    OfferRow,
    PaperRow,
    PointRow,
    ServiceOffer,
    ServiceRow,
)
from attention_point.foundation.database import Prepared, one
from attention_point.foundation.language import current

_CHANGED = "directory-changed"
_HELD = "directory"
_KEPT_DATABASES = 8  # engines: a database has one for reading and one for writing
_REVISION = Prepared(select(DirectoryState.revision).where(DirectoryState.id == 1))
Kind = TypeVar("Kind")


_cache: dict[Any, tuple[int, Directory]] = {}


def current_offers(session: Session) -> tuple[OfferRow, ...]:
    """Every dated offer of an entity that receives referrals; the same object until the directory changes."""
    return directory(session).offers


def services_by_code(session: Session) -> Mapping[str, ServiceRow]:
    """Every service, past and future ones too."""
    return directory(session).services


def service(session: Session, code: str) -> ServiceRow | None:
    """One service, or None."""
    return directory(session).services.get(code)


def services(session: Session, on: date) -> tuple[ServiceRow, ...]:
    """The services in force on a day, by code."""
    return tuple(row for row in directory(session).services.values() if row.in_force(on))


def service_codes(session: Session) -> frozenset[str]:
    """The codes of all services."""
    return frozenset(directory(session).services)


def entity(session: Session, code: str) -> EntityRow | None:
    """One entity, or None."""
    return directory(session).entities.get(code)


def entities_by_code(session: Session) -> Mapping[str, EntityRow]:
    """Every entity, past and future ones too."""
    return directory(session).entities


def entity_codes(session: Session) -> frozenset[str]:
    """The codes of all entities."""
    return frozenset(directory(session).entities)


def entities(session: Session, on: date | None = None) -> tuple[EntityRow, ...]:
    """The entities in force on a day, or all, by code."""
    return tuple(row for row in directory(session).entities.values() if on is None or row.in_force(on))


def entity_names(session: Session) -> dict[str, str]:
    """Every entity's code and short name in the reader's language, by name."""
    names = {code: row.short[current()] for code, row in directory(session).entities.items()}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def lines_for(session: Session, code: str, on: date) -> tuple[LineRow, ...]:
    """The emergency lines that a service's slip prints on a day."""
    return tuple(line for line in directory(session).lines if code in line.services and line.in_force(on))


def consent_text(session: Session, on: date) -> ConsentTextRow | None:
    """The text read on a day: of those in force the one that began last; None when there is none."""
    found = [text for text in directory(session).texts.values() if text.in_force(on)]
    return max(found, key=lambda text: (text.valid_from, text.version), default=None)


def consent_text_version(session: Session, version: str) -> ConsentTextRow | None:
    """The text of one version, or None."""
    return directory(session).texts.get(version)


def consent_versions(session: Session) -> frozenset[str]:
    """The versions of all consent texts."""
    return frozenset(directory(session).texts)


def point(session: Session, code: str) -> PointRow | None:
    """One attention point, or None."""
    return directory(session).points.get(code)


def points(session: Session, on: date | None = None) -> tuple[PointRow, ...]:
    """The points in force on a day, or all, by code."""
    return tuple(row for row in directory(session).points.values() if on is None or row.in_force(on))


def revision(session: Session) -> int:
    """How many times the directory has changed; 0 when it was never loaded."""
    return one(_REVISION.run(session, {})) or 0


def directory(session: Session) -> Directory:
    """The whole directory, from memory while its revision stands; a session asks for the revision once."""
    held: Directory | None = session.info.get(_HELD)
    if held is None:
        held = session.info[_HELD] = _read(session) if session.info.get(_CHANGED) else _current(session)
    return held


def forget(session: Session) -> None:
    """Have the session read again what it has just changed."""
    session.info[_CHANGED] = True
    session.info.pop(_HELD, None)


def _current(session: Session) -> Directory:
    now = revision(session)
    address = session.bind
    known = _cache.get(address)
    if known is not None and known[0] == now:
        return known[1]
    fresh = _read(session)
    if len(_cache) >= _KEPT_DATABASES:
        _cache.clear()
    _cache[address] = (now, fresh)
    return fresh


def _read(session: Session) -> Directory:
    offers: dict[str, list[ServiceOffer]] = {}
    for row in _rows(session, Offer, Offer.service, Offer.order, Offer.entity, Offer.valid_from):
        offers.setdefault(row.service, []).append(ServiceOffer(**row._mapping))
    services = {
        row.code: _service(row, tuple(offers.get(row.code, ()))) for row in _rows(session, Service, Service.code)
    }
    return Directory(
        entities=_by_code(EntityRow, _rows(session, Entity, Entity.code)),
        services=MappingProxyType(services),
        lines=tuple(
            LineRow(**{**row._mapping, "services": tuple(row.services)}) for row in _rows(session, Line, Line.code)
        ),
        points=_by_code(PointRow, _rows(session, Point, Point.code)),
        texts=MappingProxyType(
            {row.version: ConsentTextRow(**row._mapping) for row in _rows(session, ConsentText, ConsentText.version)}
        ),
    )


def _rows(session: Session, model: Any, *order: Any) -> list[Row[Any]]:
    return list(session.connection().execute(select(model.__table__).order_by(*order)))


def _by_code(kind: type[Kind], rows: list[Row[Any]]) -> Mapping[str, Kind]:
    return MappingProxyType({row.code: kind(**row._mapping) for row in rows})


def _service(row: Row[Any], offers: tuple[ServiceOffer, ...]) -> ServiceRow:
    parts: dict[str, Any] = {
        "legal_basis": tuple(row.legal_basis),
        "documents": tuple(DocumentRow(**_dates(part)) for part in row.documents),
        "papers": tuple(PaperRow(**_dates(part)) for part in row.papers),
        "fields": tuple(row.fields),
        "offers": offers,
    }
    return ServiceRow(**{**row._mapping, **parts})


def _dates(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as JSON keeps it, its days as dates again."""
    last = part["valid_to"]
    return {
        **part,
        "valid_from": date.fromisoformat(part["valid_from"]),
        "valid_to": None if last is None else date.fromisoformat(last),
    }
