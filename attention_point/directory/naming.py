"""How the journal names what stands in the directory."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.labels import LABELS
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import Naming, RecordName
from attention_point.foundation.language import N_, current

FIELDS = {**LABELS, "code": N_("Code")}


def _name_entities(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    known, may = queries.entities_by_code(session), reader.may("directory.view")
    return {
        code: RecordName(known[code].name[current()], url_for("directory.entity", code=code) if may else None)
        for code in codes
        if code in known
    }


def _name_services(session: Session, reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    known, may = queries.services_by_code(session), reader.may("directory.view")
    return {
        code: RecordName(known[code].name[current()], url_for("directory.service", code=code) if may else None)
        for code in codes
        if code in known
    }


def _name_points(session: Session, _reader: Actor, codes: Collection[str]) -> dict[str, RecordName]:
    names = {point.code: point.name[current()] for point in queries.points(session)}
    return {code: RecordName(names[code]) for code in codes if code in names}


NAMING = Naming(
    {"entity": _name_entities, "service": _name_services, "point": _name_points},
    {"entity": FIELDS, "service": FIELDS},
)
