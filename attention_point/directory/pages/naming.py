"""The names of entities, services and points for the journal, which holds only their codes."""

from collections.abc import Collection, Mapping

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.labels import FIELD_LABELS
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming
from attention_point.foundation.language import N_, current_language

JOURNAL_FIELD_LABELS = {**FIELD_LABELS, "code": N_("Code")}


def _list_entity_names(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    return _build_record_names(queries.get_entities_by_code(session), reader, codes, "directory.show_entity")


def _list_service_names(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    return _build_record_names(queries.get_services_by_code(session), reader, codes, "directory.show_service")


def _build_record_names(
    rows: Mapping[str, EntityRow | ServiceRow], reader: Actor, codes: Collection[str], endpoint: str
) -> dict[str, RecordName]:
    # A link only for readers who may open the page behind it.
    can_view, language = reader.may("directory.view"), current_language()
    return {
        code: RecordName(rows[code].name[language], url_for(endpoint, code=code) if can_view else None)
        for code in codes
        if code in rows
    }


def _list_place_names(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    # A place is called as its entity is, whose page shows it.
    places = {code: place for code in codes if (place := queries.find_place(session, code))}
    names = _list_entity_names(session, reader, {place.entity for place in places.values()})
    return {code: names[place.entity] for code, place in places.items()}


def _list_line_names(session: Session, _reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    language = current_language()
    lines = queries.get_directory(session).emergency_lines
    return {line.code: RecordName(line.name[language]) for line in lines if line.code in codes}


def _list_point_names(session: Session, _reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    language = current_language()
    return {
        point.code: RecordName(point.name[language]) for point in queries.list_points(session) if point.code in codes
    }


_LISTERS = {
    "entity": _list_entity_names,
    "service": _list_service_names,
    "place": _list_place_names,
    "line": _list_line_names,
    "point": _list_point_names,
}
NAMING = RecordNaming(_LISTERS, dict.fromkeys(_LISTERS, JOURNAL_FIELD_LABELS))
